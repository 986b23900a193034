"""The switcher of people with two sites: pages, rights and the database follow it, and it can only take away."""

from __future__ import annotations

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from registry.models import Patient, Upload
from sites.context import acting_as_system
from sites.models import Membership
from sites.roles import Role
from tests.factories.files import create_products, one_case
from tests.integration.test_intake_pages import send


@pytest.fixture
def cases(cast):
    """One case at each site."""
    with acting_as_system("tests", reason="arrange"):
        for site in (cast.sev, cast.hou):
            Patient.objects.create(site=site, study_id=f"{site.code}-1")
    return cast


@pytest.fixture
def carol_in(cases, signed_in):
    """Carol, who coordinates at both sites, signed in."""
    return signed_in(cases.carol)


def switch(client, site=None, next_="/cases/"):
    return client.post(reverse("switch_site"), {"site": str(site.pk) if site else "", "next": next_})


def listed(client) -> list[str]:
    return [case.study_id for case in client.get(reverse("cases")).context["cases"]]


def told_sites(client, monkeypatch) -> str:
    """Return what the database was told while the page of cases was served."""
    seen: list[str] = []

    def note(user):
        with connection.cursor() as cursor:
            cursor.execute("select current_setting('app.sites')")
            seen.append(cursor.fetchone()[0])
        return []

    monkeypatch.setattr("sites.home.links_for", note)
    monkeypatch.setattr("registry.web.shell.links_for", note)
    client.get(reverse("cases"))
    return seen[0]


def test_after_each_switch_only_the_present_sites_cases_appear(cases, carol_in) -> None:
    assert listed(carol_in) == ["HOU-1", "SEV-1"]
    for site, expected in ((cases.sev, ["SEV-1"]), (cases.hou, ["HOU-1"]), (None, ["HOU-1", "SEV-1"])):
        assert switch(carol_in, site).url == "/cases/"
        assert listed(carol_in) == expected


def test_the_database_is_told_the_chosen_site_alone(cases, carol_in, monkeypatch) -> None:
    switch(carol_in, cases.sev)
    assert told_sites(carol_in, monkeypatch) == f"{{{cases.sev.pk}}}"
    switch(carol_in)
    assert told_sites(carol_in, monkeypatch).count(",") == 1


def test_the_page_of_a_case_of_the_other_site_is_not_found_until_one_switches_back(cases, carol_in) -> None:
    with acting_as_system("tests", reason="look"):
        there = reverse("case", args=[Patient.objects.get(study_id="HOU-1").pk])
    switch(carol_in, cases.sev)
    assert carol_in.get(there).status_code == 404
    switch(carol_in)
    assert carol_in.get(there).status_code == 200


def test_a_new_upload_is_for_the_chosen_site_and_for_no_other(cases, carol_in, monkeypatch) -> None:
    monkeypatch.setattr("registry.intake.submitting.current_app.send_task", lambda *_, **__: None)
    create_products()
    switch(carol_in, cases.hou)
    assert "Select a valid choice" in send(carol_in, cases.sev, one_case()).content.decode()
    assert send(carol_in, cases.hou, one_case()).status_code == 302
    with acting_as_system("tests", reason="look"):
        assert [upload.site for upload in Upload.objects.all()] == [cases.hou]


def test_the_bar_names_the_choice_and_offers_the_others(cases, carol_in) -> None:
    switch(carol_in, cases.sev)
    page = " ".join(carol_in.get("/").content.decode().split())
    assert f'<button name="site" value="{cases.sev.pk}" aria-current="true">SEV Sevilla</button>' in page
    assert f'<button name="site" value="{cases.hou.pk}">HOU Houston</button>' in page


@pytest.mark.parametrize("person", ["alice", "ivan", "dana", "eve", "adam"])
def test_people_with_one_site_or_all_have_nothing_to_choose(cases, signed_in, person) -> None:
    client = signed_in(cases[person])
    assert reverse("switch_site") not in client.get("/").content.decode()
    assert switch(client, cases.hou).status_code == 404


def test_a_choice_counts_no_longer_when_the_role_there_has_ended(cases, carol_in) -> None:
    switch(carol_in, cases.sev)
    with acting_as_system("tests", reason="a role ends"):
        here = Membership.objects.filter(user=cases.carol, site=cases.sev)
        here.update(ends_on=timezone.localdate() - timezone.timedelta(days=1))
    assert listed(carol_in) == ["HOU-1"]


def test_a_role_of_the_other_site_gives_nothing_here(cases, carol_in) -> None:
    with acting_as_system("tests", reason="another role"):
        Membership.objects.filter(user=cases.carol, site=cases.hou).update(role=Role.INVESTIGATOR)
    switch(carol_in, cases.hou)
    assert carol_in.get(reverse("upload_new")).status_code == 403
    switch(carol_in, cases.sev)
    assert carol_in.get(reverse("upload_new")).status_code == 200


@pytest.mark.parametrize(
    ("next_", "url"),
    [
        ("/uploads/", "/uploads/"),
        ("https://evil.example/", "/"),
        ("//evil.example/cases/", "/cases/"),
        ("/nowhere/", "/"),
    ],
)
def test_one_stays_on_the_page_but_never_leaves_the_registry(cases, carol_in, next_, url) -> None:
    assert switch(carol_in, cases.sev, next_).url == url


def test_from_the_page_of_one_record_one_comes_home(cases, carol_in) -> None:
    assert switch(carol_in, cases.sev, f"/cases/{cases.sev.pk}/").url == "/"


def test_what_is_no_site_is_not_found(cases, carol_in) -> None:
    assert carol_in.post(reverse("switch_site"), {"site": "SEV"}).status_code == 404
