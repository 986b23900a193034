"""Subject level: the best response to day 90, and who counts as a responder, by `registry.rules.response`."""

from __future__ import annotations

from typing import Final

import polars as pl

from exports.datasets.columns import DAYS, code, coded, flag, integer, provisional, source_key
from exports.datasets.declared import USUBJID, Tables
from exports.datasets.index_course import of_index_course
from exports.datasets.progressions import PROGRESSIVE, first_progression
from exports.sheets import SUBJECT, Column
from registry.rules.disease import GROUPS
from registry.rules.endpoints import BEST_RESPONSE_DAYS
from registry.rules.response import CRITERIA_OF_GROUP, RANKING, RESPONDERS, Criteria, Response

_ROWS: Final = (
    "response.response",
    "response.criteria",
    "response.assessed_day",
    "disease.diagnosis",
    "relapse.relapsed_day",
    "relapse.new_therapy_day",
)
_RESPONDERS: Final = provisional("response.RESPONDERS")

COLUMNS: Final[tuple[Column, ...]] = (
    code(
        "BESTRESP",
        "Best response to day 90",
        f"Best by its criteria of the responses of day 0 to {BEST_RESPONSE_DAYS} before the first progression, relapse "
        "or new therapy, or progressive on that day; 'not evaluable' only if nothing else. Criteria not recorded are "
        "those of the disease group.",
        *_ROWS,
        choices=coded(Response),
        note=provisional("endpoints.BEST_RESPONSE_DAYS"),
    ),
    code("RESPCRIT", "Criteria of the best response", "Of the row of BESTRESP.", *_ROWS, choices=coded(Criteria)),
    integer("BESTRDY", "Day of the best response", "First day with BESTRESP.", *_ROWS, unit=DAYS),
    flag(
        "ORRFL",
        "Responder to day 90",
        "1 where BESTRESP is a response by its criteria, else 0; without an evaluable response 0 after progression, "
        f"relapse or death by day {BEST_RESPONSE_DAYS}, empty otherwise.",
        *_ROWS,
        "death.died_day",
        note=_RESPONDERS,
    ),
)
_PLACES: Final = pl.DataFrame(
    [
        (criteria.value, response.value, place, response in RESPONDERS[criteria])
        for criteria, ranking in RANKING.items()
        for place, equals in enumerate((*ranking, (Response.NE,)))
        for response in equals
    ],
    schema={"criteria": pl.String, "response": pl.String, "place": pl.Int64, "responds": pl.Boolean},
    orient="row",
)


def responses(tables: Tables) -> pl.DataFrame:
    """Return one row per subject that has a best response, or whose lack of one is an answer."""
    best = best_rows(tables)
    evaluable = pl.when(pl.col("response") != Response.NE.value).then("responds")
    everybody = (
        tables["patient"]
        .select(SUBJECT)
        .join(best, on=SUBJECT, how="left", validate="1:1")
        .join(_failed_by(tables), on=SUBJECT, how="left", validate="1:1")
    )
    failed = pl.when((pl.col("failed_day") <= BEST_RESPONSE_DAYS).fill_null(value=False)).then(pl.lit(value=False))
    return everybody.select(
        pl.col(SUBJECT).alias(USUBJID),
        pl.col("response").alias("BESTRESP"),
        pl.col("criteria").alias("RESPCRIT"),
        pl.col("assessed_day").alias("BESTRDY"),
        pl.coalesce(evaluable, failed).alias("ORRFL"),
    )


def best_rows(tables: Tables) -> pl.DataFrame:
    """Return the best row of `response` of each subject, with its criteria, `place`, `responds`, table and key."""
    ranked = _counted(tables).join(_PLACES, on=["criteria", "response"], how="inner")
    best = ranked.sort(SUBJECT, "place", "assessed_day", "response_no").unique(
        SUBJECT, keep="first", maintain_order=True
    )
    return best.with_columns(pl.lit("response").alias("table"), source_key("course_no", "response_no").alias("key"))


def _counted(tables: Tables) -> pl.DataFrame:
    """Return the responses that count: of day 0 to 90, before the disease came back or was treated anew."""
    stops = _stops(tables)
    rows = of_index_course(tables["response"]).join(_own_criteria(tables), on=SUBJECT, how="left")
    rows = rows.with_columns(pl.coalesce("criteria", "own_criteria").alias("criteria"))
    joined = rows.join(stops, on=SUBJECT, how="left")
    before = (pl.col("assessed_day") < pl.col("stop_day")).fill_null(value=True)
    itself = (pl.col("assessed_day") == pl.col("stop_day")) & pl.col("response").is_in(PROGRESSIVE)
    return joined.filter(pl.col("assessed_day").is_between(0, BEST_RESPONSE_DAYS) & (before | itself))


def _stops(tables: Tables) -> pl.DataFrame:
    """Return subject -> stop_day, the first of progression, relapse and new therapy."""
    therapies = of_index_course(tables["relapse"]).group_by(SUBJECT).agg(pl.col("new_therapy_day").min())
    events = first_progression(tables).join(therapies, on=SUBJECT, how="full", coalesce=True)
    return events.select(SUBJECT, pl.min_horizontal("prog_day", "new_therapy_day").alias("stop_day"))


def _failed_by(tables: Tables) -> pl.DataFrame:
    """Return subject -> failed_day, the first of progression, relapse and death."""
    events = first_progression(tables).join(tables["death"], on=SUBJECT, how="full", coalesce=True)
    return events.select(SUBJECT, pl.min_horizontal("prog_day", "died_day").alias("failed_day"))


def _own_criteria(tables: Tables) -> pl.DataFrame:
    """Return subject -> the criteria of the disease group, which stand in where a row has none."""
    own = {
        diagnosis.value: criteria.value
        for diagnosis, group in GROUPS.items()
        if (criteria := CRITERIA_OF_GROUP[group]) is not None
    }
    mapped = pl.col("diagnosis").replace_strict(own, default=None, return_dtype=pl.String)
    return tables["disease"].select(SUBJECT, mapped.alias("own_criteria"))
