"""From what may end a subject's time to the one row of a parameter: the first event, else the censoring, else why not.

Events go before censorings on the same day; of two events on one day, the one declared first counts. Whole days, no
shifts. Nobody is dropped: who cannot be analysed has a row with the reason and no time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import polars as pl

from exports.datasets.declared import USUBJID
from exports.sheets import SUBJECT

CENSORED, EVENT, COMPETING = 0, 1, 2
# CNSR turns EVSTAT round as ADaM has it.
CNSR_OF: Final = {CENSORED: 1, EVENT: 0, COMPETING: 2}
INFUSION, ANAKINRA = "INFUSION", "ANAKINRA"


@dataclass(frozen=True)
class Ending:
    """One way in which a time may end: its day from infusion, its status, its words, and the row that says so."""

    status: int
    day: pl.Expr
    words: pl.Expr
    table: pl.Expr
    key: pl.Expr


@dataclass(frozen=True)
class Parameter:
    """One endpoint: its events in their order of precedence, its censoring, and who is left out in what order."""

    code: str
    label: str
    origin: str
    events: Sequence[Ending]
    censoring: Ending
    left_out: Mapping[str, pl.Expr] = field(default_factory=dict)
    read_day: int | None = None


def rows_of(base: pl.DataFrame, parameter: Parameter) -> pl.DataFrame:
    """Return one row per subject of the base, which has a column `start`, the first day of anakinra."""
    origin = pl.col("start") if parameter.origin == ANAKINRA else pl.lit(0, pl.Int64)
    found = base.select(
        SUBJECT, "start", origin.alias("_origin"), *_ending(parameter), _reason(parameter).alias("_why")
    )
    aval = pl.col("_day") - pl.col("_origin")
    why = pl.coalesce("_why", pl.when(aval < 0).then(pl.lit("BEFORE_ORIGIN")))
    kept = found.with_columns(why.alias("EXCLRSN"))
    is_in = pl.col("EXCLRSN").is_null()
    status = pl.when(is_in).then("_status")
    return kept.select(
        pl.col(SUBJECT).alias(USUBJID),
        pl.lit(parameter.code).alias("PARAMCD"),
        pl.lit(parameter.label).alias("PARAM"),
        pl.lit(parameter.origin).alias("ORIGIN"),
        pl.col("_origin").alias("ORIGDY"),
        pl.when(is_in).then("_day").alias("ADY"),
        pl.when(is_in).then(aval).alias("AVAL"),
        status.alias("EVSTAT"),
        status.replace_strict(CNSR_OF, default=None, return_dtype=pl.Int64).alias("CNSR"),
        *(pl.when(is_in).then(pl.col(name)).alias(new) for name, new in _WORDS.items()),
        pl.when(is_in & (pl.lit(parameter.origin) == INFUSION)).then("start").alias("ENTRYDY"),
        pl.lit(parameter.read_day, pl.Int64).alias("READDY"),
        "EXCLRSN",
    )


_WORDS: Final = {"_words": "EVNTDESC", "_table": "SRCTAB", "_key": "SRCKEY"}


def _ending(parameter: Parameter) -> list[pl.Expr]:
    """Return the day, status, words, table and key of the first event, else of the censoring."""
    first = pl.min_horizontal(*(event.day for event in parameter.events))
    chosen = parameter.censoring
    parts = [pl.lit(chosen.status, pl.Int64), chosen.words, chosen.table, chosen.key]
    for event in reversed(parameter.events):
        is_it = (event.day == first).fill_null(value=False)
        own = (pl.lit(event.status, pl.Int64), event.words, event.table, event.key)
        parts = [pl.when(is_it).then(new).otherwise(old) for new, old in zip(own, parts, strict=True)]
    day = pl.coalesce(first, chosen.day)
    return [day.alias("_day"), *(part.alias(name) for name, part in zip(("_status", *_WORDS), parts, strict=True))]


def _reason(parameter: Parameter) -> pl.Expr:
    found: pl.Expr = pl.lit(None, pl.String)
    for reason, applies in reversed(list(parameter.left_out.items())):
        found = pl.when(applies.fill_null(value=False)).then(pl.lit(reason)).otherwise(found)
    return found
