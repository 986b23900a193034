"""What leaves of the demonstration cohort: every carrier is declared, and each level is what it promises."""

from __future__ import annotations

import re

import polars as pl
import pytest

from exports.freeze.folder import read_facts
from exports.freeze.privacy import released_columns
from exports.leaving.carriers import JUDGED, carriers, undeclared
from exports.leaving.coarsen import LEAVE_OUT, STEPS
from exports.leaving.leave import leave
from exports.leaving.order import LeavingOrder
from exports.leaving.people import TooFewAlike
from exports.leaving.shareable import BINNED, KEPT_AS_IT_IS
from exports.leaving.twin import make_twin
from exports.risk.report import risk_of
from exports.sheets import SUBJECT_OF, sheets_of
from registry.metadata import Privacy, topics
from registry.metadata.release import leaves

pytestmark = pytest.mark.slow

BINS = {*range(-91, 91, 7), *range(91, 10_000, 30), *range(-91, -10_000, -30)}


def test_what_leaves_of_the_demonstration_cohort(demo_folder, tmp_path):
    folder, facts = demo_folder, read_facts(demo_folder)
    sheets = sheets_of(folder, facts)
    every_carrier_is_declared(sheets)
    every_step_leaves_no_trace(folder, tmp_path / "coarse", sheets)
    agreement = leave(folder, tmp_path / "AGREEMENT", LeavingOrder("AGREEMENT"))
    assert [sheet["rows"] for sheet in agreement["tables"]] == [sheet["rows"] for sheet in facts["tables"]]
    report = risk_of(tmp_path / "AGREEMENT", k_min=5)
    assert (report["patients"], report["k"]) == (43, 1)
    assert report["intervals"]["unique_together"] == 43
    the_shareable_level_keeps_its_promise(folder, tmp_path / "SHAREABLE", report)
    the_twin_has_nobody(tmp_path / "AGREEMENT", tmp_path / "TWIN", sheets)


def every_carrier_is_declared(sheets):
    there = {(sheet.name, column.column) for sheet in sheets for column in sheet.columns}
    declared = {carrier.place for _quasi, carrier in carriers()}
    assert declared | JUDGED.keys() <= there
    assert undeclared(sheets) == []
    quasi = {
        (topic.code, released_columns(field)[0].name)
        for topic in topics()
        for field in topic.fields
        if field.variable is not None and field.variable.privacy is Privacy.QUASI and leaves(field)
    }
    assert quasi
    assert quasi <= declared
    lists = {column.choices: place for place, column in named(sheets).items() if place in declared and column.choices}
    missing_reasons = {column.choices for column in named(sheets).values() if column.is_reason}
    shared = {place for place, column in named(sheets).items() if column.choices in lists.keys() - missing_reasons}
    assert shared - declared == set()
    assert same_values(sheets, declared) == set()


def named(sheets):
    return {(sheet.name, column.column): column for sheet in sheets for column in sheet.columns}


def same_values(sheets, declared):
    """Return the columns that hold for every person what a carrier holds, under whatever name."""
    subject_level = {sheet.name: sheet.frame().sort(SUBJECT_OF[sheet.kind]) for sheet in sheets if sheet.rows == 43}
    values = {
        (name, column): frame[column].cast(pl.String).to_list()
        for name, frame in subject_level.items()
        for column in frame.columns
        if frame[column].n_unique() > 1
    }
    known = [values[place] for place in declared if place in values]
    return {place for place, held in values.items() if place not in declared and held in known}


def every_step_leaves_no_trace(folder, out, sheets):
    for code, step in STEPS.items():
        if code != LEAVE_OUT:
            facts = leave(folder, out, LeavingOrder("AGREEMENT", coarsening=(code,)))
            left = {place for place in named(sheets_of(out, facts)) if place in step.drops}
            assert left == set()
            assert {f"{sheet}.{column}" for sheet, column in step.drops} == set(facts["coarsening"][0]["dropped"])
    trace = pl.read_parquet(out / "datasets" / "trace.parquet")
    assert trace.height
    assert "BESTRESP" in set(trace["VARIABLE"])
    facts = leave(folder, out, LeavingOrder("AGREEMENT", coarsening=("NO_DISEASE",)))
    assert "BESTRESP" not in set(pl.read_parquet(out / "datasets" / "trace.parquet")["VARIABLE"])
    selection = {"tables": {"patient": "*"}, "datasets": {"adsl": "*", "trace": "*"}}
    facts = leave(folder, out, LeavingOrder("AGREEMENT", selection=selection))
    assert set(pl.read_parquet(out / "datasets" / "trace.parquet")["SRCTAB"]) <= {"patient"}


def the_shareable_level_keeps_its_promise(folder, out, report):
    order = LeavingOrder("SHAREABLE", key=bytes(32), k_min=11)
    with pytest.raises(TooFewAlike):
        leave(folder, out, order)
    steps = tuple(report["suggestions"]["shareable"])
    facts = leave(folder, out, LeavingOrder("SHAREABLE", coarsening=steps, key=bytes(32), k_min=11))
    assert risk_of(out, k_min=11)["k"] >= 11
    sheets = sheets_of(out, facts)
    assert {sheet.name for sheet in sheets} == {"adsl", "adtte", "adae", "adinf"}
    for sheet in sheets:
        rows = sheet.frame()
        for column in sheet.columns:
            if column.unit == "d" and (sheet.name, column.column) not in KEPT_AS_IT_IS:
                assert column.leaves_as == BINNED
                assert set(rows[column.column].drop_nulls()) <= BINS
            if rows[column.column].dtype == pl.String:
                assert not any(re.search(r"_day=|_on=|^S\d\d$", text) for text in rows[column.column].drop_nulls())
    old = set(pl.read_parquet(folder / "frozen" / "patient.parquet")["subject_key"])
    content = b"".join(path.read_bytes() for path in out.rglob("*") if path.is_file())
    assert not any(key.encode() in content for key in old)


def the_twin_has_nobody(folder, out, sheets):
    facts = make_twin(folder, out, "a seed")
    twins = sheets_of(out, facts)
    assert [sheet.name for sheet in twins] == [sheet.name for sheet in sheets]
    real = {sheet.name: sheet.frame() for sheet in sheets}
    for sheet in twins:
        frame = sheet.frame()
        assert frame.schema == real[sheet.name].schema
        assert frame[SUBJECT_OF[sheet.kind]].str.starts_with("TWIN").all()
        assert not frame.select(sheet.key).is_duplicated().any()
    cells = [name for name in real["adsl"].columns if name != "USUBJID"]
    drawn = pl.read_parquet(out / "datasets" / "adsl.parquet")
    assert drawn.join(real["adsl"], on=cells, how="semi", nulls_equal=True).height == 0
    assert read_facts(out)["is_synthetic"] is True
