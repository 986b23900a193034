"""From the released files alone, without the registry: the study's times, doses, covariates and responses."""

from __future__ import annotations

import csv
import io
import math
import zipfile
from collections import Counter, defaultdict
from decimal import Decimal
from pathlib import Path

import pytest

from exports.package import build_package

pytestmark = pytest.mark.slow

VECTOR = Path(__file__).parents[1] / "vectors" / "s04_cohort43_headline.csv"
TRM, MALIGNANCY = "TRM", "MALIGNANCY"
Row = dict[str, str]
Tables = dict[str, list[Row]]


def released(folder: Path) -> Tables:
    with zipfile.ZipFile(build_package(folder).path) as package:
        names = [name for name in package.namelist() if name.startswith("tables/")]
        texts = {Path(name).stem: package.read(name).decode() for name in names}
    return {name: list(csv.DictReader(io.StringIO(text))) for name, text in texts.items()}


def by_subject(rows: list[Row]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        found[row["subject_key"]].append(row)
    return found


def resolution(subject: str, start: int, end: int, tables: dict[str, dict[str, list[Row]]]) -> tuple[int, int]:
    """Time from anakinra start to the first day on which every toxicity active at start is 0 and stays so for 48 h."""
    grades: dict[str, dict[int, int]] = {}
    for name in ("crs_assessment", "icans_assessment"):
        days = {
            int(row["assessed_day"]): int(row["grade_reported"] or row["grade_computed"])
            for row in tables[name].get(subject, [])
            if row["grade_reported"] or row["grade_computed"]
        }
        before = [day for day in days if day <= start]
        if before and days[max(before)] > 0:
            grades[name] = days
    for day in sorted({day for days in grades.values() for day in days if day > start}):
        clear = [
            all(days.get(later, 0) == 0 for later in range(day, day + 3)) and day >= first_zero(days, start)
            for days in grades.values()
        ]
        if all(clear):
            return day - start, 1
    died = subject in tables["death"]
    return end - start, 2 if died else 0


def first_zero(days: dict[int, int], start: int) -> float:
    return min((day for day, grade in days.items() if day > start and grade == 0), default=math.inf)


def fact(subject: str, tables: dict[str, dict[str, list[Row]]]) -> tuple[object, ...]:
    """Return what the reference vector says of one patient, read from the release."""
    (patient,), (course,) = tables["patient"][subject], tables["infusion_course"][subject]
    (anakinra,), (contact,) = tables["anakinra_course"][subject], tables["follow_up"][subject]
    deaths = tables["death"].get(subject, [])
    start, end = int(anakinra["started_day"]), int(contact["last_contact_day"])
    status = {TRM: 1, MALIGNANCY: 2}[deaths[0]["trm_class_algorithm"]] if deaths else 0
    ferritin = max(
        (int(row["sampled_day"]), Decimal(row["canonical_value"]))
        for row in tables["lab"][subject]
        if row["analyte"] == "FERRITIN" and int(row["sampled_day"]) <= int(course["ld_started_day"])
    )[1]
    relapses = [int(row["relapsed_day"]) for row in tables["relapse"].get(subject, [])]
    responders = {"CR", "PR", "CRI", "CMR", "PMR", "SCR", "VGPR"}
    responses = [row for row in tables["response"].get(subject, []) if int(row["assessed_day"]) <= 90]
    before_progression = min(relapses, default=10**6)
    is_responder = any(
        row["response"] in responders and int(row["assessed_day"]) < before_progression for row in responses
    )
    return (
        anakinra["dose_class"].lower(),
        Decimal(anakinra["first_mg_per_kg_day"]),
        int(patient["age_at_infusion"]),
        int(course["kps"]),
        ferritin,
        start,
        end,
        status,
        *resolution(subject, start, end, tables),
        min([*relapses, end]),
        int(bool(relapses or deaths)),
        int(is_responder),
        course["costimulatory_domain"],
    )


def wanted(row: Row) -> tuple[object, ...]:
    return (
        row["group"],
        Decimal(row["dose_mgkgd"]),
        int(row["age"]),
        int(row["kps"]),
        Decimal(row["ferritin"]),
        int(row["entry"]),
        int(row["t_trm"]),
        int(row["s_trm"]),
        int(row["t_res"]),
        int(row["s_res"]),
        int(row["t_pfs"]),
        int(row["s_pfs"]),
        int(row["response"]),
        row["costim"],
    )


def test_the_release_holds_every_time_status_dose_and_covariate_of_the_reference_cohort(demo_folder: Path):
    flat = released(demo_folder)
    tables = {name: by_subject(rows) for name, rows in flat.items()}
    facts = Counter(fact(subject, tables) for subject in tables["patient"])
    with VECTOR.open(newline="") as lines:
        reference = Counter(wanted(row) for row in csv.DictReader(lines))
    assert facts == reference, (list(facts - reference)[:3], list(reference - facts)[:3])
    assert Counter(row["stop_reason"] for row in flat["anakinra_course"])["ADVERSE_EVENT"] == 3
    assert Counter(row["indication"] for row in flat["anakinra_course"]) == {"ICANS": 40, "CRS": 3}
