"""Tokens of programs: what is kept of them, when they open nothing any more, and what no token ever does."""

from __future__ import annotations

import logging
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from registry.models import Patient
from registry.services.identity import identity_reveal
from registry.services.locks import case_lock
from registry.services.signatures import case_sign
from sites.access import can
from sites.audit import event_model_of
from sites.context import acting_as, acting_as_system
from sites.models import ApiToken, Membership, User
from sites.roles import Permission, Role
from sites.services import end_sign_ins, shut_out
from sites.tokens import NEVER, PREFIX, grants_of_token, token_create, token_revoke, tokens_visible
from tests.cast import PASSWORD
from tests.integration.test_admin import inline
from tests.integration.token_programs import also, program, program_of, token_of

pytestmark = pytest.mark.django_db
LIST = "/api/queries/"
NEW = "seven quiet herons at dusk"


def everything_kept() -> str:
    """Return each row of each table that the pages may read, as text, and what the sessions hold."""
    tables = "select format('%I', relname) from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace"
    with connection.cursor() as cursor:
        cursor.execute(f"{tables} and has_table_privilege(oid, 'select') order by 1")
        names = [name for (name,) in cursor.fetchall()]
        assert {"study_sites_apitoken", "study_sites_apitokenevent", "django_session"} <= set(names)
        kept = []
        for name in names:
            cursor.execute(f"select t::text from {name} t")
            kept += [row for (row,) in cursor.fetchall()]
    return "\n".join(kept) + str([session.get_decoded() for session in Session.objects.all()])


def test_the_secret_is_in_no_table_no_event_no_session_no_log_and_no_later_page(cast, client, caplog) -> None:
    caplog.set_level(logging.DEBUG)
    client.post(reverse("account_login"), {"login": "carol@example.org", "password": PASSWORD})
    given = {"label": "import", "scopes": ["read"], "days": "7"}
    secret = client.post(reverse("token_new"), given).context["secret"]
    assert program(secret).get(LIST).status_code == 200
    assert program(secret[:-1] + "~").get(LIST).status_code == 401
    bare = secret.removeprefix(PREFIX)
    pages = "".join(client.get(path).content.decode() for path in ("/", reverse("tokens"), reverse("token_new")))
    with acting_as_system("tests", reason="look"):
        assert bare not in everything_kept()
    assert bare not in pages
    assert bare[:-1] not in caplog.text


def test_making_and_revoking_stand_in_the_audit_trail_without_the_digest(cast) -> None:
    token, _secret = token_of(cast.alice)
    with acting_as(cast.adam):
        token_revoke(token=token, by=cast.adam)
    made, ended = event_model_of(ApiToken).objects.filter(id=token.pk).order_by("pgh_id")
    assert (made.pgh_context["user_label"], ended.pgh_context["user_label"]) == (cast.alice.email, cast.adam.email)
    assert ended.revoked_at
    assert not hasattr(made, "digest")


def test_a_token_of_yesterday_opens_nothing(cast) -> None:
    token, secret = token_of(cast.alice, days=1)
    assert program(secret).get(LIST).status_code == 200
    with acting_as_system("tests", reason="a day goes by"):
        past = timezone.now() - timedelta(days=2)
        ApiToken.objects.filter(pk=token.pk).update(created_at=past, expires_at=past + timedelta(days=1))
    assert program(secret).get(LIST).status_code == 401


def test_a_revoked_token_opens_nothing_and_revoking_it_again_changes_nothing(cast) -> None:
    token, secret = token_of(cast.alice)
    with acting_as(cast.alice):
        token_revoke(token=token, by=cast.alice)
        first = ApiToken.objects.get(pk=token.pk).revoked_at
        token_revoke(token=token, by=cast.alice)
    assert ApiToken.objects.get(pk=token.pk).revoked_at == first
    assert program(secret).get(LIST).status_code == 401


