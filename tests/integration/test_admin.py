"""The administration: sites, people, roles; for administrators only, audited, without a trace of passwords."""

from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils import timezone

from sites.access import can
from sites.audit import event_model_of
from sites.models import Membership, Site, User
from sites.roles import Permission

PAGES = [
    "admin:index",
    "admin:study_sites_site_changelist",
    "admin:study_sites_site_add",
    "admin:study_sites_user_changelist",
    "admin:study_sites_user_add",
]


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("person", ["alice", "ivan", "dana", "judy", "eve"])
def test_only_administrators_get_in(cast, signed_in, person, page) -> None:
    assert signed_in(cast[person]).get(reverse(page)).status_code in (302, 403)


@pytest.mark.parametrize("page", PAGES)
def test_administrators_get_in(cast, signed_in, page) -> None:
    assert signed_in(cast.adam).get(reverse(page)).status_code == 200


def test_a_page_of_the_administration_leads_strangers_to_our_sign_in(client, db) -> None:
    assert client.get(reverse("admin:index"), follow=True).redirect_chain[-1][0].startswith(reverse("account_login"))


def inline(prefix: str, **rows: str) -> dict[str, str]:
    counts = {"TOTAL_FORMS": "1" if rows else "0", "INITIAL_FORMS": "0"}
    return {f"{prefix}-{name}": value for name, value in counts.items()} | {
        f"{prefix}-0-{name}": value for name, value in rows.items()
    }


def test_a_new_site_is_audited_with_the_administrators_name(cast, signed_in) -> None:
    answer = signed_in(cast.adam).post(
        reverse("admin:study_sites_site_add"),
        {"code": "BCN", "name": "Barcelona", "country": "ES", "time_zone": "Europe/Madrid", "status": "ACTIVE"}
        | inline("agreements"),
    )
    assert answer.status_code == 302, answer.context["errors"]
    event = event_model_of(Site).objects.get(code="BCN")
    assert event.pgh_context["user_label"] == "adam@example.org"
    assert event.pgh_context["request_id"] == answer.headers["X-Request-ID"]


def test_a_new_person_gets_a_role_and_no_password(cast, signed_in) -> None:
    today = timezone.localdate().isoformat()
    answer = signed_in(cast.adam).post(
        reverse("admin:study_sites_user_add"),
        {"email": "New@Example.org", "full_name": "New", "language": "es", "is_active": "on"}
        | inline("memberships", role="COORDINATOR", site=str(cast.hou.pk), starts_on=today, ends_on=""),
    )
    assert answer.status_code == 302, answer.context["errors"]
    person = User.objects.get(email="new@example.org")
    assert not person.has_usable_password()
    assert can(person, Permission.CASE_EDIT, cast.hou)
    assert event_model_of(Membership).objects.get(user_id=person.pk).pgh_context["user_label"] == "adam@example.org"


def test_a_role_without_its_site_is_refused_in_words(cast, signed_in) -> None:
    answer = signed_in(cast.adam).post(
        reverse("admin:study_sites_user_change", args=[cast.eve.pk]),
        {"email": "eve@example.org", "full_name": "Eve", "language": "en", "is_active": "on"}
        | inline("memberships", role="COORDINATOR", site="", starts_on="1/1/2025", ends_on=""),
    )
    assert answer.status_code == 200
    assert b"Coordinators and investigators need a site" in answer.content


def test_the_page_of_a_person_shows_nothing_of_the_password(cast, signed_in) -> None:
    page = signed_in(cast.adam).get(reverse("admin:study_sites_user_change", args=[cast.alice.pk])).content.decode()
    assert cast.alice.password not in page
    assert 'name="password' not in page


def test_people_without_a_role_can_be_listed(cast, signed_in) -> None:
    page = signed_in(cast.adam).get(reverse("admin:study_sites_user_changelist") + "?without_role=yes")
    assert list(page.context["cl"].result_list) == [cast.eve]


@pytest.mark.parametrize("model", ["site", "user"])
def test_sites_and_people_end_but_are_not_deleted(cast, signed_in, model) -> None:
    row = {"site": cast.sev, "user": cast.eve}[model]
    assert signed_in(cast.adam).post(reverse(f"admin:study_sites_{model}_delete", args=[row.pk])).status_code == 403
