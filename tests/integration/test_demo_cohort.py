"""The demonstration goes through the real upload and comes out of the record with the study's figures."""

from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command

from registry.demo.load import cases_load, people_load
from registry.demo.only import RealDataHere
from registry.demo.people import DEMO_PEOPLE, demo_password, uploader_of
from registry.models import (
    Patient,
)
from sites.context import acting_as_system
from sites.models import Agreement, Membership, Site, User
from tests.unit import demo_files as raw

pytestmark = pytest.mark.django_db


def load() -> None:
    call_command("demo_load", "--force")


def test_people_sign_in_with_one_password_and_hold_the_roles_that_are_listed():
    people_load()
    assert User.objects.count() == len(DEMO_PEOPLE)
    assert all(user.check_password(demo_password()) for user in User.objects.all())
    held = {(str(role.user.email), role.role, role.site and role.site.code) for role in Membership.objects.all()}
    assert held == {
        (person.email, person.role, code) for person in DEMO_PEOPLE if person.role for code in person.sites or (None,)
    }
    assert Agreement.objects.exclude(valid_until=None).count() == 1
    assert people_load() == 0


def test_every_hospital_has_a_coordinator_who_uploads_its_files():
    assert {uploader_of(code).role for code in raw.raw_files()} == {"COORDINATOR"}


def test_without_cases_nothing_clinical_is_loaded(settings):
    settings.QUELL_DEMO = True
    call_command("demo_load", "--without-cases")
    with acting_as_system("tests", reason="looking on"):
        assert (Site.objects.count(), Patient.objects.count()) == (9, 0)


def test_nothing_is_loaded_where_the_demonstration_is_off_or_a_real_site_is_there(settings):
    with pytest.raises(CommandError, match="no demonstration"):
        call_command("demo_load")
    with acting_as_system("test", reason="a real site"):
        Site.objects.create(code="REAL", name="A real hospital", country="US", time_zone="America/Chicago")
    with pytest.raises(CommandError, match="REAL"):
        load()
    with pytest.raises(RealDataHere):
        cases_load()
    settings.SETTINGS_MODULE = "config.settings.prod"
    with pytest.raises(RealDataHere, match="production"):
        people_load()
