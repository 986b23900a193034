"""Sites, agreements, people and memberships: what may exist, and what their dates mean."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from sites.models import Agreement, AgreementKind, Membership, Site, SiteStatus, User
from sites.roles import Role
from sites.selectors import agreement_gaps, people_without_role, roles_ending

pytestmark = pytest.mark.usefixtures("as_system")
TODAY = timezone.localdate()


def days(number: int) -> date:
    return TODAY + timedelta(days=number)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("country", "XX"),
        ("country", "es"),
        ("time_zone", "Europe/Sevilla"),
        ("code", "s"),
        ("code", "SEV 1"),
        ("code", "SEV\n"),
        ("status", "OPEN"),
    ],
)
def test_a_site_names_a_real_country_a_real_time_zone_and_a_short_code(cast, field: str, value: str) -> None:
    site = Site(code="BCN", name="Barcelona", country="ES", time_zone="Europe/Madrid")
    site.full_clean()
    setattr(site, field, value)
    with pytest.raises(ValidationError) as refused:
        site.full_clean()
    assert field in refused.value.error_dict or "__all__" in refused.value.error_dict


def test_an_agreement_cannot_end_before_it_starts(sev) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Agreement.objects.create(
            site=sev, kind="ETHICS", reference="x", signed_on=TODAY, valid_from=TODAY, valid_until=days(-1)
        )


VALIDITY = [
    # kinds with (from, until) in days from today, status, valid today
    ({"DATA_USE": (-9, None), "ETHICS": (-9, None)}, "ACTIVE", True),
    ({"DATA_USE": (-9, 0), "ETHICS": (0, 9)}, "ACTIVE", True),
    ({"DATA_USE": (-9, 0), "ETHICS": (0, 0)}, "CLOSED", True),
    ({"DATA_USE": (-9, -1), "ETHICS": (-9, None)}, "ACTIVE", False),
    ({"DATA_USE": (-9, None), "ETHICS": (1, None)}, "ACTIVE", False),
    ({"DATA_USE": (-9, None)}, "ACTIVE", False),
    ({"ETHICS": (-9, None)}, "ACTIVE", False),
    ({}, "ACTIVE", False),
    ({"DATA_USE": (-9, None), "ETHICS": (-9, None)}, "PREPARING", False),
]


@pytest.mark.parametrize(("papers", "status", "valid"), VALIDITY)
def test_a_sites_data_may_be_used_with_both_papers_once_it_has_opened(db, papers, status, valid) -> None:
    site = Site.objects.create(code="BCN", name="Barcelona", country="ES", time_zone="Europe/Madrid", status=status)
    for kind, (start, end) in papers.items():
        until = None if end is None else days(end)
        Agreement.objects.create(
            site=site, kind=kind, reference="1", signed_on=days(start), valid_from=days(start), valid_until=until
        )
    assert Site.objects.with_valid_agreement(TODAY).exists() is valid


def test_a_site_with_two_agreements_of_a_kind_is_found_once(sev) -> None:
    Agreement.objects.create(site=sev, kind="ETHICS", reference="2", signed_on=TODAY, valid_from=TODAY)
    assert list(Site.objects.with_valid_agreement(TODAY).filter(code="SEV")) == [sev]


def test_people_are_one_whatever_the_capitals_of_their_address(alice) -> None:
    assert User.objects.get_by_natural_key("Alice@Example.ORG ") == alice
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.create_user("ALICE@example.org", full_name="Another")
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.bulk_create([User(email="Mallory@example.org", full_name="M")])


@pytest.mark.parametrize(("role", "has_site"), [(Role.COORDINATOR, False), (Role.ADMINISTRATOR, True)])
def test_a_role_is_held_where_it_belongs(eve, sev, role, has_site) -> None:
    membership = Membership(user=eve, site=sev if has_site else None, role=role, starts_on=TODAY)
    with pytest.raises(ValidationError, match="need a site"):
        membership.full_clean()
    with pytest.raises(IntegrityError), transaction.atomic():
        membership.save()


@pytest.mark.parametrize(
    ("starts", "ends", "fits"),
    [(-9, -1, True), (5, 9, True), (-9, 0, False), (4, 9, False), (1, 2, False), (-9, None, False), (5, None, True)],
)
def test_the_same_role_is_not_held_twice_on_one_day(eve, sev, starts, ends, fits) -> None:
    Membership.objects.create(user=eve, site=sev, role=Role.COORDINATOR, starts_on=TODAY, ends_on=days(4))
    until = None if ends is None else days(ends)
    other = Membership(user=eve, site=sev, role=Role.COORDINATOR, starts_on=days(starts), ends_on=until)
    if fits:
        other.full_clean()
    else:
        with pytest.raises(ValidationError, match="already holds"):
            other.full_clean()


def test_the_database_itself_keeps_one_open_role(dana) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Membership.objects.create(user=dana, role=Role.DATA_MANAGER, starts_on=TODAY)


def test_gaps_name_what_is_missing_and_what_ends_soon(sev, hou) -> None:
    assert agreement_gaps(TODAY) == []
    Agreement.objects.filter(site=sev, kind="DATA_USE").update(valid_until=days(60))
    Agreement.objects.filter(site=hou, kind="ETHICS").update(valid_until=days(-1))
    found = {(gap.site.code, gap.kind, gap.ends_on) for gap in agreement_gaps(TODAY)}
    assert found == {("SEV", AgreementKind.DATA_USE, days(60)), ("HOU", AgreementKind.ETHICS, None)}


def test_a_paper_that_is_renewed_without_a_break_is_no_gap(sev) -> None:
    Agreement.objects.filter(site=sev, kind="DATA_USE").update(valid_until=days(10))
    renewal = Agreement.objects.create(
        site=sev, kind="DATA_USE", reference="2", signed_on=TODAY, valid_from=days(11), valid_until=days(400)
    )
    assert agreement_gaps(TODAY) == []
    Agreement.objects.filter(pk=renewal.pk).update(valid_from=days(12))
    assert [gap.ends_on for gap in agreement_gaps(TODAY)] == [days(10)]


def test_sites_that_are_not_active_need_no_reminder(sev) -> None:
    Agreement.objects.filter(site=sev).delete()
    Site.objects.filter(pk=sev.pk).update(status=SiteStatus.CLOSED)
    assert agreement_gaps(TODAY) == []


def test_people_without_a_role_are_found(cast) -> None:
    assert list(people_without_role(TODAY)) == [cast.eve]
    Membership.objects.filter(user=cast.judy).update(ends_on=days(-1))
    assert set(people_without_role(TODAY)) == {cast.eve, cast.judy}


def test_roles_that_end_within_sixty_days_are_found(cast) -> None:
    Membership.objects.filter(user=cast.judy).update(ends_on=days(60))
    Membership.objects.filter(user=cast.ivan).update(ends_on=days(61))
    assert [held.user for held in roles_ending(TODAY)] == [cast.judy]
