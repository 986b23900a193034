"""Endpoints of one case, read from its rows in plain Python: written from the rules, not from the code.

A case is a mapping from the name of a frozen table to its rows of one subject, each a mapping of column to number, text
or None. Days count from the infusion of course 1. A time is (days, status) or None for who cannot be analysed.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

Row = Mapping[str, Any]
Case = Mapping[str, Sequence[Row]]
Time = tuple[int, int] | None

CENSORED, EVENT, COMPETING = 0, 1, 2
REFRACTORY = {"REFRACTORY_CRS", "REFRACTORY_ICANS", "BOTH"}
PROGRESSIVE = {"PD", "PMD", "RELAPSE"}
STEROIDS = {"DEXAMETHASONE", "METHYLPREDNISOLONE", "PREDNISONE", "HYDROCORTISONE", "BETAMETHASONE"}
NUMBER_OF = {"crs": "crs_no", "icans": "icans_no"}


def rows(case: Case, table: str) -> list[Row]:
    """Return the rows of a table that belong to the first infusion."""
    return [row for row in case.get(table, ()) if row.get("course_no", 1) == 1]


def known(values: Any) -> list[Any]:
    return [value for value in values if value is not None]


# Anakinra


def index_course(case: Case) -> Row | None:
    """First refractory course with grade 2 or no grade at all, else first refractory course, else first course."""
    courses = sorted(rows(case, "anakinra_course"), key=lambda row: row["anakinra_no"])
    refractory = [row for row in courses if row["intent"] in REFRACTORY]
    entering = [
        row
        for row in refractory
        if (grades := known([row["crs_grade_at_start"], row["icans_grade_at_start"]])) == [] or max(grades) >= 2
    ]
    return next(iter([*entering, *refractory, *courses]), None)


def segments(case: Case) -> list[Row]:
    """Return the dose segments of the index course in their order."""
    course = index_course(case)
    own = [] if course is None else [
        row for row in rows(case, "anakinra_segment") if row["anakinra_no"] == course["anakinra_no"]
    ]  # fmt: skip
    return sorted(own, key=lambda row: (row["segment_started_day"], row["segment_no"]))


def start_of(case: Case) -> int | None:
    course = index_course(case)
    if course is None or course["started_day"] is not None:
        return None if course is None else course["started_day"]
    return next((row["segment_started_day"] for row in segments(case)), None)


# Death and progression


def is_dead(case: Case) -> bool:
    return bool(case.get("death")) or any(row["vital_status"] == "DEAD" for row in case.get("follow_up", ()))


def death(case: Case) -> Row:
    return next(iter(case.get("death", ())), {})


def died_on(case: Case) -> int | None:
    return death(case).get("died_day")


def seen_last(case: Case) -> int | None:
    return next((row["last_contact_day"] for row in case.get("follow_up", ())), None)


def class_of_death(case: Case) -> str | None:
    """Two adjudicators who agree, else the site, else the algorithm."""
    votes = [row["trm_class"] for row in sorted(case.get("death_review", ()), key=lambda row: row["review_no"])]
    agreed = [vote for vote in votes if vote is not None and votes.count(vote) >= 2]
    found = death(case)
    return next(iter(known([*agreed[:1], found.get("trm_class_site"), found.get("trm_class_algorithm")])), None)


def progressions(case: Case) -> list[tuple[str, int, int | None, bool]]:
    """Return (table, number, day on the clock of the first infusion, belongs to it) of every progression."""
    events = [("relapse", row["relapse_no"], row["relapsed_day"], row) for row in case.get("relapse", ())]
    events += [
        ("response", row["response_no"], row["assessed_day"], row)
        for row in case.get("response", ())
        if row["response"] in PROGRESSIVE
    ]
    return [(table, number, day if row["course_no"] == 1 else None, row["course_no"] == 1)
            for table, number, day, row in events]  # fmt: skip


def first_progression(case: Case) -> tuple[int | None, bool]:
    """Return the first dated progression, and whether one without a day may have come before it."""
    events = progressions(case)
    days = known(day for _table, _number, day, _own in events)
    hidden = False
    for table, number, day, is_own in events:
        if day is not None:
            continue
        later = any(t == table and d is not None and n < number for t, n, d, _own in events)
        may_be_told_twice = (table == "response" or not is_own) and bool(days)
        hidden |= not (later or may_be_told_twice)
    return min(days, default=None), hidden


def is_of_malignancy(case: Case) -> bool:
    return death(case).get("cause") == "MALIGNANCY"


# Times


def from_origin(day: int | None, status: int, origin: int | None) -> Time:
    return None if day is None or origin is None or day < origin else (day - origin, status)


def survival(case: Case, origin: int | None = 0) -> Time:
    if is_dead(case):
        return from_origin(died_on(case), EVENT, origin)
    return from_origin(seen_last(case), CENSORED, origin)


def treatment_related(case: Case, origin: int | None = 0) -> Time:
    if not is_dead(case):
        return survival(case, origin)
    verdict = class_of_death(case)
    if verdict in (None, "UNKNOWN"):
        return None
    return from_origin(died_on(case), EVENT if verdict == "TRM" else COMPETING, origin)


def came_back(case: Case) -> bool:
    """Say whether the disease came back on a known day up to the death."""
    day, _hidden = first_progression(case)
    died = died_on(case)
    return day is not None and (died is None or day <= died)


def non_relapse(case: Case, origin: int | None = 0) -> Time:
    day, hidden = first_progression(case)
    if hidden:
        return None
    if came_back(case):
        return from_origin(day, COMPETING, origin)
    if is_dead(case) and is_of_malignancy(case):
        return from_origin(died_on(case), COMPETING, origin)
    return survival(case, origin)


def last_assessment(case: Case) -> int:
    told = [row["assessed_day"] for row in rows(case, "response") if row["response"] not in (None, "NE")]
    return max([0, *known(told)])


def progression_free(case: Case) -> Time:
    day, hidden = first_progression(case)
    if hidden:
        return None
    if came_back(case):
        return from_origin(day, EVENT, 0)
    return survival(case) if is_dead(case) else (last_assessment(case), CENSORED)


def relapse(case: Case) -> Time:
    time = progression_free(case)
    is_other_death = not came_back(case) and is_dead(case) and not is_of_malignancy(case)
    return (time[0], COMPETING) if time and is_other_death else time


def infection(case: Case) -> Time:
    """First severe infection from the start to day 60 after it."""
    start = start_of(case)
    severe = [
        row
        for row in rows(case, "infection")
        if (row["grade"] or 0) >= 3 or row["was_treated_iv"] == 1
    ]  # fmt: skip
    if start is None or any(row["diagnosed_day"] is None and row["relation"] != "BEFORE" for row in severe):
        return None
    days = [day for day in known(row["diagnosed_day"] for row in severe) if start <= day <= start + 60]
    end, died = survival(case, start), died_on(case)
    if days and (died is None or min(days) <= died):
        return min(days) - start, EVENT
    if end is None:
        return None
    return (60, CENSORED) if end[0] > 60 else (end[0], COMPETING if end[1] == EVENT else CENSORED)


def steroids_off(case: Case) -> Time:
    """First of three days without corticosteroids, lived and seen."""
    start, end = start_of(case), survival(case, start_of(case))
    given = [row for row in rows(case, "toxicity_therapy") if row["drug"] in STEROIDS]
    if start is None or end is None:
        return None

    def on(day: int) -> bool:
        return any(
            row["started_day"] <= day <= (day if row["ended_day"] is None else row["ended_day"]) for row in given
        )

    if not (on(start) or on(start - 1)):
        return None
    horizon = max([start, *known(row[name] for row in given for name in ("started_day", "ended_day"))]) + 2
    free = [day for day in range(start, horizon + 1) if not any(on(later) for later in range(day, day + 3))]
    if not free:
        return None
    last_lived = start + end[0] - (end[1] == EVENT)
    if free[0] + 2 <= last_lived:
        return free[0] - start, EVENT
    return end[0], COMPETING if end[1] == EVENT else CENSORED


# Resolution


def graded_days(case: Case, tox: str) -> dict[int, int]:
    """Return the worst grade of each graded day, the clinician's before the computed one."""
    found: dict[int, int] = {}
    for row in rows(case, f"{tox}_assessment"):
        grade = row["grade_computed"] if row["grade_reported"] is None else row["grade_reported"]
        if grade is not None:
            found[row["assessed_day"]] = max(grade, found.get(row["assessed_day"], 0))
    return found


