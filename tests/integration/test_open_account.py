"""`manage.py open_account`: the first administrator, audited, and refused in words where it does not fit."""

from __future__ import annotations

import getpass
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError
from django.utils import timezone

from sites.access import can
from sites.audit import event_model_of
from sites.models import User
from sites.roles import Permission, Role
from sites.services import account_open
from tests.cast import PASSWORD


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("open_account", *arguments, stdout=out)
    return out.getvalue()


def test_the_first_administrator_is_opened_and_audited(db) -> None:
    said = run("Ada@hospital.example", "Ada", "ADMINISTRATOR")
    person = User.objects.get(email="ada@hospital.example")
    assert "Forgot your password" in said
    assert not person.has_usable_password()
    assert can(person, Permission.SITE_ADMIN)
    assert event_model_of(User).objects.get(id=person.pk).pgh_context["user_label"] == "manage.py open_account"


def test_a_password_can_be_asked_for(db, monkeypatch) -> None:
    monkeypatch.setattr(getpass, "getpass", lambda _: PASSWORD)
    assert "sign in" in run("ada@hospital.example", "Ada", "ADMINISTRATOR", "--ask-password")
    assert User.objects.get().check_password(PASSWORD)


def test_a_weak_password_is_refused(db, monkeypatch) -> None:
    monkeypatch.setattr(getpass, "getpass", lambda _: "short")
    with pytest.raises(CommandError, match="too short"):
        run("ada@hospital.example", "Ada", "ADMINISTRATOR", "--ask-password")
    assert not User.objects.exists()


def test_somebody_known_gets_the_role_beside_the_others(cast) -> None:
    run("alice@example.org", "Alice", "INVESTIGATOR", "--site", "HOU")
    assert can(cast.alice, Permission.CASE_SIGN, cast.hou)
    assert can(cast.alice, Permission.CASE_EDIT, cast.sev)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["new@example.org", "New", "COORDINATOR"], "need a site"),
        (["new@example.org", "New", "COORDINATOR", "--site", "XXX"], "known are: HOU, SEV"),
        (["new", "New", "ADMINISTRATOR"], "valid email"),
        (["dana@example.org", "Dana", "DATA_MANAGER"], "already holds"),
    ],
)
def test_what_does_not_fit_is_refused_in_words_and_leaves_nothing(cast, arguments, words) -> None:
    before = User.objects.count()
    with pytest.raises(CommandError, match=words):
        run(*arguments)
    assert User.objects.count() == before


def test_an_account_is_not_opened_by_nobody(cast) -> None:
    with pytest.raises(IntegrityError, match="pgh_context"):
        account_open(
            email="a@b.example", full_name="A", role=Role.ADJUDICATOR, site=None, starts_on=timezone.localdate()
        )
