"""Which rows of the frozen tables each value of ADSL was picked from.

A frame of rows has SUBJECT, `variable`, `table` and `key`, the key of the row below the subject (nothing where the
table has one row per subject). Variables computed from others alone (LFERR, MGKGD, HT, FUPDAYS) go through them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import polars as pl

from exports.datasets.adsl_doses import start_day
from exports.datasets.adsl_labs import PICKED, SCORES, is_sample, picked
from exports.datasets.adsl_toxicity import graded_rows, index_episodes
from exports.datasets.anakinra_days import COURSE
from exports.datasets.columns import source_key
from exports.datasets.deaths import deciding_rows
from exports.datasets.declared import Tables
from exports.datasets.grades import TOXICITIES, read_grades, row_key
from exports.datasets.index_course import index_anakinra, index_course
from exports.datasets.progressions import first_progression
from exports.datasets.responses import best_rows
from exports.datasets.therapy_before import rows_before, steroid_days_before
from exports.sheets import SUBJECT
from registry.rules.labs import Timepoint
from registry.rules.therapy import STEROIDS, TherapyDrug

ROW: Final = [SUBJECT, "variable", "table", "key"]


def source_rows(tables: Tables) -> pl.DataFrame:
    """Return the rows that the values of ADSL were picked from."""
    parts = (*_course(tables), *_anakinra(tables), *_labs(tables), *_toxicity(tables), *_outcome(tables))
    return pl.concat(part.select(ROW) for part in parts)


def _of(frame: pl.DataFrame, variable: str, table: str = "", *keys: str) -> pl.DataFrame:
    """Return the rows of a frame as sources of a variable; without a table, `table` and `key` are in the frame."""
    if table:
        key = source_key(*keys) if keys else pl.lit(None, pl.String)
        frame = frame.with_columns(pl.lit(table).alias("table"), key.alias("key"))
    return frame.with_columns(pl.lit(variable).alias("variable"))


def _course(tables: Tables) -> Iterator[pl.DataFrame]:
    course = index_course(tables)
    yield _of(course, "PROD", "infusion_course", "course_no")
    yield _of(course.drop_nulls("kps"), "KPS", "infusion_course", "course_no")


def _anakinra(tables: Tables) -> Iterator[pl.DataFrame]:
    index = index_anakinra(tables)
    key = ("course_no", "anakinra_no")
    yield _of(index, "IDXRULE", "anakinra_course", *key)
    dated, undated = index.drop_nulls("started_day"), index.filter(pl.col("started_day").is_null())
    first = ("anakinra_segment", *key, "segment_no")
    yield _of(dated, "ANASTDY", "anakinra_course", *key)
    yield _of(_first_segment(undated.filter(start_day().is_not_null())), "ANASTDY", *first)
    yield _of(_first_segment(index), "DOSE24", *first)
    segments = tables["anakinra_segment"].join(index, on=list(COURSE), how="semi")
    yield _of(segments, "CUMDOSE", *first)


def _first_segment(index: pl.DataFrame) -> pl.DataFrame:
    return index.drop_nulls("first_segment_no").with_columns(pl.col("first_segment_no").alias("segment_no"))


def _labs(tables: Tables) -> Iterator[pl.DataFrame]:
    found, key = picked(tables), ("lab", "course_no", "analyte", "sampled_day", "row_no")
    for name, (analyte, _label, _unit) in PICKED.items():
        yield _of(found.filter(is_sample(Timepoint.PRE_LD, analyte)), name, *key)
    for name, (point, analytes) in SCORES.items():
        if point != Timepoint.PRE_LD:
            yield _of(found.filter(is_sample(point, *analytes)), name, *key)


def _toxicity(tables: Tables) -> Iterator[pl.DataFrame]:
    grades = read_grades(tables)
    rows, starts = graded_rows(grades), grades.starts.drop_nulls(["table", "grade"])
    for tox, at_start in zip(TOXICITIES, ("CRSATST", "ICANATST"), strict=True):
        own = rows.filter(pl.col("tox") == tox)
        highest = own.filter(pl.col("grade") == pl.col("grade").max().over(SUBJECT))
        # The first row of each table tells it; a grade that lasts for weeks needs no row for every day.
        first = highest.unique([SUBJECT, "table"], keep="first", maintain_order=True)
        yield _of(_keyed(first), f"{tox}MAX")
        yield _of(_keyed(starts.filter(pl.col("tox") == tox)), at_start)
    yield _of(_keyed(index_episodes(grades)), "ONS2ANA")
    before, key = rows_before(tables), ("toxicity_therapy", "course_no", "therapy_no")
    yield _of(before.filter(pl.col("drug").is_in(sorted(STEROIDS))), "STER_PRE", *key)
    yield _of(before.filter(pl.col("drug") == TherapyDrug.TOCILIZUMAB.value), "TOCIN_PRE", *key)
    yield _of(steroid_days_before(tables).unique([SUBJECT, "course_no", "therapy_no"]), "DEXEQ_PRE", *key)


def _keyed(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.with_columns(row_key().alias("key"))


def _outcome(tables: Tables) -> Iterator[pl.DataFrame]:
    yield _of(best_rows(tables), "BESTRESP")
    yield _of(tables["death"], "DTHDY", "death")
    yield _of(deciding_rows(tables), "DTHCLASS")
    yield _of(tables["follow_up"], "LSTCONDY", "follow_up")
    dead = first_progression(tables).drop_nulls("prog_day").join(tables["death"], on=SUBJECT, how="semi")
    yield _of(dead.rename({"prog_table": "table", "prog_key": "key"}), "NRMFL")
