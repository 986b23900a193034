"""The dose of each day and the intervals of unchanged dose, against one row after the other in plain Python."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from exports.datasets.adcp import ADCP
from exports.datasets.addose import ADDOSE
from registry.rules.dosing import daily_mg, mg_per_kg_day
from tests.unit.small_tables import (
    assert_codes_are_declared,
    assert_declared_well,
    places,
    rows_of,
    small_tables,
)

WEIGHT = Decimal("73.5")
Row = dict[str, Any]


def segment(start: int, end: int | None, dose: str = "100", every: str = "24", number: int = 1, **more: Any) -> Row:
    dose_mg = None if dose == "" else Decimal(dose)
    daily = daily_mg(dose_mg, Decimal(every))
    return {
        "subject_key": "S1",
        "course_no": 1,
        "anakinra_no": 1,
        "segment_no": number,
        "segment_started_day": start,
        "segment_ended_day": end,
        "dose_mg": dose_mg,
        "interval_h": Decimal(every),
        "route": "IV",
        "daily_mg": places(daily, 3),
        "mg_per_kg_day": places(mg_per_kg_day(daily, WEIGHT), 3),
        **more,
    }


def course(start: int | None, end: int | None, segments: list[Row], **more: Any) -> Row:
    first = min(segments, key=lambda row: (row["segment_started_day"], row["segment_no"])) if segments else {}
    return {
        "subject_key": "S1",
        "course_no": 1,
        "anakinra_no": 1,
        "started_day": start,
        "ended_day": end,
        "first_daily_mg": first.get("daily_mg"),
        **more,
    }


def doses(*segments: Row, start: int | None = 5, end: int | None = None) -> list[Row]:
    tables = small_tables(anakinra_course=[course(start, end, list(segments))], anakinra_segment=list(segments))
    return rows_of(ADDOSE, tables)


def test_both_datasets_are_declared_for_every_format():
    assert_declared_well(ADDOSE)
    assert_declared_well(ADCP)


def test_a_dose_every_48_hours_counts_as_half_of_it_on_each_of_its_days():
    rows = doses(segment(5, 8, "100", "48"))
    assert [(row["ADY"], row["ADYA"], row["DOSE"], row["CUMDOSE"]) for row in rows] == [
        (5, 0, 50, 50),
        (6, 1, 50, 100),
        (7, 2, 50, 150),
        (8, 3, 50, 200),
    ]


def test_on_the_day_that_two_segments_share_the_later_one_counts_and_the_row_says_that_there_are_two():
    rows = doses(segment(5, 7, "100", "6"), segment(7, 8, "100", "12", number=2))
    assert [(row["ADY"], row["DOSE"], row["SEGNO"], row["NSEG"]) for row in rows] == [
        (5, 400, 1, 1),
        (6, 400, 1, 1),
        (7, 200, 2, 2),
        (8, 200, 2, 1),
    ]
    assert rows[2]["SRCKEY"] == "course_no=1|anakinra_no=1|segment_no=2"


def test_of_two_segments_that_begin_on_one_day_the_one_that_the_course_did_not_start_with_counts():
    first, second = segment(5, 5, "200", "24", number=2), segment(5, 6, "100", "24", number=1)
    tables = small_tables(
        anakinra_course=[course(5, 6, [first, second], first_daily_mg=Decimal(200))],
        anakinra_segment=[first, second],
    )
    assert [row["DOSE"] for row in rows_of(ADDOSE, tables)] == [100, 100]


def test_a_segment_without_its_last_day_goes_on_to_the_next_one_and_says_so():
    rows = doses(segment(5, None), segment(8, 8, number=2))
    assert [(row["ADY"], row["SEGENDFL"]) for row in rows] == [(5, 1), (6, 1), (7, 1), (8, 0)]


def test_a_pause_has_no_row_and_a_day_of_the_course_outside_its_segments_has_no_dose():
    rows = doses(segment(6, 6), segment(9, 9, number=2), end=10)
    assert [(row["ADY"], row["DOSE"], row["CUMDOSE"]) for row in rows] == [
        (5, None, None),
        (6, 100, None),
        (9, 100, None),
        (10, None, None),
    ]


def test_the_reason_why_a_dose_is_not_known_stays_beside_it():
    unknown = segment(5, 5, "", dose_mg__mr="UNK")
    [row] = doses(unknown)
    assert (row["ADMDOSE"], row["ADMDOSE__mr"], row["DOSE"], row["DOSINT"]) == (None, "UNK", None, 24)


def test_a_later_car_t_course_is_not_among_the_rows():
    other = segment(1, 4, course_no=2)
    tables = small_tables(
        anakinra_course=[course(1, 4, [other], course_no=2)], anakinra_segment=[other], patient=[{"subject_key": "S1"}]
    )
    assert rows_of(ADDOSE, tables) == []
    assert rows_of(ADCP, tables) == []


DAYS = st.integers(0, 12)


@st.composite
def treatments(draw: st.DrawFn) -> dict[str, list[Row]]:
    """Up to two courses of up to four segments, dates missing here and there, overlapping and touching."""
    courses, segments = [], []
    for subject in ("S1", "S2"):
        for number in range(1, draw(st.integers(0, 2)) + 1):
            key = {"subject_key": subject, "anakinra_no": number}
            own = [
                segment(
                    begun := draw(DAYS),
                    draw(st.none() | st.integers(begun, 14)),
                    draw(st.sampled_from(["", "50", "100", "110.5"])),
                    draw(st.sampled_from(["6", "8", "12", "24", "48"])),
                    place,
                    **key,
                )
                for place in range(1, draw(st.integers(0, 4)) + 1)
            ]
            begun = draw(st.none() | DAYS)
            ended = None if begun is None else draw(st.none() | st.integers(begun, 15))
            courses.append(course(begun, ended, own, **key))
            segments += own
    return {"anakinra_course": courses, "anakinra_segment": segments}


def naive_days(subject: str, rows: dict[str, list[Row]]) -> dict[int, tuple[Row | None, int]]:
    """Day -> segment in force (none where the course has none) and how many segments cover it."""
    found: dict[int, list[tuple[tuple[Any, ...], Row]]] = {}
    bare: set[int] = set()
    for one in (row for row in rows["anakinra_course"] if row["subject_key"] == subject):
        own = [
            row
            for row in rows["anakinra_segment"]
            if (row["subject_key"], row["anakinra_no"]) == (subject, one["anakinra_no"])
        ]
        own.sort(
            key=lambda row: (
                row["segment_started_day"],
                row["daily_mg"] != one["first_daily_mg"],
                row["segment_no"],
            )
        )
        reach = []
        for at, row in enumerate(own):
            first, last = row["segment_started_day"], row["segment_ended_day"]
            if last is None:
                last = own[at + 1]["segment_started_day"] - 1 if at + 1 < len(own) else one["ended_day"]
            last = max(first if last is None else last, first)
            rank = (first, row["daily_mg"] != one["first_daily_mg"], row["anakinra_no"], row["segment_no"])
            reach += [first, last]
            for day in range(first, last + 1):
                found.setdefault(day, []).append((rank, row))
        if one["started_day"] is not None:
            last = one["ended_day"] if one["ended_day"] is not None else one["started_day"]
            days = set(range(one["started_day"], last + 1))
            bare |= {day for day in days if not reach or not min(reach) <= day <= max(reach)}
    chosen = {day: (max(rows, key=lambda pair: pair[0])[1], len(rows)) for day, rows in found.items()}
    return {**dict.fromkeys(bare, (None, 0)), **chosen}


@settings(max_examples=150, deadline=None)
@given(treatments())
def test_every_day_has_the_dose_that_plain_python_finds(rows: dict[str, list[Row]]):
    frame = ADDOSE.rows(small_tables(**rows), {})
    assert_codes_are_declared(ADDOSE, frame)
    for subject in ("S1", "S2"):
        expected, total = {}, Decimal(0)
        for day, (row, number) in sorted(naive_days(subject, rows).items()):
            daily = None if row is None else row["daily_mg"]
            total = None if total is None or daily is None else total + daily
            expected[day] = (daily, None if row is None else row["segment_no"], number, total)
        own = frame.filter(pl.col("USUBJID") == subject)
        assert dict(zip(own["ADY"], own.select("DOSE", "SEGNO", "NSEG", "CUMDOSE").rows(), strict=True)) == expected


def followed(rows: dict[str, list[Row]], contact: int, died: int | None) -> dict[str, pl.DataFrame]:
    subjects = ("S1", "S2")
    return small_tables(
        **rows,
        follow_up=[{"subject_key": subject, "last_contact_day": contact} for subject in subjects],
        death=[{"subject_key": subject, "died_day": died} for subject in subjects] if died is not None else [],
    )


@settings(max_examples=150, deadline=None)
@given(treatments(), st.integers(0, 30), st.none() | st.integers(0, 30))
def test_the_intervals_cover_follow_up_once_and_hold_the_dose_of_each_of_its_days(
    rows: dict[str, list[Row]], contact: int, died: int | None
):
    frame = ADCP.rows(followed(rows, contact, died), {})
    assert_codes_are_declared(ADCP, frame)
    addose = ADDOSE.rows(small_tables(**rows), {})
    for subject in ("S1", "S2"):
        own = frame.filter(pl.col("USUBJID") == subject)
        days = addose.filter(pl.col("USUBJID") == subject)
        doses = dict(zip(days["ADYA"], days["DOSE"], strict=True))
        start = (days["ADY"] - days["ADYA"]).drop_nulls()
        if not own.height:
            assert start.is_empty() or (contact if died is None else died) <= start[0]
            continue
        end = (contact if died is None else died) - start[0]
        assert [own["TSTART"][0], *own["TSTOP"]] == [*own["TSTART"], end]
        assert own["DTHFL_T"].to_list() == [0] * (own.height - 1) + [int(died is not None)]
        for t in range(end):
            [interval] = own.filter((pl.col("TSTART") <= t) & (t < pl.col("TSTOP"))).to_dicts()
            assert interval["DOSE_T"] == doses.get(t, interval["DOSE_T"] and 0)
        before = own["TSTART"][-1]
        given_before = [dose for day, dose in doses.items() if day is not None and 0 <= day < before]
        if None not in given_before and own["CUM_T"][-1] is not None:
            assert own["CUM_T"][-1] == sum(given_before)


def test_the_dose_at_an_event_is_that_of_the_day_before_it():
    own = [segment(5, 7, "200"), segment(8, 8, "100", number=2)]
    tables = small_tables(
        anakinra_course=[course(5, 8, own)],
        anakinra_segment=own,
        follow_up=[{"subject_key": "S1", "last_contact_day": 11}],
        death=[{"subject_key": "S1", "died_day": 11}],
    )
    rows = [(row["TSTART"], row["TSTOP"], row["DOSE_T"], row["CUM_T"], row["DTHFL_T"]) for row in rows_of(ADCP, tables)]
    assert rows == [(0, 3, 200, 0, 0), (3, 4, 100, 600, 0), (4, 6, 0, 700, 1)]


def test_who_died_on_a_day_that_is_not_known_has_no_interval():
    own = [segment(5, 7)]
    tables = small_tables(
        anakinra_course=[course(5, 7, own)],
        anakinra_segment=own,
        follow_up=[{"subject_key": "S1", "last_contact_day": 11}],
        death=[{"subject_key": "S1", "died_day_precision": "MONTH"}],
    )
    assert rows_of(ADCP, tables) == []


def test_a_status_of_dead_without_a_death_is_no_end_of_follow_up_alive():
    own = [segment(5, 7)]
    tables = small_tables(
        anakinra_course=[course(5, 7, own)],
        anakinra_segment=own,
        follow_up=[{"subject_key": "S1", "last_contact_day": 11, "vital_status": "DEAD"}],
    )
    assert rows_of(ADCP, tables) == []


def test_after_a_course_that_says_nothing_of_its_doses_or_its_end_no_dose_is_claimed():
    own = [segment(5, 6)]
    vague = {"subject_key": "S1", "course_no": 1, "anakinra_no": 2, "started_day": 9}
    tables = small_tables(
        anakinra_course=[course(5, 6, own), vague],
        anakinra_segment=own,
        follow_up=[{"subject_key": "S1", "last_contact_day": 15}],
    )
    rows = [(row["TSTART"], row["TSTOP"], row["DOSE_T"]) for row in rows_of(ADCP, tables)]
    assert rows == [(0, 2, 100), (2, 4, 0), (4, 10, None)]
