"""The datasets of the demonstration cohort equal the reference cohort; picked values lead back to their rows."""

from __future__ import annotations

import csv
import math
from collections import Counter, defaultdict
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from exports.datasets.adsl import ADSL
from exports.datasets.adtte import ADTTE, left_out
from exports.datasets.trace import TRACE
from exports.freeze.folder import read_facts
from exports.sheets import sheets_of
from tests.unit.small_tables import assert_codes_are_declared

pytestmark = pytest.mark.slow

VECTOR = Path(__file__).parents[1] / "vectors" / "s04_cohort43_headline.csv"
Row = dict[str, Any]


def released(folder: Path) -> dict[str, Any]:
    """Return every sheet of a frozen folder as a frame."""
    return {sheet.name: sheet.frame() for sheet in sheets_of(folder, read_facts(folder))}


def wanted(row: dict[str, str]) -> tuple[Any, ...]:
    numbers = ("age", "kps", "entry", "t_trm", "s_trm", "t_trm_ana", "s_trm_ana", "t_res", "s_res")
    rest = ("t_os", "s_os", "t_pfs", "s_pfs", "response")
    return (
        row["group"].upper(),
        Decimal(row["dose_mgkgd"]),
        Decimal(row["ferritin"]),
        row["costim"],
        *(int(row[name]) for name in (*numbers, *rest)),
    )


def found(person: Row, times: dict[str, Row]) -> tuple[Any, ...]:
    def time(code: str) -> tuple[int, int]:
        return times[code]["AVAL"], times[code]["EVSTAT"]

    assert times["TRM28"]["ENTRYDY"] == person["ANASTDY"] == times["TRMA"]["ORIGDY"]
    assert time("TRM28") == time("TRM60")
    return (
        person["DOSEGRP"],
        Decimal(str(person["MGKGD"])),
        Decimal(str(person["FERR_PRELD"])),
        person["COSTIM"],
        person["AGE"],
        person["KPS"],
        person["ANASTDY"],
        *(value for code in ("TRM28", "TRMA", "RES", "OS", "PFS") for value in time(code)),
        person["ORRFL"],
    )


def test_datasets_equal_the_reference_cohort_and_trace_back_to_their_rows(demo_folder: Path):
    frames = released(demo_folder)
    times: dict[str, dict[str, Row]] = defaultdict(dict)
    for row in frames["adtte"].to_dicts():
        times[row["USUBJID"]][row["PARAMCD"]] = row
    people = {row["USUBJID"]: row for row in frames["adsl"].to_dicts()}
    facts = Counter(found(person, times[who]) for who, person in people.items())
    with VECTOR.open(newline="") as lines:
        reference = Counter(wanted(row) for row in csv.DictReader(lines))
    assert facts == reference, (list(facts - reference)[:2], list(reference - facts)[:2])
    assert all(person["LFERR"] == pytest.approx(math.log2(person["FERR_PRELD"])) for person in people.values())
    assert [sum(person[name] for person in people.values()) for name in ("SAFFL", "RESFL", "MVAFL", "TRMFL")] == [
        43,
        43,
        43,
        9,
    ]
    assert Counter(left_out(frames["adtte"])["EXCLRSN"]) == {"NOT_ACTIVE": 2}
    for dataset in (ADSL, ADTTE, TRACE):
        assert_codes_are_declared(dataset, frames[dataset.name])
    each_source_exists_and_gives_the_value(frames, people)


def each_source_exists_and_gives_the_value(frames: dict[str, Any], people: dict[str, Row]) -> None:
    tables = {name: index(frame.to_dicts()) for name, frame in frames.items() if "subject_key" in frame.columns}
    sources: dict[tuple[str, str], list[tuple[str, Row]]] = defaultdict(list)
    for row in frames["trace"].to_dicts():
        assert row["DERIV_ID"] == f"ADSL.{row['VARIABLE']}/1"
        sources[row["USUBJID"], row["VARIABLE"]].append((row["SRCTAB"], one_row(tables, row)))
    for row in frames["adtte"].drop_nulls("AVAL").to_dicts():
        one_row(tables, row)
    for (who, variable), rows in sources.items():
        if variable in AGAIN:
            assert people[who][variable] == pytest.approx(AGAIN[variable](rows, people[who])), (who, variable)
    assert {variable for _who, variable in sources} - AGAIN.keys() == {"IDXRULE", "NRMFL", "STER_PRE"}
    for who, person in people.items():
        for variable in set(AGAIN) - {"CRSMAX", "ICANSMAX", "TOCIN_PRE", "DEXEQ_PRE"}:
            assert (person[variable] is None) == (not sources[who, variable]), (who, variable)


