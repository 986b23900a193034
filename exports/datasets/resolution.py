"""When the toxicities that were active at the start of anakinra had resolved, from graded days alone.

A toxicity is clear on a day if its last grade up to it, from that at the start on, is not above the limit, and no day
of the hold after it has one above. All toxicities active at the start must be clear on one day. A day without a grade
keeps the last one; the resolution day of an episode stands for grade 0 where its toxicity has no grade of that day.
Death on the day is not resolution. Source of the definition: study convention, provisional
(`endpoints.RESOLUTION_HOLD_DAYS`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import polars as pl

from exports.datasets.grades import GRADE_COLUMNS, TOXICITIES, Grades, row_key
from exports.sheets import SUBJECT
from registry.rules.endpoints import RESOLUTION_HOLD_DAYS

_FOREVER: Final = 10**9


@dataclass(frozen=True)
class Goal:
    """What counts as resolved: no grade above `limit`, held for `hold_days` more days, of `toxicities`.

    Only who had at least `from_grade` at the start can reach it.
    """

    limit: int = 0
    hold_days: int = RESOLUTION_HOLD_DAYS
    toxicities: Sequence[str] = tuple(TOXICITIES)
    from_grade: int = 1


def resolution(grades: Grades, deaths: pl.DataFrame, goal: Goal) -> pl.DataFrame:
    """Return one row per subject with a start of anakinra; `deaths` is the frozen table.

    Columns: SUBJECT; res_reason (why the subject is not evaluable: NOT_ACTIVE, GRADE_UNKNOWN; else empty); res_day,
    res_table, res_key (day of resolution and its graded row, else empty); last_day, last_table, last_key (last day on
    which the toxicities were known not to be resolved). Days count from infusion.
    """
    starts = grades.starts.filter(pl.col("tox").is_in(list(goal.toxicities)))
    active = starts.filter(pl.col("grade") > 0).drop_nulls("start")
    points = pl.concat([_first_points(active), _points(grades, deaths, active)]).sort(SUBJECT, "tox", "day")
    return (
        _evaluable(starts, goal)
        .join(_first_clear(points, active, goal), on=SUBJECT, how="left", validate="1:1")
        .join(_last_unresolved(points, active, goal), on=SUBJECT, how="left", validate="1:1")
    )


def _evaluable(starts: pl.DataFrame, goal: Goal) -> pl.DataFrame:
    highest, is_unknown = pl.col("grade").max(), pl.col("grade").is_null().any()
    reason = (
        pl.when(highest >= goal.from_grade)
        .then(None)
        .when(is_unknown)
        .then(pl.lit("GRADE_UNKNOWN"))
        .otherwise(pl.lit("NOT_ACTIVE"))
    )
    return starts.group_by(SUBJECT, maintain_order=True).agg(reason.alias("res_reason"))


def _points(grades: Grades, deaths: pl.DataFrame, active: pl.DataFrame) -> pl.DataFrame:
    """Return the grades after the start and before death of the active toxicities, with resolution days of episodes."""
    active = active.select(SUBJECT, "tox", "start")
    graded = grades.days.join(active, on=[SUBJECT, "tox"], how="inner")
    resolved = (
        grades.episodes.drop_nulls("resolved")
        .select(SUBJECT, "tox", pl.col("resolved").alias("day"), pl.lit(0, pl.Int64).alias("grade"), "table", "no")
        .unique([SUBJECT, "tox", "day"], keep="first", maintain_order=True)
        .join(active, on=[SUBJECT, "tox"], how="inner")
        .join(graded, on=[SUBJECT, "tox", "day"], how="anti")
    )
    joined = pl.concat([graded, resolved.select(graded.columns)]).filter(pl.col("day") > pl.col("start"))
    alive = (pl.col("day") < pl.col("died_day")).fill_null(value=True)
    lived = joined.join(deaths.select(SUBJECT, "died_day"), on=SUBJECT, how="left").filter(alive)
    return lived.select(*GRADE_COLUMNS, "start")


def _first_points(active: pl.DataFrame) -> pl.DataFrame:
    """Return the grades at the start as grades of that day: what was low enough then stays so until it is graded."""
    return active.select(*GRADE_COLUMNS, "start").with_columns(pl.col("start").alias("day"))


def _first_clear(points: pl.DataFrame, active: pl.DataFrame, goal: Goal) -> pl.DataFrame:
    """Return SUBJECT -> the first day on which every active toxicity is clear, and the graded row that made it so."""
    spans = _clear_spans(points, goal)
    needed = active.group_by(SUBJECT).agg(pl.len().alias("_needed"))
    days = spans.select(SUBJECT, pl.col("from_day").alias("res_day"), "day", "tox", "table", "no")
    inside = pl.col("res_day").is_between("from_day", "to_day")
    held = (
        days.select(SUBJECT, "res_day")
        .unique()
        .join(spans.select(SUBJECT, "tox", "from_day", "to_day"), on=SUBJECT, how="inner")
        .filter(inside)
        .group_by(SUBJECT, "res_day")
        .agg(pl.col("tox").n_unique().alias("_clear"))
        .join(needed, on=SUBJECT, how="inner")
        .filter(pl.col("_clear") == pl.col("_needed"))
    )
    first = held.group_by(SUBJECT).agg(pl.col("res_day").min()).join(days, on=[SUBJECT, "res_day"], how="inner")
    by_row = first.sort(SUBJECT, "tox").unique(SUBJECT, keep="first", maintain_order=True)
    return by_row.select(SUBJECT, "res_day", pl.col("table").alias("res_table"), row_key().alias("res_key"))


def _clear_spans(points: pl.DataFrame, goal: Goal) -> pl.DataFrame:
    """Return the days from and to which a toxicity is clear: from a low grade to the hold before the next high one."""
    own = [SUBJECT, "tox"]
    is_high = pl.col("grade") > goal.limit
    next_high = pl.when(is_high).then("day").backward_fill().over(own).fill_null(_FOREVER)
    low = points.with_columns(next_high.alias("_next")).filter(~is_high)
    runs = low.unique([*own, "_next"], keep="first", maintain_order=True)
    last = pl.col("_next") - goal.hold_days - 1
    return runs.with_columns(pl.col("day").alias("from_day"), last.alias("to_day")).filter(
        pl.col("from_day") <= pl.col("to_day")
    )


def _last_unresolved(points: pl.DataFrame, active: pl.DataFrame, goal: Goal) -> pl.DataFrame:
    """Return SUBJECT -> the last day with a grade above the limit that no later grade has ended, else the start."""
    own = [SUBJECT, "tox"]
    # The grade at the start may be from the day before: its row is named by its own day.
    keys = active.select(*own, pl.col("start").alias("day"), row_key().alias("_key"))
    last = points.unique(own, keep="last", maintain_order=True).join(keys, on=[*own, "day"], how="left")
    open_last = last.with_columns((pl.col("grade") > goal.limit).alias("_open"))
    ordered = open_last.sort(SUBJECT, "_open", "day", "tox", descending=[False, True, True, False])
    chosen = ordered.unique(SUBJECT, keep="first", maintain_order=True)
    keyed = chosen.with_columns(pl.coalesce("_key", row_key()).alias("key"))
    return keyed.select(SUBJECT, pl.col("day", "table", "key").name.prefix("last_"))
