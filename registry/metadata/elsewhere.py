"""Privacy classes of the fields that are not clinical variables: people, sites, jobs, and tables of other packages.

Nothing of these tables leaves in a release, so every field is SYSTEM or DIRECT; the list is explicit all the same: a
new field, ours or another package's, stops the start-up until somebody has looked at it.
"""

from __future__ import annotations

from collections.abc import Mapping

from registry.metadata.variable import Privacy

DIRECT_FIELDS = frozenset(
    {
        "study_sites.User.email",
        "study_sites.User.full_name",
        "study_sites.Invitation.email",
        "account.EmailAddress.email",
    }
)

SYSTEM_FIELDS: Mapping[str, str] = {
    "account.EmailAddress": "id primary user verified",
    "account.EmailConfirmation": "created email_address id key sent",
    "admin.LogEntry": "action_flag action_time change_message content_type id object_id object_repr user",
    "auth.Group": "id name",
    "auth.Group_permissions": "group id permission",
    "auth.Permission": "codename content_type id name",
    "contenttypes.ContentType": "app_label id model",
    "exports.DataRequest": (
        "agreement_reference aim approval_reference cohort created_at decided_at decided_by decision_reason formats id "
        "number profile project requested_by selection state submitted_at title valid_until"
    ),
    "exports.Download": "downloaded_at downloaded_by grant id package package_sha256 release report terms",
    "exports.ExportJob": (
        "attempts claim error_reference error_words figures finished_at heartbeat_at id lease_until phase release "
        "requested_at requested_by started_at state step step_words steps woken_at"
    ),
    "exports.FeasibilityBasis": "group_size groups id made_at",
    "exports.PolicySetting": "id name reason set_at set_by value",
    "exports.Project": "created_at id salt site_codes title",
    "exports.Release": (
        "coarsening cohort content_hash created_at data_cut_at formats id leaves_out_blocked manifest name "
        "package_bytes package_path package_sha256 profile project published_at request risk risk_accepted_at "
        "risk_accepted_by risk_reason selection state supersedes withdrawal_reason withdrawn_at withdrawn_by"
    ),
    "exports.ReleaseGrant": "granted_at granted_by id investigator level release revoked_at valid_until",
    "exports.ReleasePackage": "content_hash format id level losses path patients refusal release sha256 size",
    "exports.ReleaseToken": (
        "created_at digest expires_at hint id label last_used_at ledger_on level owner release revoked_at"
    ),
    "exports.RequestMessage": "id request text written_at written_by",
    "exports.StudyReport": (
        "appendix_sha256 appendix_size attempts claim code_revision error_reference error_words figures finished_at "
        "heartbeat_at id lease_until plan plan_sha256 release report_sha256 requested_at requested_by started_at state "
        "step step_words steps woken_at"
    ),
    "exports.TermsAcceptance": "accepted_at accepted_by id release sha256 version",
    "mfa.Authenticator": "created_at data id last_used_at type user",
    "pghistory.Context": "created_at id metadata updated_at",
    "pghistory.Events": (
        "pgh_context pgh_context_id pgh_created_at pgh_data pgh_diff pgh_id pgh_label pgh_model pgh_obj_id "
        "pgh_obj_model pgh_slug"
    ),
    "pghistory.MiddlewareEvents": "url user",
    "registry.CaseLock": "id locked_at locked_by patient reason site topic",
    "registry.CheckRun": (
        "about_site asked_by attempts cause closed codes created_at done error_reference finished_at found id "
        "lease_until opened reopened started_at state total"
    ),
    "registry.CheckSetting": "check_code id is_on reason set_at set_by thresholds",
    "registry.DataQuery": (
        "answered_at asked_at assignee check_code closed_at closed_by field fingerprint first_answered_at id opened_at "
        "opened_by patient rank resolution row_id site state text times_reopened topic version"
    ),
    "registry.DeathReview": "adjudicator",
    "registry.DigestChoice": "frequency last_sent_at user",
    "registry.Draft": "form id owner patient row saved_at site typed",
    "registry.FormStatus": "completed_at completed_by id is_complete patient site topic",
    "registry.LinkageCase": (
        "created_at decided_at decided_by first_patient first_site id matched_on reason second_patient second_site "
        "state"
    ),
    "registry.LinkageToken": "id kind patient site token",
    "registry.NoneOccurred": "id patient said_at said_by site topic",
    "registry.PatientIdentity": "record_index",
    "registry.PeerScore": "figures id measure taken_at",
    "registry.Product": (
        "brand_name code code_names costimulatory_domain first_approved_on generic_name is_split_dose "
        "is_verified source target vector"
    ),
    "registry.ProductApproval": "approved_on disease_group id is_verified jurisdiction line product source",
    "registry.QueryEntry": "act at by cause id is_automatic query resolution site text",
    "registry.Signature": (
        "audit_position id meaning patient record_sha256 signed_at signed_by signer_name site void_reason voided_at"
    ),
    "registry.SiteLock": "id locked_at locked_by reason site until_on",
    "registry.SiteScore": "figures id site taken_at",
    "registry.Upload": (
        "attempts blank_cells created_at error_code error_reference finished_at heartbeat_at id is_commit_wanted "
        "lease_until mode number_style reason site state step step_file steps uploaded_by"
    ),
    "registry.UploadFile": (
        "changed_rows content id name new_rows problems rejected_rows rows sha256 same_rows site size topic upload"
    ),
    "registry.UploadFinding": "code column file id params row site value",
    "sessions.Session": "expire_date session_data session_key",
    "study_sites.AccessLog": (
        "about_site at detail id kind object_id object_type reason request_id source user user_label"
    ),
    "socialaccount.SocialAccount": "date_joined extra_data id last_login provider uid user",
    "socialaccount.SocialApp": "client_id id key name provider provider_id secret settings",
    "socialaccount.SocialToken": "account app expires_at id token token_secret",
    "study_sites.ApiReply": "asked created_at id key owner sealed status",
    "study_sites.ApiToken": "created_at digest expires_at hint id label last_used_at owner revoked_at scopes sites",
    "study_sites.Agreement": "id kind reference signed_on site valid_from valid_until",
    "study_sites.Invitation": "accepted_by id invited_by language reason role sent_at site withdrawn_at",
    "study_sites.Membership": "ends_on id role site starts_on user",
    "study_sites.Seal": "events head key_id number sealed_at sequence",
    "study_sites.SealCheck": "breaks checked_at id links rows unsealed",
    "study_sites.SealedEvent": "digest event_id event_table link sequence",
    "study_sites.Site": "code country id name names_enabled status time_zone",
    "study_sites.User": "id is_active language last_login password sign_in_epoch",
    "usersessions.UserSession": "created_at data id ip last_seen_at session_key user user_agent",
}


def declared_class(path: str) -> Privacy | None:
    """Return the class of "app_label.Model.field", None where nobody has declared one."""
    if path in DIRECT_FIELDS:
        return Privacy.DIRECT
    model, _dot, field = path.rpartition(".")
    return Privacy.SYSTEM if field in SYSTEM_FIELDS.get(model, "").split() else None


def declared_paths() -> frozenset[str]:
    """Return every "app_label.Model.field" in the list, so that stale entries can be found."""
    system = {f"{model}.{name}" for model, names in SYSTEM_FIELDS.items() for name in names.split()}
    return frozenset(system) | DIRECT_FIELDS