def index(rows: list[Row]) -> dict[str, list[Row]]:
    by_subject: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        by_subject[row["subject_key"]].append(row)
    return by_subject


def one_row(tables: dict[str, dict[str, list[Row]]], traced: Row) -> Row:
    """Return the one row of the table that a trace names."""
    parts = dict(part.split("=") for part in (traced["SRCKEY"] or "").split("|") if part)
    [row] = [
        row
        for row in tables[traced["SRCTAB"]][traced["USUBJID"]]
        if all(str(row[name]) == value for name, value in parts.items())
    ]
    return row


def value(name: str) -> Any:
    return lambda rows, _person: [row[name] for _table, row in rows][0]


def analyte(name: str) -> Any:
    def read(rows: list[tuple[str, Row]], _person: Row) -> float:
        [(_table, row)] = rows
        assert row["analyte"] == name
        return float(row["canonical_value"])

    return read


def highest(tox: str) -> Any:
    grade = {
        f"{tox}_episode": "max_grade",
        f"{tox}_assessment": "grade_reported",
        "anakinra_course": f"{tox}_grade_at_start",
    }
    return lambda rows, _person: max(row[grade[table]] for table, row in rows)


def score(first: str, second: str, factor: float) -> Any:
    def read(rows: list[tuple[str, Row]], _person: Row) -> float:
        values = {row["analyte"]: float(row["canonical_value"]) for _table, row in rows}
        assert all(-1 <= row["sampled_day"] <= 0 for _table, row in rows)
        return values[first] * values[second] * factor / values["PLT"]

    return read


def first_dose(rows: list[tuple[str, Row]], _person: Row) -> float:
    [(_table, row)] = rows
    return float(row["dose_mg"]) * 24 / float(row["interval_h"])


def days_given(rows: list[tuple[str, Row]], _person: Row) -> float:
    return sum(
        float(row["daily_mg"]) * (row["segment_ended_day"] - row["segment_started_day"] + 1) for _table, row in rows
    )


def strongest(rows: list[tuple[str, Row]], person: Row) -> float:
    days = (person["ANASTDY"] - 1, person["ANASTDY"])
    return max(
        sum(float(row["dexeq_mg_per_day"]) for _table, row in rows if row["started_day"] <= day <= row["ended_day"])
        for day in days
    )


AGAIN: dict[str, Any] = {
    "PROD": value("product"),
    "KPS": value("kps"),
    "ANASTDY": value("started_day"),
    "DOSE24": first_dose,
    "CUMDOSE": days_given,
    "FERR_PRELD": analyte("FERRITIN"),
    "CRP_PRELD": analyte("CRP"),
    "LDH_PRELD": analyte("LDH"),
    "PLT_PRELD": analyte("PLT"),
    "ANC_PRELD": analyte("ANC"),
    "HB_PRELD": analyte("HB"),
    "CREA_PRELD": analyte("CREATININE"),
    "EASIX_INF": score("LDH", "CREATININE", 1),
    "MEASIX_INF": score("LDH", "CRP", 0.1),
    "CRSMAX": highest("crs"),
    "ICANSMAX": highest("icans"),
    "CRSATST": value("crs_grade_at_start"),
    "ICANATST": value("icans_grade_at_start"),
    "ONS2ANA": lambda rows, person: person["ANASTDY"] - min(row["onset_day"] for _table, row in rows),
    "TOCIN_PRE": lambda rows, _person: len(rows),
    "DEXEQ_PRE": strongest,
    "BESTRESP": value("response"),
    "DTHDY": value("died_day"),
    "DTHCLASS": value("trm_class_site"),
    "LSTCONDY": value("last_contact_day"),
}
