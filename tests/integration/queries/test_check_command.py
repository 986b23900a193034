"""`manage.py check_run` runs the checks in the foreground and says what became of queries."""

from __future__ import annotations

import re
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from registry.models import RunState
from registry.services import check_runs as service
from registry.services.check_runs import run_here
from tests.integration.checks.case_of import Case, day
from tests.walls import nobody_acting

LATE = "DT12_CRS_LATE"
pytestmark = pytest.mark.django_db


@pytest.fixture
def late(cast):
    """One late CRS at each hospital."""
    for site in (cast.sev, cast.hou):
        Case(site).add("crs_episode", onset_on=day(30))


@pytest.fixture
def messages(monkeypatch):
    """Collect what would wake a worker."""
    sent: list[str] = []
    monkeypatch.setattr(
        "registry.services.check_runs.current_app.send_task", lambda _name, args, **_options: sent.extend(args)
    )
    return sent


def command(*words):
    out = StringIO()
    with nobody_acting():
        call_command("check_run", *words, stdout=out)
    return out.getvalue()


def test_the_command_runs_here_and_prints_what_it_did(cast, late, messages):
    text = command("--site", "SEV", "--check", LATE)
    assert text == "1 of 1 checks: 1 violations found, 1 queries opened, 0 re-opened, 0 closed.\n"
    assert messages == [], "no worker is needed"
    assert re.match(r"(\d+) of \1 checks: ", command())


def test_the_command_names_what_it_does_not_know(cast):
    with pytest.raises(CommandError, match="SEV"):
        command("--site", "NOWHERE")
    with pytest.raises(CommandError, match="ZZ99"):
        command("--check", "ZZ99")


def test_the_command_fails_where_the_run_failed(cast, monkeypatch):
    monkeypatch.setattr(service, "reconcile_sites", lambda *_args, **_options: 1 / 0)
    with pytest.raises(CommandError, match="reference"):
        command()
    assert run_here(site=None).state == RunState.FAILED