@pytest.mark.parametrize("name", ["bob", "carol", "dana", "eve"])
def test_nobody_revokes_the_token_of_somebody_else_but_an_administrator(cast, name) -> None:
    token, secret = token_of(cast.alice)
    with acting_as(cast[name]), pytest.raises(PermissionDenied):
        token_revoke(token=token, by=cast[name])
    assert token not in tokens_visible(cast[name])
    assert program(secret).get(LIST).status_code == 200
    with acting_as(cast.adam):
        token_revoke(token=tokens_visible(cast.adam).get(pk=token.pk), by=cast.adam)
    assert program(secret).get(LIST).status_code == 401


def test_the_token_of_a_closed_account_opens_nothing(cast) -> None:
    _token, secret = token_of(cast.alice)
    with acting_as_system("tests", reason="left the hospital"):
        User.objects.filter(pk=cast.alice.pk).update(is_active=False)
    assert program(secret).get(LIST).status_code == 401


def edit(adams: Client, person: User, **fields: str) -> None:
    """Save the person in the administration, open or closed, without touching the roles."""
    names = {"email": person.email, "full_name": person.full_name, "language": "en", **fields}
    held = list(person.memberships.all())
    counts = dict.fromkeys(("memberships-TOTAL_FORMS", "memberships-INITIAL_FORMS"), str(len(held)))
    rows = inline("memberships") | counts
    for place, one in enumerate(held):
        told = {"id": one.pk, "user": person.pk, "role": one.role, "site": one.site_id or "", "ends_on": ""}
        told["starts_on"] = one.starts_on.isoformat()
        rows |= {f"memberships-{place}-{name}": str(value) for name, value in told.items()}
    answer = adams.post(reverse("admin:study_sites_user_change", args=[person.pk]), names | rows)
    assert answer.status_code == 302, answer.context["errors"]


def test_closing_an_account_ends_its_tokens_for_good(cast, signed_in) -> None:
    _token, secret = token_of(cast.alice)
    adams = signed_in(cast.adam)
    edit(adams, cast.alice, is_active="on", full_name="Alice Arias")
    assert program(secret).get(LIST).status_code == 200
    edit(adams, cast.alice)
    edit(adams, cast.alice, is_active="on")
    assert program(secret).get(LIST).status_code == 401


def test_ending_all_sign_ins_on_suspicion_ends_the_tokens_too(cast, signed_in) -> None:
    (_alices, hers), (_bobs, his) = token_of(cast.alice), token_of(cast.bob)
    chosen = {"action": "end_their_sign_ins", "_selected_action": [str(cast.alice.pk)]}
    assert signed_in(cast.adam).post(reverse("admin:study_sites_user_changelist"), chosen).status_code == 302
    assert program(hers).get(LIST).status_code == 401
    assert program(his).get(LIST).status_code == 200


def test_a_change_of_roles_ends_sign_ins_and_the_token_follows_the_roles(cast) -> None:
    also(cast.alice, Role.ADJUDICATOR, None)
    _token, secret = token_of(cast.alice)
    with acting_as_system("tests", reason="moved on"):
        end_sign_ins(cast.alice)
    assert program(secret).get(LIST).status_code == 200
    with acting_as_system("tests", reason="moved on"):
        yesterday = timezone.localdate() - timedelta(days=1)
        Membership.objects.filter(user=cast.alice, role=Role.COORDINATOR).update(ends_on=yesterday)
    told = program(secret).get(LIST)
    assert (told.status_code, told.json()["type"]) == (403, "urn:quell:problem:no-right")


def test_a_new_password_ends_sign_ins_elsewhere_and_leaves_tokens(cast, client) -> None:
    _token, secret = token_of(cast.alice)
    elsewhere = Client()
    for one in (client, elsewhere):
        one.post(reverse("account_login"), {"login": "alice@example.org", "password": PASSWORD})
    asked = {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW}
    assert client.post(reverse("account_change_password"), asked).status_code == 302
    assert elsewhere.get("/").status_code == 302
    assert program(secret).get(LIST).status_code == 200