def grade_at_start(case: Case, tox: str) -> int | None:
    course, start, days = index_course(case), start_of(case), graded_days(case, tox)
    assert course is not None
    assert start is not None
    recorded = course[f"{tox}_grade_at_start"]
    seen = rows(case, f"{tox}_assessment") or rows(case, f"{tox}_episode")
    near = days.get(start, days.get(start - 1))
    return recorded if recorded is not None else near if near is not None else None if seen else 0


def resolution(
    case: Case, toxicities: Sequence[str] = ("crs", "icans"), limit: int = 0, hold: int = 2, entry: int = 1
) -> Time:
    """Walk from day to day: resolved when all that was active is at the limit and stays there for the hold."""
    start = start_of(case)
    if start is None:
        return None
    first = {tox: grade for tox in toxicities if (grade := grade_at_start(case, tox))}
    if max(first.values(), default=0) < entry:
        return None
    died = died_on(case)
    tracks = {tox: {start: grade, **later(case, tox, start, died)} for tox, grade in first.items()}
    horizon = max(day for track in tracks.values() for day in track)
    for day in range(start + 1, horizon + 1):
        if all(state(track, day) <= limit and stays(track, day, limit, hold) for track in tracks.values()):
            return day - start, EVENT
    if is_dead(case):
        return from_origin(died, COMPETING, start)
    open_days = [max(track) for track in tracks.values() if track[max(track)] > limit]
    return max(open_days) - start, CENSORED


def later(case: Case, tox: str, start: int, died: int | None) -> dict[int, int]:
    graded = graded_days(case, tox)
    resolved = {
        row["resolved_day"]: 0
        for row in rows(case, f"{tox}_episode")
        if row["is_resolved"] == 1 and row["resolved_day"] is not None
    }
    return {
        day: grade
        for day, grade in {**resolved, **graded}.items()
        if start < day < (math.inf if died is None else died)
    }


def state(track: Mapping[int, int], day: int) -> int:
    return track[max(known_day for known_day in track if known_day <= day)]


def stays(track: Mapping[int, int], day: int, limit: int, hold: int) -> bool:
    return all(track.get(after, limit) <= limit for after in range(day + 1, day + hold + 1))


TIMES: Mapping[str, Callable[[Case], Time]] = {
    "TRM28": treatment_related,
    "TRM60": treatment_related,
    "TRMA": lambda case: treatment_related(case, start_of(case)),
    "NRM": non_relapse,
    "NRMA": lambda case: non_relapse(case, start_of(case)),
    "OS": survival,
    "PFS": progression_free,
    "REL": relapse,
    "INFX": infection,
    "STEROFF": steroids_off,
    "RES": resolution,
    "RES_CRS": lambda case: resolution(case, ("crs",)),
    "RES_ICANS": lambda case: resolution(case, ("icans",)),
    "RES_G1": lambda case: resolution(case, limit=1, hold=1, entry=2),
}
