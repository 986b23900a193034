"""Privacy classes of the fields that are not clinical variables: people, sites, jobs, and tables of other packages.

Nothing of these tables leaves in a release, so every field is SYSTEM or DIRECT; the list is explicit all the same: a
new field, ours or another package's, stops the start-up until somebody has looked at it.
"""

from __future__ import annotations

from collections.abc import Mapping

from registry.metadata.variable import Privacy

DIRECT_FIELDS = frozenset({"study_sites.User.email", "study_sites.User.full_name", "account.EmailAddress.email"})

SYSTEM_FIELDS: Mapping[str, str] = {
    "account.EmailAddress": "id primary user verified",
    "account.EmailConfirmation": "created email_address id key sent",
    "admin.LogEntry": "action_flag action_time change_message content_type id object_id object_repr user",
    "auth.Group": "id name",
    "auth.Group_permissions": "group id permission",
    "auth.Permission": "codename content_type id name",
    "contenttypes.ContentType": "app_label id model",
    "pghistory.Context": "created_at id metadata updated_at",
    "pghistory.Events": (
        "pgh_context pgh_context_id pgh_created_at pgh_data pgh_diff pgh_id pgh_label pgh_model pgh_obj_id "
        "pgh_obj_model pgh_slug"
    ),
    "pghistory.MiddlewareEvents": "url user",
    "registry.DeathReview": "adjudicator",
    "registry.Product": (
        "brand_name code code_names costimulatory_domain first_approved_on generic_name is_split_dose "
        "is_verified source target vector"
    ),
    "registry.ProductApproval": "approved_on disease_group id is_verified jurisdiction line product source",
    "sessions.Session": "expire_date session_data session_key",
    "study_sites.Agreement": "id kind reference signed_on site valid_from valid_until",
    "study_sites.Membership": "ends_on id role site starts_on user",
    "study_sites.Site": "code country id name status time_zone",
    "study_sites.User": "id is_active language last_login password",
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
