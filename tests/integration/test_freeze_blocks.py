"""The freeze in blocks of cases: the same rows whatever the size of a block, and the facts that it tells besides."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl
import pytest
from pyarrow import parquet

from exports.freeze import FreezeError, freeze, rows
from exports.freeze.folder import read_facts
from exports.freeze.parquet import parquet_path
from exports.freeze.verify import verify_tables
from exports.sheets import SUBJECT, sheet_named, sheets_of
from sites.context import acting_as_system
from sites.models import Agreement, AgreementKind, Site, SiteStatus
from tests.cast import Cast
from tests.factories.whole_case import whole_case
from tests.integration.test_freeze import CUT, order

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "export"])


@pytest.fixture
def five_cases(cast: Cast) -> Cast:
    for number in range(1, 5):
        whole_case(cast.sev, f"SEV-{number}", judge=cast.judy, country="ES")
    whole_case(cast.hou, "HOU-1", judge=cast.judy, country="US")
    return cast


def test_rows_are_the_same_whatever_the_size_of_a_block(
    five_cases: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    whole = freeze(order(), tmp_path / "whole")
    monkeypatch.setattr(rows, "BLOCK_CASES", 2)
    monkeypatch.setattr(rows, "READ_ROWS", 1)
    cut = freeze(order(), tmp_path / "cut")
    assert cut == whole
    for table in whole["tables"]:
        paths = [parquet_path(tmp_path / name, table["name"]) for name in ("whole", "cut")]
        one, other = (pl.read_parquet(path) for path in paths)
        assert one.equals(other), table["name"]
        assert [parquet.ParquetFile(path).num_row_groups for path in paths] == [1, 3]


def test_every_block_holds_the_same_cases_in_every_table(
    five_cases: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(rows, "BLOCK_CASES", 2)
    sheets = sheets_of(tmp_path, freeze(order(), tmp_path))
    blocks = [set(piece[SUBJECT]) for piece in sheet_named(sheets, "patient").pieces()]
    assert [len(block) for block in blocks] == [2, 2, 1]
    for sheet in sheets:
        for block, piece in zip(blocks, sheet.pieces(), strict=True):
            assert set(piece[SUBJECT]) <= block, sheet.name


def test_levels_are_rare_over_all_blocks_not_in_one(five_cases: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    whole_case(five_cases.sev, "SEV-5", judge=five_cases.judy, country="ES")
    monkeypatch.setattr(rows, "BLOCK_CASES", 2)
    freeze(order(), tmp_path)
    countries = pl.read_parquet(parquet_path(tmp_path, "patient"))["country"].to_list()
    assert sorted(countries) == ["ES"] * 5 + ["MERGED"]


def test_an_empty_registry_has_one_empty_block(cast: Cast, tmp_path: Path):
    for sheet in sheets_of(tmp_path, freeze(order(), tmp_path)):
        assert [piece.height for piece in sheet.pieces()] == [0]


def test_the_ledger_of_sites_says_who_is_in_and_why_others_are_not(five_cases: Cast, tmp_path: Path):
    yesterday = CUT.date() - dt.timedelta(days=1)
    with acting_as_system("tests", reason="papers"):
        Agreement.objects.filter(site=five_cases.hou, kind=AgreementKind.ETHICS).update(valid_until=yesterday)
        Site.objects.create(code="NEW", name="New", country="ES", time_zone="Europe/Madrid")
        closed = Site.objects.create(
            code="OLD", name="Old", country="ES", time_zone="Europe/Madrid", status=SiteStatus.CLOSED
        )
        Agreement.objects.create(
            site=closed, kind=AgreementKind.ETHICS, reference="e", signed_on=yesterday, valid_from=yesterday
        )
    ledger = freeze(order(), tmp_path)["sites"]
    assert sorted((entry["standing"], entry["included"], entry["patients"]) for entry in ledger) == [
        ("INCLUDED", True, 4), ("NO_AGREEMENT", False, 0), ("NO_ETHICS", False, 0), ("PREPARING", False, 0),
    ]  # fmt: skip
    assert all(entry["code"].startswith("S") and entry["words"] for entry in ledger)


def test_open_queries_and_the_numbers_of_the_policy_are_among_the_facts(five_cases: Cast, tmp_path: Path):
    freeze(order(open_queries={"OPEN": 3, "ANSWERED": 1}, policy={"k_agreement": 5}), tmp_path)
    facts = read_facts(tmp_path)
    assert facts["open_queries"] == {"OPEN": 3, "ANSWERED": 1}
    assert facts["policy"] == {"k_agreement": 5}


def test_a_row_that_got_lost_on_the_way_fails_the_freeze(
    five_cases: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    plain = rows.leaving

    def losing(frame, table, who, rare):
        kept = plain(frame, table, who, rare)
        return kept[1:] if table.name == "lab" else kept

    monkeypatch.setattr("exports.freeze.run.leaving", losing)
    with pytest.raises(FreezeError, match="lab: the written table has"):
        freeze(order(), tmp_path)


def test_a_table_that_was_changed_after_it_was_written_is_found(five_cases: Cast, tmp_path: Path):
    from exports.freeze.facts import Counts
    from exports.freeze.tables import released_tables

    facts = freeze(order(), tmp_path)
    told = {table["name"]: Counts(table["rows"], table["patients"], table["sites"]) for table in facts["tables"]}
    counted = [(table, told[table.name]) for table in released_tables()]
    verify_tables(tmp_path, counted)
    pl.read_parquet(parquet_path(tmp_path, "lab"))[1:].write_parquet(parquet_path(tmp_path, "lab"))
    with pytest.raises(FreezeError, match="lab"):
        verify_tables(tmp_path, counted)
