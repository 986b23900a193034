"""ADSL: everything that analyses know of a subject, one row each."""

from __future__ import annotations

from typing import Final

import polars as pl

from exports.datasets.adsl_doses import doses
from exports.datasets.adsl_doses_columns import COLUMNS as DOSES
from exports.datasets.adsl_labs import COLUMNS as LABS
from exports.datasets.adsl_labs import labs
from exports.datasets.adsl_people import COLUMNS as PEOPLE
from exports.datasets.adsl_people import people
from exports.datasets.adsl_toxicity import COLUMNS as TOXICITY
from exports.datasets.adsl_toxicity import toxicity
from exports.datasets.columns import flag, identified, typed
from exports.datasets.deaths import COLUMNS as DEATHS
from exports.datasets.deaths import deaths
from exports.datasets.declared import USUBJID, Dataset, Derived, Tables
from exports.datasets.responses import COLUMNS as RESPONSES
from exports.datasets.responses import responses
from exports.sheets import Column

# What the models of the publication need of every subject.
COVARIATES: Final = ("AGE", "COSTIM", "LFERR", "KPS", "MGKGD")

_FLAGS: Final = (
    flag(
        "SAFFL",
        "Received anakinra",
        "1 where a course of anakinra after the index infusion is recorded.",
        "anakinra_course.anakinra_no",
    ),
    flag(
        "RESFL",
        "Evaluable for resolution",
        "1 where ANASTDY is known and CRS or ICANS was active then (GRATSTRT of 1 or more).",
        "anakinra_course.started_day",
        "anakinra_course.crs_grade_at_start",
        "anakinra_course.icans_grade_at_start",
    ),
    flag(
        "MVAFL",
        "Complete covariates of the models",
        f"1 where {', '.join(COVARIATES)} all have a value.",
        "patient.age_at_infusion",
        "infusion_course.product",
        "infusion_course.kps",
        "lab.canonical_value",
        "anakinra_course.dose_weight_kg",
        "anakinra_segment.dose_mg",
    ),
)
COLUMNS: Final[tuple[Column, ...]] = identified(
    "ADSL", (*PEOPLE, *LABS, *DOSES, *TOXICITY, *RESPONSES, *DEATHS, *_FLAGS)
)


def adsl(tables: Tables, _derived: Derived) -> pl.DataFrame:
    """Return one row per subject; what was not given or not recorded is empty."""
    found = people(tables)
    for part in (labs(tables), doses(tables), toxicity(tables), responses(tables), deaths(tables)):
        found = found.join(part, on=USUBJID, how="left", validate="1:1", maintain_order="left")
    return typed(found.with_columns(*_flags()), COLUMNS)


def _flags() -> list[pl.Expr]:
    was_active = pl.col("ANASTDY").is_not_null() & (pl.col("GRATSTRT") > 0).fill_null(value=False)
    is_complete = pl.all_horizontal(pl.col(name).is_not_null() for name in COVARIATES)
    return [pl.col("IDXRULE").is_not_null().alias("SAFFL"), was_active.alias("RESFL"), is_complete.alias("MVAFL")]


ADSL: Final = Dataset(
    name="adsl",
    label="Subject level",
    grain="one row per subject",
    key=(USUBJID,),
    columns=COLUMNS,
    derive=adsl,
)
