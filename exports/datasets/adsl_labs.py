"""Subject level: laboratory values before lymphodepletion and before the infusion, and the scores made of them.

EASIX: Pennisi et al., Blood Adv 2021;5:3397, DOI 10.1182/bloodadvances.2020003885. CAR-HEMATOTOX: Rejeski, Blood 2021.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from exports.datasets.banding import banded
from exports.datasets.columns import code, coded, decimal, integer, provisional
from exports.datasets.declared import USUBJID, Tables
from exports.datasets.index_course import index_course, of_index_course
from exports.sheets import SUBJECT, Column
from registry.rules.infusion import LymphodepletionRegimen
from registry.rules.labs import Analyte, Comparator, Timepoint
from registry.rules.scores import (
    HEMATOTOX_ANC,
    HEMATOTOX_CRP,
    HEMATOTOX_FERRITIN,
    HEMATOTOX_GROUPS,
    HEMATOTOX_HB,
    HEMATOTOX_PLATELETS,
    HematotoxGroup,
)
from registry.rules.timepoints import WINDOWS, Origin

MG_PER_L_IN_MG_PER_DL: Final = 10
# Variable -> its analyte, label and unit; a picked value each.
PICKED: Final = {
    "FERR_PRELD": (Analyte.FERRITIN, "Ferritin before lymphodepletion", "ng/mL"),
    "CRP_PRELD": (Analyte.CRP, "C-reactive protein before LD", "mg/L"),
    "LDH_PRELD": (Analyte.LDH, "Lactate dehydrogenase before LD", "U/L"),
    "PLT_PRELD": (Analyte.PLT, "Platelets before lymphodepletion", "10*9/L"),
    "ANC_PRELD": (Analyte.ANC, "Neutrophils before lymphodepletion", "10*9/L"),
    "HB_PRELD": (Analyte.HB, "Haemoglobin before lymphodepletion", "g/dL"),
    "CREA_PRELD": (Analyte.CREATININE, "Creatinine before lymphodepletion", "mg/dL"),
}
# Score -> the time point and the analytes that it is made of.
SCORES: Final = {
    "EASIX_PRELD": (Timepoint.PRE_LD, (Analyte.LDH, Analyte.CREATININE, Analyte.PLT)),
    "EASIX_INF": (Timepoint.INFUSION, (Analyte.LDH, Analyte.CREATININE, Analyte.PLT)),
    "MEASIX_PRELD": (Timepoint.PRE_LD, (Analyte.LDH, Analyte.CRP, Analyte.PLT)),
    "MEASIX_INF": (Timepoint.INFUSION, (Analyte.LDH, Analyte.CRP, Analyte.PLT)),
}
_POINTS: Final = (Timepoint.PRE_LD, Timepoint.INFUSION)
_ANALYTES: Final = sorted({analyte for analyte, _label, _unit in PICKED.values()})
_NAMES: Final = [f"{point}.{analyte}" for point in _POINTS for analyte in _ANALYTES]
_LAB: Final = ("lab.canonical_value", "lab.sampled_day", "infusion_course.ld_started_day")
_PRE_LD: Final = (
    f"the latest sample of the {-WINDOWS[Timepoint.PRE_LD].first_day} days up to the first day of lymphodepletion (up "
    "to the infusion where none was given); of two on one day the one marked as such, else the lower row number"
)
_AT_INFUSION: Final = "the latest sample of the infusion day and the day before"
_ANY_NULL: Final = "empty where an input is missing"
_WINDOWS_NOTE: Final = provisional("timepoints.WINDOWS")
_SCORE_UNIT: Final = "1"


def _value(name: str, analyte: Analyte, label: str, unit: str) -> Column:
    how = f"{analyte.label.capitalize()}: {_PRE_LD}. A result beyond the limit of the assay stands for the limit."
    return decimal(name, label, how, *_LAB, unit=unit, short=name.replace("_PRELD", "PRE"), note=_WINDOWS_NOTE)


COLUMNS: Final[tuple[Column, ...]] = (
    *(_value(name, *told) for name, told in PICKED.items()),
    code(
        "FERRCMP",
        "Ferritin beyond the limit of the assay",
        "The comparator of the sample that FERR_PRELD is.",
        "lab.comparator",
        *_LAB,
        choices=coded(Comparator),
    ),
    decimal(
        "LFERR",
        "Log2 of ferritin before lymphodepletion",
        "log2(FERR_PRELD), a hazard ratio is per doubling; empty for 0.",
        *_LAB,
        unit="log2(ng/mL)",
    ),
    decimal(
        "EASIX_PRELD",
        "EASIX before lymphodepletion",
        f"LDH x creatinine / platelets, each {_PRE_LD}; {_ANY_NULL} or platelets are 0.",
        *_LAB,
        unit=_SCORE_UNIT,
        short="EASIXPRE",
    ),
    decimal(
        "EASIX_INF",
        "EASIX before infusion",
        f"LDH x creatinine / platelets, each {_AT_INFUSION}; {_ANY_NULL} or platelets are 0.",
        *_LAB[:2],
        unit=_SCORE_UNIT,
        short="EASIXINF",
    ),
    decimal(
        "MEASIX_PRELD",
        "Modified EASIX before lymphodepletion",
        f"LDH x CRP in mg/dL / platelets, each {_PRE_LD}; {_ANY_NULL}, CRP or platelets are 0.",
        *_LAB,
        unit=_SCORE_UNIT,
        short="MEASXPRE",
    ),
    decimal(
        "MEASIX_INF",
        "Modified EASIX before infusion",
        f"LDH x CRP in mg/dL / platelets, each {_AT_INFUSION}; {_ANY_NULL}, CRP or platelets are 0.",
        *_LAB[:2],
        unit=_SCORE_UNIT,
        short="MEASXINF",
    ),
    integer(
        "HT",
        "CAR-HEMATOTOX points (provisional)",
        "Points for PLT_PRELD, ANC_PRELD, HB_PRELD, CRP_PRELD in mg/dL and FERR_PRELD added, 0 to 7; "
        f"{_ANY_NULL}. Not validated for myeloma and CLL.",
        *_LAB,
        note=provisional("scores.HEMATOTOX_PLATELETS"),
    ),
    code(
        "HTGR",
        "CAR-HEMATOTOX group (provisional)",
        "HIGH from 2 points of HT.",
        *_LAB,
        choices=coded(HematotoxGroup),
        note=provisional("scores.HEMATOTOX_PLATELETS"),
    ),
)


def labs(tables: Tables) -> pl.DataFrame:
    """Return one row per subject with a sample in a window: the values and scores of COLUMNS."""
    found = picked(tables)
    named = found.with_columns(pl.format("{}.{}", "point", "analyte").alias("name"))
    wide = named.pivot("name", on_columns=_NAMES, index=SUBJECT, values="canonical_value", aggregate_function="first")
    ferritin_rows = found.filter(is_sample(Timepoint.PRE_LD, Analyte.FERRITIN))
    compared = ferritin_rows.select(SUBJECT, pl.col("comparator").alias("FERRCMP"))
    wide = wide.join(compared, on=SUBJECT, how="left", validate="1:1")
    values = [_read(Timepoint.PRE_LD, analyte).alias(name) for name, (analyte, _label, _unit) in PICKED.items()]
    ferritin, points = pl.col("FERR_PRELD"), hematotox()
    return wide.select(pl.col(SUBJECT).alias(USUBJID), *values, "FERRCMP", *_scores()).with_columns(
        pl.when(ferritin > 0).then(ferritin.log(2)).alias("LFERR"),
        points.alias("HT"),
        banded(points, HEMATOTOX_GROUPS, {group: group.value for group in HematotoxGroup}).alias("HTGR"),
    )


def picked(tables: Tables) -> pl.DataFrame:
    """Return the sample that stands for each time point and analyte: columns of `lab` and `point`.

    Clock times do not leave, so of several samples of one day the site's mark decides, else the row number.
    """
    courses = index_course(tables).select(SUBJECT, _ld_day().alias("_ld"))
    usable = pl.col("analyte").is_in(_ANALYTES) & pl.col("canonical_value").is_not_null()
    samples = of_index_course(tables["lab"]).filter(usable).join(courses, on=SUBJECT, how="inner")
    return pl.concat(_in_window(samples, point) for point in _POINTS)


def _in_window(samples: pl.DataFrame, point: Timepoint) -> pl.DataFrame:
    window = WINDOWS[point]
    day = pl.col("sampled_day") - (pl.col("_ld") if window.origin == Origin.LYMPHODEPLETION else 0)
    is_marked = (pl.col("timepoint") == point.value).fill_null(value=False)
    inside = samples.filter(day.is_between(window.first_day, window.last_day)).with_columns(is_marked.alias("_marked"))
    order = {"sampled_day": True, "_marked": True, "row_no": False}
    return (
        inside.sort(SUBJECT, "analyte", *order, descending=[False, False, *order.values()])
        .unique([SUBJECT, "analyte"], keep="first", maintain_order=True)
        .drop("_ld", "_marked")
        .with_columns(pl.lit(point.value).alias("point"))
    )


def _ld_day() -> pl.Expr:
    """Return the last day on which a sample counts as before lymphodepletion; none where that day is not known."""
    had_none = pl.col("ld_regimen") == LymphodepletionRegimen.NONE.value
    return pl.when(had_none & pl.col("ld_started_day").is_null()).then(0).otherwise("ld_started_day")


def is_sample(point: Timepoint, *analytes: Analyte) -> pl.Expr:
    """Say whether a picked sample stands for a time point, and is of one of these analytes."""
    return (pl.col("point") == point.value) & pl.col("analyte").is_in(list(analytes))


def _read(point: Timepoint, analyte: Analyte) -> pl.Expr:
    return pl.col(f"{point}.{analyte}").cast(pl.Float64)


def _scores() -> list[pl.Expr]:
    """Return LDH x creatinine (or CRP in mg/dL) / platelets; an input that a logarithm could not follow gives none."""
    found = []
    for name, (point, (ldh, other, platelets)) in SCORES.items():
        factor = _read(point, other)
        if other == Analyte.CRP:
            factor = pl.when(factor != 0).then(factor / MG_PER_L_IN_MG_PER_DL)
        cells = pl.when(_read(point, platelets) != 0).then(_read(point, platelets))
        found.append((_read(point, ldh) * factor / cells).alias(name))
    return found


def hematotox() -> pl.Expr:
    """Return the points of CAR-HEMATOTOX from the columns of PICKED; nothing when an input is missing."""
    crp = pl.col("CRP_PRELD") / MG_PER_L_IN_MG_PER_DL
    parts = (
        banded(pl.col("PLT_PRELD"), HEMATOTOX_PLATELETS),
        banded(pl.col("ANC_PRELD"), HEMATOTOX_ANC),
        banded(pl.col("HB_PRELD"), HEMATOTOX_HB),
        banded(crp, HEMATOTOX_CRP),
        banded(pl.col("FERR_PRELD"), HEMATOTOX_FERRITIN),
    )
    return pl.sum_horizontal(*parts, ignore_nulls=False).cast(pl.Int64)
