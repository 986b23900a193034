"""Reads the raw case files of the demonstration back, knowing nothing of how they were made."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections import defaultdict
from collections.abc import Iterable, Iterator
from decimal import Decimal
from functools import cache
from pathlib import Path

from registry.demo.files import cohort_files
from registry.rules.anakinra import WeighedOn, choose_weight, daily_mg, mg_per_kg_day
from registry.rules.crs import CrsDay, Oxygen, crs_grade
from registry.rules.icans import Consciousness, IcansDay, IceAssessable, IcpSign, Motor, Oedema, Seizure, icans_grade
from registry.rules.therapy import MASKING_DRUGS

VECTORS = Path(__file__).parent.parent / "vectors"
Raw = dict[str, str]


@cache
def raw_files() -> dict[str, dict[str, bytes]]:
    return cohort_files()


def read(content: bytes) -> list[Raw]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8"))))


@cache
def rows(topic: str) -> tuple[Raw, ...]:
    """All rows of a topic, of all hospitals."""
    return tuple(row for files in raw_files().values() for row in read(files.get(f"{topic}.csv", b"")))


def of(topic: str, study_id: str) -> list[Raw]:
    return [row for row in rows(topic) if row["study_id"] == study_id]


def one(topic: str, study_id: str) -> Raw:
    (row,) = of(topic, study_id)
    return row


@cache
def vector() -> tuple[Raw, ...]:
    with (VECTORS / "s04_cohort43_headline.csv").open(newline="") as file:
        return tuple(csv.DictReader(file))


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def number(text: str) -> Decimal | None:
    return Decimal(text) if text and text not in ("ND", "UNK", "NA") else None


def whole(text: str) -> int | None:
    value = number(text)
    return None if value is None else int(value)


def yes(text: str) -> bool | None:
    return {"yes": True, "no": False}.get(text)


def infused_on(study_id: str) -> dt.date:
    return day(one("infusion_course", study_id)["infused_on"])


def started_on(study_id: str) -> dt.date:
    return day(one("anakinra_course", study_id)["started_on"])


def dose_of(study_id: str) -> tuple[Decimal, Decimal, str]:
    """mg/day, mg/kg/day and route of the first segment, by the rules."""
    course, first = one("anakinra_course", study_id), of("anakinra_segment", study_id)[0]
    assert first["segment_no"] == "1"
    weight = choose_weight(
        [WeighedOn(day(course["weighed_on"]), Decimal(course["weight_kg"]))],
        day(course["started_on"]),
        number(one("infusion_course", study_id)["weight_kg"]),
    )
    daily = daily_mg(Decimal(first["dose_mg"]), Decimal(first["interval_h"]))
    return daily, mg_per_kg_day(daily, weight.kg), first["route"]


def icans_grades(study_id: str) -> dict[dt.date, int | None]:
    """Grade by the rule for each recorded day."""
    return {day(row["assessed_on"]): icans_grade(_icans_day(row)) for row in of("icans_assessment", study_id)}


def _icans_day(row: Raw) -> IcansDay:
    return IcansDay(
        IceAssessable(row["ice_assessable"]),
        Consciousness(row["consciousness"]),
        Seizure(row["seizure"]),
        Motor(row["motor"]),
        Oedema(row["oedema"]),
        IcpSign(row["icp_sign"]),
        ice_total=whole(row["ice_total"]),
        other_cause=yes(row["has_other_cause"]),
    )


def crs_grades(study_id: str) -> dict[dt.date, int | None]:
    """Grade by the rule for each recorded day; fever seen before and treatment that hides it are looked up."""
    found: dict[dt.date, int | None] = {}
    was_febrile, had_antipyretic = False, False
    for row in sorted(of("crs_assessment", study_id), key=lambda row: row["assessed_on"]):
        on = day(row["assessed_on"])
        had_antipyretic = had_antipyretic or bool(yes(row["had_antipyretic"]))
        found[on] = crs_grade(_crs_day(row, was_febrile, had_antipyretic or on >= first_masking_on(study_id)))
        was_febrile = was_febrile or Decimal(row["temp_max_c"]) >= 38
    return found


def _crs_day(row: Raw, is_established: bool, is_masked: bool) -> CrsDay:
    return CrsDay(
        number(row["temp_max_c"]),
        yes(row["has_hypotension"]),
        whole(row["vasopressors"]),
        yes(row["has_vasopressin"]),
        Oxygen(row["oxygen"]),
        number(row["oxygen_flow_l_min"]),
        yes(row["has_other_fever_cause"]),
        is_established,
        is_masked,
        yes(row["has_other_oxygen_reason"]),
    )


def first_masking_on(study_id: str) -> dt.date:
    drugs = {drug.value for drug in MASKING_DRUGS}
    given = [day(row["started_on"]) for row in of("toxicity_therapy", study_id) if row["drug"] in drugs]
    return min(given, default=dt.date.max)


def reported_grades(topic: str, study_id: str) -> dict[dt.date, int | None]:
    """Grade by the clinician for each recorded day."""
    return {day(row["assessed_on"]): whole(row["grade_reported"]) for row in of(f"{topic}_assessment", study_id)}


def resolution(study_id: str, *, by_clinician: bool) -> tuple[int, int]:
    """Days from anakinra to resolution of all that was active at start, and its status, from the daily rows alone."""
    start, contact = started_on(study_id), one("follow_up", study_id)
    last = day(contact["last_contact_on"])
    computed = (icans_grades(study_id), crs_grades(study_id))
    reported = (reported_grades("icans", study_id), reported_grades("crs", study_id))
    series = [grades for grades in (reported if by_clinician else computed) if _is_active(grades, start)]
    days = sorted({on for grades in series for on in grades if on >= start})
    for on in days:
        if all(_is_clear(grades, on) for grades in series):
            return (on - start).days, 1
    return (last - start).days, 2 if contact["vital_status"] == "DEAD" else 0


def _is_active(grades: dict[dt.date, int | None], start: dt.date) -> bool:
    return any((grades.get(on) or 0) > 0 for on in (start - dt.timedelta(days=1), start))


def _is_clear(grades: dict[dt.date, int | None], on: dt.date) -> bool:
    """Grade 0 on the day, or over already, and nothing within 48 hours."""
    until = [grade for seen, grade in grades.items() if seen <= on]
    soon = [grade for seen, grade in grades.items() if dt.timedelta(0) <= seen - on <= dt.timedelta(days=2)]
    return bool(until) and until[-1] == 0 and not any(soon)


def event_days(study_id: str, found: Iterable[str]) -> Iterator[int]:
    """Days from infusion of the given calendar days."""
    for text in found:
        yield (day(text) - infused_on(study_id)).days


def by_patient(topic: str) -> dict[str, list[Raw]]:
    grouped: dict[str, list[Raw]] = defaultdict(list)
    for row in rows(topic):
        grouped[row["study_id"]].append(row)
    return grouped
