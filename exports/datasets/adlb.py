"""ADLB: laboratory results, the time points that they stand for, baseline and change."""

from __future__ import annotations

from typing import Final

import polars as pl

from exports.datasets.adlb_columns import COLUMNS
from exports.datasets.auc import areas
from exports.datasets.columns import source_key, with_its_reason
from exports.datasets.declared import USUBJID, Dataset, Derived, Tables
from exports.datasets.fast_subjects import with_fast_subjects
from exports.datasets.index_course import of_index_course, usubjid
from exports.datasets.lab_visits import results, visits
from exports.datasets.source_rows import SOURCE_KEY
from exports.sheets import SUBJECT
from registry.rules.labs import ANALYTES, Analyte, Timepoint
from registry.rules.therapy import TherapyDrug

TABLES: Final = (
    "lab",
    "infusion_course",
    "anakinra_course",
    "anakinra_segment",
    "crs_episode",
    "icans_episode",
    "toxicity_therapy",
)
VALUE_TYPE: Final = pl.Decimal(16, 6)
UNITS: Final = {analyte.value: rule.unit.value for analyte, rule in ANALYTES.items()}
_SERIES: Final = [SUBJECT, "analyte"]


def adlb(tables: Tables, derived: Derived) -> pl.DataFrame:
    """Return every result once for each time point that it stands for."""
    tables = with_fast_subjects(tables, *TABLES)
    rows = results(tables)
    picked = visits(rows, tables)
    found = rows.join(picked, on="at", how="left", maintain_order="left_right").with_columns(
        pl.col("at").is_first_distinct().cast(pl.Int64).alias("SMPFL"),
        pl.col("visit").fill_null(Timepoint.OTHER.value).alias("AVISIT"),
    )
    for more in (_baselines(rows, picked), _areas(rows)):
        found = found.join(more, on=_SERIES, how="left", maintain_order="left")
    found = found.join(_first_tocilizumab(tables), on=SUBJECT, how="left", maintain_order="left")
    return _named(found.with_columns(pl.col(SUBJECT).cast(pl.String)))


def _named(found: pl.DataFrame) -> pl.DataFrame:
    value, day = pl.col("canonical_value"), pl.col("day")
    is_after = day > pl.col("BASEDY")
    columns = usubjid(found).with_columns(
        pl.col("analyte").alias("PARAMCD"),
        day.alias("ADY"),
        (day - pl.col("anakinra_day")).alias("ADYA"),
        pl.col("row_no").alias("SMPNO"),
        value.alias("AVAL"),
        pl.col("analyte").replace_strict(UNITS, return_dtype=pl.String).alias("AVALU"),
        pl.when(value.is_not_null()).then(pl.col("comparator").is_not_null()).cast(pl.Int64).alias("CENSFL"),
        pl.col("comparator").alias("AVALCMP"),
        _after_tocilizumab().alias("IL6TOCFL"),
        _log2(value).alias("LOG2AVAL"),
        (pl.col("AVISIT") == Timepoint.PRE_LD).cast(pl.Int64).alias("ABLFL"),
        pl.when(is_after).then(value - pl.col("BASE")).cast(VALUE_TYPE).alias("CHG"),
        *with_its_reason("timepoint", "PLANTP"),
        *with_its_reason("value", "AVALORIG"),
        *with_its_reason("unit", "AVALORU"),
        source_key("course_no", "analyte", "sampled_day", "row_no").alias(SOURCE_KEY),
    )
    return columns.select(column.column for column in COLUMNS)


def _baselines(rows: pl.DataFrame, picked: pl.DataFrame) -> pl.DataFrame:
    """Return subject and analyte -> value and day of the result before lymphodepletion."""
    before = picked.filter(pl.col("visit") == Timepoint.PRE_LD).select("at")
    return rows.join(before, on="at", how="semi").select(
        *_SERIES, pl.col("canonical_value").alias("BASE"), pl.col("day").alias("BASEDY")
    )


def _areas(rows: pl.DataFrame) -> pl.DataFrame:
    return areas(rows.select(*_SERIES, "day", pl.col("canonical_value").alias("value")), _SERIES)


def _first_tocilizumab(tables: Tables) -> pl.DataFrame:
    doses = of_index_course(tables["toxicity_therapy"]).filter(pl.col("drug") == TherapyDrug.TOCILIZUMAB)
    return doses.group_by(SUBJECT).agg(pl.col("started_day").min().alias("tocilizumab_day"))


def _after_tocilizumab() -> pl.Expr:
    """Return of interleukin 6 whether tocilizumab may have blocked its receptor by the day of the sample."""
    is_after = (pl.col("day") >= pl.col("tocilizumab_day")).fill_null(value=False)
    return pl.when(pl.col("analyte") == Analyte.IL6).then(is_after).cast(pl.Int64)


def _log2(value: pl.Expr) -> pl.Expr:
    """Return the logarithm of ferritin to base 2, nothing for 0; clinical convention of the models of the study."""
    number = value.cast(pl.Float64)
    return pl.when((pl.col("analyte") == Analyte.FERRITIN) & (number > 0)).then(number.log(2).round(6))


ADLB: Final = Dataset(
    name="adlb",
    label="Laboratory results",
    grain="One row per laboratory result of the index CAR-T course and time point that it stands for; a result that "
    "stands for none has one row (AVISIT is OTHER)",
    key=(USUBJID, "PARAMCD", "ADY", "SMPNO", "AVISIT"),
    columns=COLUMNS,
    derive=adlb,
)
