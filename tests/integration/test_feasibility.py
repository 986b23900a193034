"""Feasibility counts: made by the worker from one freeze of all sites, read by the pages from whole groups alone."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone

from exports import services
from exports.cohorts.checking import CohortError
from exports.models import FeasibilityBasis
from exports.selectors.feasibility import feasibility_count
from exports.services import feasibility
from exports.services.feasibility import feasibility_refresh
from sites.context import acting_as
from tests.cast import Cast
from tests.factories.whole_case import whole_case

GROUPS = [
    {"size": 14, "levels": {"PROD": "AXI", "SEX": "MALE"}},
    {"size": 18, "levels": {"PROD": "LISO", "SEX": "FEMALE"}},
]
AXI = {"PROD": {"in": ["AXI"]}}


def stored(size: int = 11, groups: list[dict[str, Any]] | None = None, age: dt.timedelta = dt.timedelta()) -> None:
    FeasibilityBasis.objects.create(made_at=timezone.now() - age, group_size=size, groups=groups or GROUPS)


@pytest.fixture
def release_folder(settings: Any, tmp_path: Path) -> Path:
    settings.QUELL_RELEASE_DIR = str(tmp_path / "releases")
    return tmp_path / "releases"


@pytest.fixture
def frozen(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Stand in for freeze and derivation: so many cases, all of one product."""
    import polars as pl

    from exports.cohorts.criteria import CRITERIA

    def cases(count: int) -> None:
        types = {column: pl.Int64 if one.is_number else pl.String for column, one in CRITERIA.items()}
        rows = [{"PROD": "AXI"} for _number in range(count)]
        monkeypatch.setattr(feasibility, "_cases", lambda: pl.DataFrame(rows, schema=types))

    return cases


@pytest.mark.django_db
class TestTelling:
    def test_a_count_is_rounded_and_says_of_which_day_it_is(self):
        stored()
        told = feasibility_count(AXI)
        assert (told.number, told.text, told.is_suppressed) == (15, "About 15 cases", False)
        assert told.made_at is not None
        assert feasibility_count({}).number == 30

    def test_a_small_count_is_not_told(self):
        stored()
        told = feasibility_count({"PROD": {"in": ["TISA"]}})
        assert (told.number, told.text, told.is_suppressed) == (None, "Fewer than 11 cases", True)

    def test_only_the_latest_groups_are_read_and_the_older_stay(self):
        stored(age=dt.timedelta(days=7), groups=[{"size": 90, "levels": {"PROD": "AXI"}}])
        stored()
        assert feasibility_count(AXI).number == 15
        assert FeasibilityBasis.objects.count() == 2

    def test_the_numbers_of_the_policy_count(self, cast: Cast):
        stored(size=20, groups=[{"size": 24, "levels": {}}])
        with acting_as(cast.dana):
            services.policy_set(name="round_to", value=10, reason="the board wants it so", by=cast.dana)
            services.policy_set(name="small_below", value=15, reason="the board wants it so", by=cast.dana)
        assert feasibility_count({}).text == "About 20 cases"
        assert feasibility_count(AXI).text == "Fewer than 15 cases"

    def test_groups_made_under_a_lower_limit_are_not_read(self, cast: Cast):
        stored()
        with acting_as(cast.dana):
            services.policy_set(name="small_below", value=20, reason="the board wants it so", by=cast.dana)
        told = feasibility_count({})
        assert (told.number, told.made_at, told.is_suppressed) == (None, None, False)

    def test_without_groups_the_reader_is_told_why(self):
        assert "too few cases" in feasibility_count({}).text

    def test_a_cohort_of_unknown_levels_is_refused(self):
        with pytest.raises(CohortError):
            feasibility_count({"PROD": {"in": ["NONE"]}})


@pytest.mark.django_db
class TestRenewing:
    @pytest.mark.parametrize(("cases", "is_made"), [(21, False), (22, True)])
    def test_there_are_no_groups_before_two_of_them_can_be_filled(self, frozen: Any, cases: int, is_made: bool):
        frozen(cases)
        assert (feasibility_refresh() is not None) is is_made

    @pytest.mark.parametrize(("cases", "is_made"), [(42, False), (43, True), (22, False)])
    def test_a_few_cases_more_or_fewer_leave_the_groups_as_they_are(self, frozen: Any, cases: int, is_made: bool):
        stored()
        frozen(cases)
        assert (feasibility_refresh() is not None) is is_made

    def test_after_a_quarter_of_a_year_corrections_are_taken_up(self, frozen: Any):
        stored(age=dt.timedelta(days=90))
        frozen(32)
        assert feasibility_refresh() is not None

    def test_another_limit_makes_other_groups(self, frozen: Any):
        stored(size=5)
        frozen(32)
        made = feasibility_refresh()
        assert made is not None
        assert made.group_size == 11

    def test_the_command_makes_them_at_once_and_says_how_many(self, frozen: Any, capsys: pytest.CaptureFixture[str]):
        stored()
        frozen(32)
        call_command("feasibility_refresh")
        assert "32 cases in 1 groups" in capsys.readouterr().out
        frozen(3)
        call_command("feasibility_refresh")
        assert "Too few cases" in capsys.readouterr().out


@pytest.mark.django_db(transaction=True, databases=["default", "export"])
def test_what_is_stored_holds_no_key_and_the_frozen_data_are_gone(cast: Cast, release_folder: Path):
    for number in range(12):
        whole_case(cast.sev, f"SEV-{number}", judge=cast.judy)
        whole_case(cast.hou, f"HOU-{number}", judge=cast.judy)
    made = feasibility_refresh()
    assert made is not None
    assert sum(group["size"] for group in made.groups) == 24
    assert all(set(group) == {"size", "levels"} and group["size"] >= 11 for group in made.groups)
    assert {column for group in made.groups for column in group["levels"]} <= {
        "ANAIND", "DOSEGRP", "CRSMAX", "ICANSMAX", "FUPDAYS", "DISGR", "PROD", "COSTIM", "INFYR", "AGEGR", "SEX",
        "COUNTRY",
    }  # fmt: skip
    assert list(release_folder.iterdir()) == []


@pytest.mark.django_db(transaction=True, databases=["default", "export"])
def test_a_freeze_that_fails_leaves_nothing_on_the_disk(
    cast: Cast, release_folder: Path, monkeypatch: pytest.MonkeyPatch
):
    def broken(_order: Any, folder: Path) -> None:
        (folder / "half.parquet").write_bytes(b"rows")
        raise OSError("no room")

    monkeypatch.setattr(feasibility, "freeze", broken)
    with pytest.raises(OSError, match="no room"):
        feasibility_refresh()
    assert list(release_folder.iterdir()) == []
