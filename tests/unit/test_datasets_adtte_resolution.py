"""Time to resolution of CRS and ICANS, against a day-by-day reading of the graded days in plain Python."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from exports.datasets.adtte import ADTTE
from tests.unit.analysis_cases import Row, alive, all_together, anakinra, course, death, grades, time, times

START = 5
FOUND = ("USUBJID", "AVAL", "EVSTAT", "EXCLRSN")


def res(*icans: tuple[int, int | None], crs: tuple[tuple[int, int], ...] = (), at_start: int = 2, **tables: Any) -> Any:
    start = {"icans_grade_at_start": at_start, "crs_grade_at_start": max([0, *(g for d, g in crs if d == START)])}
    given = {
        "anakinra_course": [anakinra(START, **start)],
        "icans_assessment": grades("icans", *icans),
        "crs_assessment": grades("crs", *crs),
        "follow_up": [alive()],
    }
    return time("RES", **{**given, **tables})


def test_the_first_day_without_grade_that_stays_so_for_two_days_is_resolution():
    assert res((5, 3), (6, 2), (7, 0), (8, 0), (9, 0)) == (2, 1, None)


def test_a_return_within_48_hours_undoes_it_and_a_later_one_does_not():
    assert res((5, 3), (7, 0), (8, 0), (9, 1), (12, 0)) == (7, 1, None)
    assert res((5, 3), (7, 0), (8, 0), (9, 0), (10, 1)) == (2, 1, None)


def test_all_toxicities_that_were_active_at_the_start_must_be_gone_on_one_day():
    both = {"crs": ((5, 2), (6, 0), (11, 1), (12, 0))}
    assert res((5, 2), (8, 0), **both) == (3, 1, None)
    assert res((5, 2), (10, 0), **both) == (7, 1, None)


def test_a_toxicity_that_was_not_active_at_the_start_does_not_count():
    assert res((5, 2), (8, 0), crs=((7, 1), (8, 1), (9, 1))) == (3, 1, None)


def test_without_any_episode_of_icans_only_crs_counts():
    only_crs = {
        "anakinra_course": [anakinra(START, crs_grade_at_start=2)],
        "crs_assessment": grades("crs", (5, 2), (7, 0)),
        "follow_up": [alive()],
    }
    assert time("RES", **only_crs) == time("RES_CRS", **only_crs) == (2, 1, None)
    assert time("RES_ICANS", **only_crs) == (None, None, "NOT_ACTIVE")


def test_death_on_the_day_is_not_resolution_and_competes():
    assert res((5, 3), (7, 0), death=[death(7)]) == (2, 2, None)
    assert res((5, 3), (7, 0), death=[death(8)]) == (2, 1, None)


def test_an_unresolved_patient_is_censored_on_the_last_day_known_not_to_be_resolved():
    assert res((5, 3), (9, 2)) == (4, 0, None)
    assert res((5, 3)) == (0, 0, None)
    assert res((5, 2), (9, 1), crs=((5, 1), (6, 0), (12, 0))) == (4, 0, None)


def test_a_new_course_of_anakinra_does_not_end_the_time():
    again = anakinra(12, anakinra_no=2, icans_grade_at_start=2)
    first = anakinra(START, icans_grade_at_start=2)
    assert res((5, 3), (12, 2), (15, 0), anakinra_course=[again, first]) == (10, 1, None)


def test_the_resolution_day_of_an_episode_stands_in_where_its_day_was_not_graded():
    episode = course(icans_no=1, onset_day=3, is_resolved=1, resolved_day=9)
    assert res((5, 3), (8, 1), icans_episode=[episode]) == (4, 1, None)
    assert res((5, 3), (9, 1), (10, 0), icans_episode=[episode]) == (5, 1, None)


def test_grade_1_or_less_for_a_day_is_its_own_endpoint():
    tables = {
        "anakinra_course": [anakinra(START, icans_grade_at_start=3)],
        "icans_assessment": grades("icans", (5, 3), (6, 1), (7, 2), (8, 1), (9, 1), (10, 2)),
        "follow_up": [alive()],
    }
    assert time("RES_G1", **tables) == (3, 1, None)
    mild = {**tables, "anakinra_course": [anakinra(START, icans_grade_at_start=1)]}
    assert time("RES_G1", **mild) == (None, None, "NOT_ACTIVE")


def test_a_toxicity_of_grade_1_at_the_start_needs_no_later_grade_for_grade_1_or_less():
    tables = {
        "anakinra_course": [anakinra(START, icans_grade_at_start=3, crs_grade_at_start=1)],
        "icans_assessment": grades("icans", (6, 2), (7, 1)),
        "follow_up": [alive()],
    }
    assert time("RES_G1", **tables) == (2, 1, None)
    worse = {**tables, "crs_assessment": grades("crs", (8, 2), (9, 1))}
    assert time("RES_G1", **worse) == (4, 1, None)
    assert time("RES", **tables) == (2, 0, None)


def test_who_has_no_anakinra_no_first_day_or_no_grade_is_kept_with_the_reason():
    assert time("RES", follow_up=[alive()]) == (None, None, "NO_ANAKINRA")
    assert res((5, 3), anakinra_course=[anakinra(None, icans_grade_at_start=2)]) == (None, None, "START_NO_DAY")
    ungraded = grades("icans", (5, None))
    tables = {"anakinra_course": [anakinra(START)], "icans_assessment": ungraded, "follow_up": [alive()]}
    assert time("RES", **tables) == (None, None, "GRADE_UNKNOWN")


def test_a_death_without_its_day_leaves_out_only_who_had_not_resolved():
    assert res((5, 3), (9, 2), death=[death(None)]) == (None, None, "DEATH_NO_DAY")
    assert res((5, 3), (9, 0), death=[death(None)]) == (4, 1, None)


def test_the_row_that_ended_the_time_is_named():
    found = times(
        anakinra_course=[anakinra(START, icans_grade_at_start=2)],
        icans_assessment=grades("icans", (5, 2), (6, 0)),
        follow_up=[alive()],
    )["RES"]
    assert (found["SRCTAB"], found["SRCKEY"]) == ("icans_assessment", "course_no=1|icans_no=1|assessed_day=6")
    assert (found["ORIGDY"], found["ADY"], found["EVNTDESC"], found["CNSR"]) == (5, 6, "RESOLVED", 0)


days = st.dictionaries(st.integers(3, 20), st.integers(0, 4), max_size=12)


def by_hand(
    start: int, at_start: dict[str, int], graded: dict[str, dict[int, int]], died: int | None
) -> tuple[int | None, int | None, str | None]:
    """Walk day after day: clear is who was last graded 0 and is not graded above it within the next two days."""
    active = [tox for tox, grade in at_start.items() if grade > 0]
    if not active:
        return None, None, "NOT_ACTIVE"
    for day in range(start + 1, 60 if died is None else died):
        clear = True
        for tox in active:
            after = {d: g for d, g in graded[tox].items() if d > start and (died is None or d < died)}
            before = [d for d in after if d <= day]
            held = all(after.get(later, 0) == 0 for later in (day + 1, day + 2))
            clear = clear and bool(before) and after[max(before)] == 0 and held
        if clear:
            return day - start, 1, None
    if died is not None:
        return died - start, 2, None
    last = []
    for tox in active:
        known = {start: at_start[tox], **{d: g for d, g in graded[tox].items() if d > start}}
        if known[max(known)] > 0:
            last.append(max(known))
    return max(last) - start, 0, None


stories = st.fixed_dictionaries(
    {
        "crs": days,
        "icans": days,
        "at_start": st.fixed_dictionaries({"crs": st.integers(0, 3), "icans": st.integers(0, 3)}),
        "died": st.none() | st.integers(START, 25),
    }
)


def told(story: dict[str, Any]) -> dict[str, list[Row]]:
    at_start = {f"{tox}_grade_at_start": grade for tox, grade in story["at_start"].items()}
    return {
        "anakinra_course": [anakinra(START, **at_start)],
        "crs_assessment": grades("crs", *story["crs"].items()),
        "icans_assessment": grades("icans", *story["icans"].items()),
        "follow_up": [alive()],
        "death": [] if story["died"] is None else [death(story["died"])],
    }


@settings(deadline=None, max_examples=15)
@given(cohort=st.lists(stories, min_size=20, max_size=40))
def test_resolution_is_what_a_reader_of_the_days_finds(cohort: list[dict[str, Any]]):
    rows = ADTTE.rows(all_together([told(story) for story in cohort]), {}).filter(PARAMCD="RES")
    found = {who: (aval, status, why) for who, aval, status, why in rows.select(*FOUND).rows()}
    for number, story in enumerate(cohort):
        wanted = by_hand(START, story["at_start"], {tox: story[tox] for tox in ("crs", "icans")}, story["died"])
        assert found[f"S{number}"] == wanted, story