def test_shutting_somebody_out_leaves_the_tokens_that_were_revoked_before_as_they_are(cast) -> None:
    token, _secret = token_of(cast.alice)
    with acting_as(cast.alice):
        token_revoke(token=token, by=cast.alice)
    before = ApiToken.objects.get(pk=token.pk).revoked_at
    with acting_as_system("tests", reason="suspicion"):
        shut_out(cast.alice)
    assert ApiToken.objects.get(pk=token.pk).revoked_at == before


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"label": "  "}, "label"),
        ({"label": "x" * 81}, "label"),
        ({"scopes": []}, "scopes"),
        ({"scopes": ["read", "everything"]}, "scopes"),
        ({"days": 0}, "days"),
        ({"days": 91}, "days"),
        ({"sites": "hou"}, "sites"),
    ],
)
def test_a_token_that_fits_nothing_is_refused_by_field(cast, given, field) -> None:
    if given.get("sites"):
        given = {"sites": [cast.hou.pk]}
    asked = {"label": "import", "scopes": ["read"], "days": 7, **given}
    with acting_as(cast.alice), pytest.raises(ValidationError) as refused:
        token_create(by=cast.alice, **asked)
    assert field in refused.value.error_dict
    assert not ApiToken.objects.exists()


def test_a_person_has_twenty_living_tokens_at_most(cast) -> None:
    tokens = [token_of(cast.alice)[0] for _number in range(20)]
    with pytest.raises(ValidationError, match="20 tokens"):
        token_of(cast.alice)
    token_of(cast.bob)
    with acting_as(cast.alice):
        token_revoke(token=tokens[0], by=cast.alice)
    token_of(cast.alice)


@pytest.mark.parametrize("wrong", [{"scopes": []}, {"scopes": ["all"]}, {"expires_at": "2000-01-01T00:00Z"}])
def test_the_database_refuses_tokens_without_a_scope_or_a_life(cast, wrong) -> None:
    token, _secret = token_of(cast.alice)
    with acting_as(cast.alice), pytest.raises(IntegrityError), transaction.atomic():
        ApiToken.objects.filter(pk=token.pk).update(**wrong)


# What no token does


def acting(token: ApiToken) -> User:
    """Return the person of a token as in a request of it."""
    person = User.objects.get(pk=token.owner_id)
    person.request_grants = grants_of_token(token)
    return person


@pytest.mark.parametrize("permission", sorted(NEVER))
def test_what_is_for_the_person_alone_no_token_allows(cast, permission) -> None:
    holder = next(
        person for person in (cast.carol, cast.ivan, cast.dana, cast.judy, cast.adam) if can(person, permission)
    )
    person = acting(token_of(holder)[0])
    assert not any(can(person, permission, site) for site in (None, cast.sev, cast.hou))


def test_identity_signature_and_lock_are_out_of_reach_also_for_who_may(cast, nothing_blocks) -> None:
    with acting_as_system("tests", reason="arrange"):
        case = Patient.objects.create(site=cast.sev, study_id="SEV-1")
    acts = [
        (cast.carol, lambda by: identity_reveal(case, by=by, reason="a call from the ward")),
        (cast.ivan, lambda by: case_sign(patient=case, by=by)),
        (cast.dana, lambda by: case_lock(patient=case, by=by, reason="analysis")),
    ]
    for holder, act in acts:
        token, _secret = token_of(holder)
        with acting_as(holder), pytest.raises(PermissionDenied):
            act(acting(token))
        with acting_as(holder):
            act(User.objects.get(pk=holder.pk))


@pytest.mark.urls("tests.integration.token_programs")
def test_an_address_that_wants_such_a_right_lets_the_person_in_and_no_token(cast, signed_in) -> None:
    assert signed_in(cast.dana).get("/api/locking/").status_code == 200
    told = program_of(cast.dana).get("/api/locking/")
    assert (told.status_code, told.json()["type"]) == (403, "urn:quell:problem:no-right")


def test_never_holds_nothing_that_nobody_may(cast) -> None:
    assert set(Permission) > NEVER
