"""The days of toxicity: which there are, their grades and the one day that a grade may be carried, their treatment."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from exports.datasets.adtox import ADTOX
from registry.rules.therapy import (
    MASKING_DRUGS,
    STEROIDS,
    DoseUnit,
    TherapyDrug,
    dexeq_mg_per_day,
    dose_in_mg,
)
from registry.services.derive_crs import assessed_days
from tests.unit.small_tables import (
    assert_codes_are_declared,
    assert_declared_well,
    places,
    rows_of,
    small_tables,
)

Row = dict[str, Any]
KEY = {"subject_key": "S1", "course_no": 1}
INFUSED = dt.date(2024, 1, 1)


def crs_episode(onset: int | None, resolved: int | None = None, number: int = 1, **more: Any) -> Row:
    is_resolved = None if resolved is None else 1
    precision = None if resolved is None else "DAY"
    return {
        **KEY,
        "crs_no": number,
        "onset_day": onset,
        "is_resolved": is_resolved,
        "resolved_day": resolved,
        "resolved_day_precision": precision,
        **more,
    }


def crs_day(day: int, site: int | None, calc: int | None = None, number: int = 1, **more: Any) -> Row:
    return {**KEY, "crs_no": number, "assessed_day": day, "grade_reported": site, "grade_computed": calc, **more}


def stay(first: int, last: int | None, kind: str = "HOSPITAL", number: int = 1) -> Row:
    return {**KEY, "stay_no": number, "kind": kind, "began_day": first, "ended_day": last}


def therapy(drug: str, first: int, last: int | None, number: int = 1, **more: Any) -> Row:
    return {**KEY, "therapy_no": number, "drug": drug, "started_day": first, "ended_day": last, **more}


def steroid(
    drug: TherapyDrug, first: int, last: int, dose: str | None, every: int | None = 24, number: int = 1, **more: Any
) -> Row:
    mg = dose_in_mg(None if dose is None else Decimal(dose), DoseUnit.MG, None)
    return therapy(
        drug.value, first, last, number, dexeq_mg_per_day=places(dexeq_mg_per_day(drug, mg, every), 3), **more
    )


def days(**rows: list[Row]) -> dict[int, Row]:
    return {row["ADY"]: row for row in rows_of(ADTOX, small_tables(**rows))}


def test_it_is_declared_for_every_format():
    assert_declared_well(ADTOX)


def test_a_day_exists_where_something_is_recorded_and_nowhere_else():
    found = days(
        stay=[stay(-3, 2)],
        crs_assessment=[crs_day(4, 1)],
        crs_episode=[crs_episode(4, 6)],
        toxicity_therapy=[therapy("LEVETIRACETAM", 8, 9)],
        anakinra_course=[{**KEY, "anakinra_no": 1, "started_day": 11, "ended_day": 11}],
    )
    assert list(found) == [0, 1, 2, 4, 8, 9, 11]


def test_beyond_day_60_there_are_days_up_to_the_resolution_of_an_episode_not_resolved_by_then_and_no_later_ones():
    tables = {"stay": [stay(59, 63)], "crs_episode": [crs_episode(1, 62)]}
    assert list(days(**tables)) == [59, 60, 61, 62]
    assert list(days(**tables | {"crs_episode": [crs_episode(1, 20)]})) == [59, 60]
    assert list(days(**tables | {"crs_episode": [crs_episode(1, is_resolved=0)]})) == [59, 60, 61, 62, 63]
    unknown = crs_episode(1, is_resolved=1, resolved_day_precision="MONTH")
    assert list(days(**tables | {"crs_episode": [unknown]})) == [59, 60]


def test_the_clinicians_grade_goes_before_the_computed_one_and_a_difference_is_told():
    found = days(crs_assessment=[crs_day(1, 2, 3), crs_day(2, None, 1), crs_day(3, 1, 1), crs_day(4, None)])
    assert [(row["CRSGR_SITE"], row["CRSGR_CALC"], row["CRSGR"], row["CRSDISFL"]) for row in found.values()] == [
        (2, 3, 2, 1),
        (None, 1, 1, None),
        (1, 1, 1, 0),
        (None, None, None, None),
    ]


def test_a_grade_is_carried_over_one_day_without_an_assessment_while_its_episode_goes_on():
    found = days(stay=[stay(1, 8)], crs_episode=[crs_episode(1, 8)], crs_assessment=[crs_day(1, 2), crs_day(5, None)])
    assert [(day, row["CRSGR"], row["CRSLOCFL"]) for day, row in found.items()] == [
        (1, 2, 0),
        (2, 2, 1),
        (3, None, 0),
        (4, None, 0),
        (5, None, 0),
        (6, None, 0),
        (7, None, 0),
        (8, None, 0),
    ]
    assert (found[2]["LOCFFL"], found[3]["LOCFFL"], found[2]["CRSNO"], found[1]["CRSNO"]) == (1, 0, None, 1)


def test_no_grade_is_carried_to_the_day_of_resolution_nor_where_that_day_is_not_known():
    for episode in (
        crs_episode(1, 2),
        crs_episode(1, is_resolved=1),
        crs_episode(1, resolved_day_precision="YEAR"),
    ):
        found = days(stay=[stay(1, 2)], crs_episode=[episode], crs_assessment=[crs_day(1, 2)])
        assert (found[2]["CRSGR"], found[2]["CRSLOCFL"]) == (None, 0)


def test_of_two_episodes_assessed_on_one_day_the_worse_one_counts_with_all_its_components():
    found = days(
        crs_assessment=[
            crs_day(1, 1, temp_max_c=Decimal("38.4")),
            crs_day(1, 3, number=2, temp_max_c=Decimal("37.0"), vasopressors=1),
        ]
    )
    assert (found[1]["CRSNO"], found[1]["CRSGR"], found[1]["TEMPMAX"], found[1]["NPRESS"]) == (2, 3, 37, 1)


def test_the_steroids_of_a_day_add_up_and_an_unknown_dose_leaves_the_day_unknown():
    dexamethasone = steroid(TherapyDrug.DEXAMETHASONE, 1, 3, "10", 6)
    pulse = steroid(TherapyDrug.METHYLPREDNISOLONE, 2, 2, "1000", 24, number=2)
    vague = steroid(TherapyDrug.PREDNISONE, 3, 3, None, number=3)
    found = days(toxicity_therapy=[dexamethasone, pulse, vague, therapy("SILTUXIMAB", 4, 4, 4)])
    assert [row["DEXEQ"] for row in found.values()] == [40, Decimal("227.5"), None, 0]
    assert [row["THERNOS"] for row in found.values()] == ["1", "1,2", "1,3", "4"]
    assert [row["OTHERTX"] for row in found.values()] == [None, None, None, "SILTUXIMAB"]


def test_tocilizumab_other_drugs_and_care_are_told_by_day():
    found = days(
        toxicity_therapy=[therapy("TOCILIZUMAB", 2, None), therapy("RUXOLITINIB", 1, 2, 2), therapy("ATG", 2, 2, 3)],
        stay=[stay(1, 3), stay(2, 2, "ICU", 2), stay(2, 2, "VENTILATION", 3), stay(3, None, "RRT", 4)],
    )
    columns = ("TOCI", "OTHERTX", "ICUFL", "VENTFL", "CRRTFL", "STAYNOS", "DEXEQ", "ANAMG")
    assert [tuple(row[name] for name in columns) for row in found.values()] == [
        (0, "RUXOLITINIB", 0, 0, 0, "1", 0, 0),
        (1, "ATG,RUXOLITINIB", 1, 1, 0, "1,2,3", 0, 0),
        (0, None, 0, 0, 1, "1,4", 0, 0),
    ]


def test_no_dose_of_anakinra_is_claimed_where_a_course_does_not_say_how_long_it_went():
    course = {**KEY, "anakinra_no": 1, "started_day": 3}
    found = days(stay=[stay(1, 5)], anakinra_course=[course])
    assert [(row["ANAMG"], row["ADYA"]) for row in found.values()] == [
        (0, -2),
        (0, -1),
        (None, 0),
        (None, 1),
        (None, 2),
    ]


def test_reasons_of_empty_components_come_along():
    found = days(crs_assessment=[crs_day(1, None, temp_max_c__mr="ND", grade_reported__mr="UNK", oxygen="CPAP")])
    assert (found[1]["TEMPMAX__mr"], found[1]["CRSGR_SITE__mr"], found[1]["O2DEV"]) == ("ND", "UNK", "CPAP")


GRADES = st.none() | st.integers(0, 4)


@st.composite
def cases(draw: st.DrawFn) -> dict[str, list[Row]]:
    episodes, assessments = [], []
    for number in range(1, draw(st.integers(1, 2)) + 1):
        onset = draw(st.integers(0, 4))
        resolved = draw(st.none() | st.integers(onset, 70))
        flag = draw(st.sampled_from([None, 1, 0])) if resolved is None else draw(st.sampled_from([None, 1]))
        episodes.append(crs_episode(onset, resolved, number, is_resolved=flag))
        for day in draw(st.sets(st.integers(-1, 9) | st.integers(58, 72), max_size=6)):
            antipyretic = draw(st.sampled_from([None, 0, 1]))
            assessments.append(crs_day(day, draw(GRADES), draw(GRADES), number, had_antipyretic=antipyretic))
    drugs = [TherapyDrug.TOCILIZUMAB, TherapyDrug.LEVETIRACETAM, *sorted(STEROIDS)]
    therapies = [
        steroid(drug, first, draw(st.integers(first, 63)), draw(st.sampled_from([None, "10", "4.5"])), number=number)
        if (drug := draw(st.sampled_from(drugs))) in STEROIDS
        else therapy(drug.value, first, draw(st.none() | st.integers(first, 63)), number)
        for number in range(1, draw(st.integers(0, 4)) + 1)
        if (first := draw(st.integers(-2, 62))) is not None
    ]
    stays = [
        stay(first, draw(st.none() | st.integers(first, 75)))
        for first in draw(st.sets(st.integers(-5, 70), max_size=1))
    ]
    return {
        "crs_episode": episodes,
        "crs_assessment": assessments,
        "toxicity_therapy": therapies,
        "stay": stays,
    }


def spread(rows: list[Row], first: str, last: str) -> dict[int, list[Row]]:
    found: dict[int, list[Row]] = {}
    for row in rows:
        end = row[first] if row[last] is None else max(row[first], row[last])
        for day in range(row[first], end + 1):
            found.setdefault(day, []).append(row)
    return found


def open_on(episode: Row, day: int) -> bool:
    if episode["resolved_day"] is not None:
        return day < episode["resolved_day"]
    return episode["is_resolved"] != 1 and episode["resolved_day_precision"] is None


def naive(rows: dict[str, list[Row]]) -> dict[int, tuple[Any, ...]]:
    """Day -> grade, carried, steroid equivalent and therapy numbers, row by row."""
    given, stays = (
        spread(rows["toxicity_therapy"], "started_day", "ended_day"),
        spread(rows["stay"], "began_day", "ended_day"),
    )
    assessed = {row["assessed_day"] for row in rows["crs_assessment"]}
    episodes = {row["crs_no"]: row for row in rows["crs_episode"]}
    ends = [60]
    for row in episodes.values():
        if row["resolved_day"] is not None:
            ends.append(row["resolved_day"])
        elif row["is_resolved"] != 1:
            ends.append(10**6)

    def best(day: int) -> tuple[int | None, Row] | None:
        found = [row for row in rows["crs_assessment"] if row["assessed_day"] == day]
        graded = [
            (row["grade_computed"] if row["grade_reported"] is None else row["grade_reported"], row) for row in found
        ]
        return (
            max(graded, key=lambda pair: (-1 if pair[0] is None else pair[0], -pair[1]["crs_no"])) if graded else None
        )

    result = {}
    for day in sorted(assessed | given.keys() | stays.keys()):
        if not 0 <= day <= max(ends):
            continue
        own, before = best(day), best(day - 1)
        grade, carried = (own[0] if own else None), 0
        if own is None and before and before[0] is not None and open_on(episodes[before[1]["crs_no"]], day):
            grade, carried = before[0], 1
        here = sorted(given.get(day, []), key=lambda row: row["therapy_no"])
        doses = [row.get("dexeq_mg_per_day") for row in here if row["drug"] in STEROIDS]
        equivalent = None if None in doses else sum(doses)
        result[day] = (grade, carried, equivalent, ",".join(str(row["therapy_no"]) for row in here) or None)
    return result


@settings(max_examples=200, deadline=None)
@given(cases())
def test_every_day_is_as_plain_python_finds_it(rows: dict[str, list[Row]]):
    frame = ADTOX.rows(small_tables(**rows), {})
    assert_codes_are_declared(ADTOX, frame)
    found = frame.select("CRSGR", "CRSLOCFL", "DEXEQ", "THERNOS").rows()
    assert dict(zip(frame["ADY"], found, strict=True)) == naive(rows)


@settings(max_examples=100, deadline=None)
@given(cases())
def test_masked_fever_is_what_the_registry_graded_with(rows: dict[str, list[Row]]):
    frame = ADTOX.rows(small_tables(**rows), {})
    starts = [row["started_day"] for row in rows["toxicity_therapy"] if row["drug"] in MASKING_DRUGS]
    masked_from = {"C": INFUSED + dt.timedelta(days=min(starts))} if starts else {}
    expected = {}
    for episode in rows["crs_episode"]:
        own = sorted(
            (r for r in rows["crs_assessment"] if r["crs_no"] == episode["crs_no"]), key=lambda r: r["assessed_day"]
        )
        stored = [_as_stored(row) for row in own]
        for row, day in assessed_days(stored, masked_from):
            number = (row["assessed_on"] - INFUSED).days
            expected[episode["crs_no"], number] = None if day.is_masked is None else int(day.is_masked)
    assessed = frame.filter(pl.col("CRSNO").is_not_null())
    for number, day, flag in assessed.select("CRSNO", "ADY", "MASKFL").rows():
        assert flag == expected[number, day]


def _as_stored(row: Row) -> Row:
    names = ("has_other_fever_cause", "has_hypotension", "vasopressors", "has_vasopressin", "oxygen")
    empty = dict.fromkeys([*names, "oxygen_flow_l_min", "has_other_oxygen_reason", "temp_max_c"])
    antipyretic = None if row["had_antipyretic"] is None else bool(row["had_antipyretic"])
    on = INFUSED + dt.timedelta(days=row["assessed_day"])
    return {**empty, "had_antipyretic": antipyretic, "assessed_on": on, "episode__course_id": "C", "missing": {}}


def test_after_the_first_day_of_a_corticosteroid_or_of_care_without_a_last_day_nobody_knows():
    open_steroid = therapy("DEXAMETHASONE", 2, None, dexeq_mg_per_day=Decimal(40))
    short = steroid(TherapyDrug.DEXAMETHASONE, 4, 4, "10", number=2)
    ward = [stay(1, 5), stay(3, None, "ICU", 2), stay(5, 5, "ICU", 3)]
    found = days(toxicity_therapy=[open_steroid, short], stay=ward)
    assert [row["DEXEQ"] for row in found.values()] == [0, 40, None, None, None]
    assert [row["ICUFL"] for row in found.values()] == [0, 0, 1, None, 1]
    assert [row["VENTFL"] for row in found.values()] == [0, 0, 0, 0, 0]
