"""Studies made of the reference cohorts of 43 simulated patients, as `read_study` would return them."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl

from exports.report.models import models
from exports.report.plan import Plan
from exports.report.study import CLASS, DOSE, GROUP, Study

FOLDER = Path(__file__).resolve().parents[2] / "vectors"
S04, S05 = "s04_cohort43_headline", "s05_cohort43_missing"
CD28 = ("axi-cel", "brexu-cel")
# Parameter -> column of the time and column of the status.
TIMES = {
    "RES": ("t_res", "s_res"),
    "TRM28": ("t_trm", "s_trm"),
    "TRM60": ("t_trm", "s_trm"),
    "TRMA": ("t_trm_ana", "s_trm_ana"),
    "NRM": ("t_trm", "s_trm"),
    "NRMA": ("t_trm_ana", "s_trm_ana"),
    "OS": ("t_os", "s_os"),
    "PFS": ("t_pfs", "s_pfs"),
}
FROM_INFUSION = {"TRM28", "TRM60", "NRM", "OS", "PFS"}


@cache
def vector_study(name: str) -> Study:
    """Return the study of a reference cohort."""
    frame = pl.read_csv(FOLDER / f"{name}.csv")
    return Study({}, Plan(), {}, frame.height, (), _people(frame), pl.concat(_times(frame)))


@cache
def vector_models(name: str) -> dict[str, dict[str, Any]]:
    """Return the models of a reference cohort by their ids."""
    return {told["id"]: told for told in models(vector_study(name))}


@cache
def found_by_r(name: str, analysis: str) -> dict[str, Any]:
    """Return what R found in an analysis of a reference cohort."""
    analyses = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))["analyses"]
    result: dict[str, Any] = next(entry["result"] for entry in analyses if entry["id"] == analysis)
    return result


def with_people(study: Study, *columns: pl.Expr) -> Study:
    """Return the study with columns of its people replaced."""
    people = study.people.with_columns(*columns)
    return Study(study.facts, study.plan, study.sheets, study.entered, study.left, people, study.times)


def with_times(study: Study, times: pl.DataFrame | None) -> Study:
    """Return the study with other times."""
    return Study(study.facts, study.plan, study.sheets, study.entered, study.left, study.people, times)


def _people(frame: pl.DataFrame) -> pl.DataFrame:
    """Weights are such that mg per day lies inside the dose group, so that every dose rule gives the same groups."""
    group = pl.col("group").str.to_uppercase()
    daily = pl.when(group == "HIGH").then(700.0).otherwise(150.0)
    return frame.select(
        pl.col("id").alias("USUBJID"),
        pl.col("site").alias("SITEPSEUD"),
        pl.col("age").alias("AGE"),
        pl.col("product").alias("PROD"),
        pl.when(pl.col("product").is_not_null())
        .then(pl.when(pl.col("product").is_in(CD28)).then(pl.lit("CD28")).otherwise(pl.lit("4-1BB")))
        .alias("COSTIM"),
        pl.col("ferritin").log(2).alias("LFERR"),
        pl.col("kps").alias("KPS"),
        pl.col("entry").alias("ANASTDY"),
        pl.lit("IV").alias("ROUTE1"),
        (daily / pl.col("dose_mgkgd")).alias("WEIGHT"),
        *(daily.alias(name) for name in ("DOSE24", "DOSE72AVG", "DOSEMAX", "DOSEMEAN")),
        pl.col("dose_mgkgd").cast(pl.Float64).alias("MGKGD"),
        group.alias("DOSEGRP"),
        group.alias(CLASS),
        pl.col("dose_mgkgd").cast(pl.Float64).alias(DOSE),
        group.alias(GROUP),
    ).sort("USUBJID")


def _times(frame: pl.DataFrame) -> list[pl.DataFrame]:
    return [
        frame.select(
            pl.col("id").alias("USUBJID"),
            pl.lit(parameter).alias("PARAMCD"),
            pl.col(time).cast(pl.Int64).alias("AVAL"),
            pl.col(status).cast(pl.Int64).alias("EVSTAT"),
            pl.when(pl.lit(parameter in FROM_INFUSION)).then(pl.col("entry")).cast(pl.Int64).alias("ENTRYDY"),
            pl.lit(None, pl.String).alias("EVNTDESC"),
            pl.lit(None, pl.String).alias("EXCLRSN"),
        )
        for parameter, (time, status) in TIMES.items()
    ]
