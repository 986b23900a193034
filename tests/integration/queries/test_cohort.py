"""The demonstration cohort raises exactly the queries that expected_queries.csv lists, each with its reason."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from difflib import unified_diff
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from registry.checks.engine import findings_at
from registry.checks.settings import settings_now
from registry.models import CheckRun, DataQuery, Patient, QueryEntry, QueryState, RunState
from registry.services.reconcile import reconcile_sites
from sites.context import acting_as_system
from sites.models import Site
from tests.integration.queries.cohort import Asked, asked_of, complete_every_form, standing

pytestmark = pytest.mark.django_db
EXPECTED = Path(__file__).with_name("expected_queries.csv")
AT_ONCE, WHEN_COMPLETE = "at once", "when complete"


@pytest.fixture
def printed(demo_registry: str):
    """What loading the demonstration printed; the test looks on as the system."""
    with acting_as_system("tests", reason="look at queries"):
        yield demo_registry


def expected(*asked: str) -> list[Asked]:
    """The listed queries that are asked at these moments."""
    with EXPECTED.open(encoding="utf-8", newline="") as lines:
        rows = [row for row in csv.DictReader(lines) if row["asked"] in asked]
    return sorted(Asked(*(row[name] for name in Asked._fields)) for row in rows)


def differences(listed: Iterable[Asked], raised: Iterable[Asked]) -> str:
    """The lines that the file lists and the registry does not raise (-), and the other way round (+)."""
    old, new = (["  ".join(entry) for entry in entries] for entries in (listed, raised))
    return "\n".join(unified_diff(old, new, EXPECTED.name, "raised by the checks", n=0, lineterm=""))


def test_the_clean_cohort_raises_exactly_the_listed_queries_and_the_rest_when_its_forms_are_complete(printed):
    assert set(CheckRun.objects.values_list("state", flat=True)) == {RunState.DONE}
    assert not (different := differences(expected(AT_ONCE), standing())), different
    assert f"Queries raised by the checks: {len(expected(AT_ONCE))}." in printed
    _loading_again_raises_nothing()
    _nothing_else_is_found_however_long_the_cases_wait()
    sites = list(Site.objects.values_list("pk", flat=True))
    complete_every_form()
    assert reconcile_sites(sites).opened == len(expected(WHEN_COMPLETE))
    assert not (different := differences(expected(AT_ONCE, WHEN_COMPLETE), standing())), different
    nothing = reconcile_sites(sites)
    assert (nothing.opened, nothing.reopened, nothing.closed) == (0, 0, 0)
    assert not QueryEntry.objects.exists()
    assert set(DataQuery.objects.values_list("state", flat=True)) == {QueryState.OPEN}


def _loading_again_raises_nothing() -> None:
    before = list(DataQuery.objects.order_by("pk").values())
    output = StringIO()
    call_command("demo_load", "--force", stdout=output)
    assert "Queries raised by the checks: 0." in output.getvalue()
    assert list(DataQuery.objects.order_by("pk").values()) == before


def _nothing_else_is_found_however_long_the_cases_wait() -> None:
    """What is asked of a case that has waited is all that the checks find, whether its forms are complete or not."""
    cases = {patient.pk: patient for patient in Patient.objects.all()}
    found = [
        DataQuery(
            patient=cases[one.patient_id], check_code=one.check.code, topic=one.check.topic.code, row_id=one.row_id
        )
        for one in findings_at(list(Site.objects.values_list("pk", flat=True)), settings_now().running())
    ]
    assert not (different := differences(expected(AT_ONCE, WHEN_COMPLETE), asked_of(found))), different


def test_every_listed_query_says_why_it_is_expected():
    with EXPECTED.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert {row["asked"] for row in rows} == {AT_ONCE, WHEN_COMPLETE}
    assert [row for row in rows if len(row["why"].split()) < 5] == []
    keys = [tuple(row[name] for name in ("study_id", "check_code", "row")) for row in rows]
    assert keys == sorted(set(keys))


def test_a_stale_list_is_told_line_by_line():
    listed = [Asked("P0001", "DO06_VIAL", "anakinra_segment", "course 1, anakinra 1, segment 1")]
    raised = [Asked("P0002", "DT26_FU_SHORT", "follow_up", "-")]
    told = differences(listed, raised).splitlines()
    assert told[0] == "--- expected_queries.csv"
    assert "-P0001  DO06_VIAL  anakinra_segment  course 1, anakinra 1, segment 1" in told
    assert "+P0002  DT26_FU_SHORT  follow_up  -" in told
