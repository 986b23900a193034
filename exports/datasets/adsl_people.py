"""Subject level: who the subject is, the disease, the product and what came before lymphodepletion."""

from __future__ import annotations

from typing import Final

import polars as pl

from exports.datasets.banding import banded
from exports.datasets.columns import (
    AS_RECORDED,
    DAYS,
    SUBJECT_COLUMN,
    code,
    coded,
    decimal,
    integer,
    provisional,
    with_its_reason,
    with_reason,
)
from exports.datasets.declared import USUBJID, Tables
from exports.datasets.index_course import index_course
from exports.sheets import SUBJECT, Column
from registry.rules.countries import Country
from registry.rules.disease import GROUPS, Diagnosis, DiseaseGroup, DiseaseStatus, PriorTransplant
from registry.rules.endpoints import PERFORMANCE_STATUS_DAYS
from registry.rules.infusion import Bridging, LymphodepletionRegimen, PerformanceScale, PerformanceSource
from registry.rules.missing import MissingReason
from registry.rules.patient import AGE_CAP_YEARS, AGE_GROUPS, AgeGroup, Ethnicity, Race, Sex
from registry.rules.products import PRODUCTS, CostimulatoryDomain, Target

AGE_CODES: Final = {
    AgeGroup.UNDER_40: "LT40",
    AgeGroup.FROM_40_TO_64: "40_64",
    AgeGroup.FROM_65_TO_74: "65_74",
    AgeGroup.FROM_75: "GE75",
}
AGE_LABELS: Final = (("LT40", "<40"), ("40_64", "40-64"), ("65_74", "65-74"), ("GE75", ">=75"))
PRODUCT_GROUPS: Final = ("AXI", "BREXU", "TISA", "LISO")
# As the release policy calls it; importing it from there would bring the database along.
MERGED: Final = "MERGED"
_RARE: Final = (MERGED, "levels of few subjects, merged")
_PRODUCTS: Final = tuple((product.code, product.generic_name) for product in PRODUCTS)
_GROUPS_OF_PRODUCTS: Final = (
    *(pair for pair in _PRODUCTS if pair[0] in PRODUCT_GROUPS),
    ("BCMA", "BCMA products"),
    ("OTHER", "other"),
)
_STATUS: Final = (
    f"recorded for the {PERFORMANCE_STATUS_DAYS} days up to lymphodepletion (to the infusion where there was none or "
    "its day is not known) on its own scale; one without a day counts, one outside or converted from another scale is "
    "left empty as not done (ND)"
)


_WHO: Final = (
    SUBJECT_COLUMN,
    code("SITEPSEUD", "Site code of the project", "As in the tables.", "patient.site", short="SITEPSD"),
    *with_reason(
        integer(
            "AGE",
            "Age at first infusion, top-coded at 90",
            f"Completed years on the day of the first infusion; {AGE_CAP_YEARS} for {AGE_CAP_YEARS} and over, also "
            "where that was reached by the last contact.",
            "patient.age_at_infusion",
            unit="a",
        )
    ),
    code("AGEGR", "Age group", "The group that holds AGE.", "patient.age_at_infusion", choices=AGE_LABELS),
    *with_reason(code("SEX", "Sex", AS_RECORDED, "patient.sex", choices=coded(Sex))),
    *with_reason(code("RACE", "Race", AS_RECORDED, "patient.race", choices=coded(Race, _RARE))),
    *with_reason(code("ETHNIC", "Ethnicity", AS_RECORDED, "patient.ethnicity", choices=coded(Ethnicity, _RARE))),
    *with_reason(
        code("COUNTRY", "Country of residence", AS_RECORDED, "patient.country", choices=coded(Country, _RARE))
    ),
)
_DISEASE: Final = (
    *with_reason(code("DIS", "Diagnosis", AS_RECORDED, "disease.diagnosis", choices=coded(Diagnosis))),
    code(
        "DISGR",
        "Disease group",
        "The group in which DIS is analysed.",
        "disease.diagnosis",
        choices=coded(DiseaseGroup),
        note=provisional("disease.GROUPS"),
    ),
    *with_reason(integer("NLINES", "Lines of therapy before CAR-T", AS_RECORDED, "disease.prior_lines")),
    *with_reason(
        code(
            "PRIORHCT",
            "Prior stem cell transplant",
            AS_RECORDED,
            "disease.prior_transplant",
            choices=coded(PriorTransplant),
        )
    ),
    *with_reason(
        code(
            "DISSTAT_PRELD",
            "Disease status before lymphodepletion",
            AS_RECORDED,
            "disease.status_pre_ld",
            choices=coded(DiseaseStatus),
            short="DISSTAT",
        )
    ),
)
_PRODUCT: Final = (
    code(
        "PROD",
        "CAR-T product",
        "Product of the index infusion course, which is course 1.",
        "infusion_course.product",
        choices=_PRODUCTS,
    ),
    code(
        "TARGET", "Target of the product", "From the list of products.", "infusion_course.target", choices=coded(Target)
    ),
    code(
        "COSTIM",
        "Costimulatory domain of the product",
        "From the list of products.",
        "infusion_course.costimulatory_domain",
        choices=coded(CostimulatoryDomain),
    ),
    code(
        "PRODGR",
        "Product group",
        "PROD where it is AXI, BREXU, TISA or LISO; BCMA where that is the target; else OTHER.",
        "infusion_course.product",
        "infusion_course.target",
        choices=_GROUPS_OF_PRODUCTS,
        note="Models take the most frequent level of the analysed rows as reference",
    ),
    integer(
        "INFYR",
        "Year of infusion",
        "As recorded; empty from 90 years of age on, or where the age is unknown.",
        "infusion_course.infusion_year",
        unit="a",
    ),
    integer("INFDY", "Day of infusion (0 by definition)", "Always 0.", "infusion_course.course_no", unit=DAYS),
)
_BEFORE_CELLS: Final = (
    *with_reason(code("BRIDGE", "Bridging therapy", AS_RECORDED, "infusion_course.bridging", choices=coded(Bridging))),
    *with_reason(
        code(
            "LDREG",
            "Lymphodepletion regimen",
            AS_RECORDED,
            "infusion_course.ld_regimen",
            choices=coded(LymphodepletionRegimen),
        )
    ),
    *with_reason(
        integer("LDDY", "First day of lymphodepletion", AS_RECORDED, "infusion_course.ld_started_day", unit=DAYS)
    ),
    *with_reason(
        decimal("FLUDOSE", "Fludarabine, total", AS_RECORDED, "infusion_course.fludarabine_mg_m2", unit="mg/m2")
    ),
    *with_reason(
        decimal(
            "CYDOSE", "Cyclophosphamide, total", AS_RECORDED, "infusion_course.cyclophosphamide_mg_m2", unit="mg/m2"
        )
    ),
    *with_reason(
        integer(
            "KPS",
            "Karnofsky status before lymphodepletion",
            f"Karnofsky status (under 16 years Lansky), {_STATUS}.",
            "infusion_course.kps",
            "infusion_course.kps_day",
            "infusion_course.kps_scale",
            "infusion_course.kps_source",
            "infusion_course.ld_started_day",
            unit="%",
            note="Models take it per 1 point; KPS10 gives the ratio per 10 points",
        )
    ),
    decimal("KPS10", "Karnofsky status in units of 10", "KPS / 10.", "infusion_course.kps", unit="10 %"),
    *with_reason(
        integer(
            "ECOG",
            "ECOG status before lymphodepletion",
            f"ECOG status, {_STATUS}.",
            "infusion_course.ecog",
            "infusion_course.ecog_day",
            "infusion_course.ecog_source",
            "infusion_course.ld_started_day",
        )
    ),
    code(
        "PSSCALE",
        "Scale of the Karnofsky status",
        "As recorded.",
        "infusion_course.kps_scale",
        choices=coded(PerformanceScale),
    ),
    code(
        "PSSRC",
        "Source of the performance status",
        "That of the Karnofsky status, else of the ECOG status.",
        "infusion_course.kps_source",
        "infusion_course.ecog_source",
        choices=coded(PerformanceSource),
    ),
)
COLUMNS: Final[tuple[Column, ...]] = (*_WHO, *_DISEASE, *_PRODUCT, *_BEFORE_CELLS)


def people(tables: Tables) -> pl.DataFrame:
    """Return one row per subject with everything known before the cells were given."""
    return (
        _patients(tables)
        .join(_diseases(tables), on=USUBJID, how="left", validate="1:1")
        .join(_courses(tables), on=USUBJID, how="left", validate="1:1")
    )


def product_group(product: str = "product", target: str = "target") -> pl.Expr:
    """Return the group of a product: four of their own, the BCMA products together, the others together."""
    own = pl.col(product).is_in(PRODUCT_GROUPS)
    is_bcma = pl.col(target) == Target.BCMA.value
    other = pl.when(pl.col(product).is_not_null()).then(pl.lit("OTHER"))
    return pl.when(own).then(pl.col(product)).when(is_bcma).then(pl.lit("BCMA")).otherwise(other)


def _patients(tables: Tables) -> pl.DataFrame:
    age = pl.min_horizontal(pl.col("age_at_infusion"), pl.lit(AGE_CAP_YEARS))
    age = pl.when(pl.col("age_at_infusion").is_not_null()).then(age)
    return tables["patient"].select(
        pl.col(SUBJECT).alias(USUBJID),
        pl.col("site").alias("SITEPSEUD"),
        age.alias("AGE"),
        pl.col("age_at_infusion__mr").alias("AGE__mr"),
        banded(age, AGE_GROUPS, AGE_CODES).alias("AGEGR"),
        *with_its_reason("sex", "SEX"),
        *with_its_reason("race", "RACE"),
        *with_its_reason("ethnicity", "ETHNIC"),
        *with_its_reason("country", "COUNTRY"),
    )


def _diseases(tables: Tables) -> pl.DataFrame:
    groups = {diagnosis.value: group.value for diagnosis, group in GROUPS.items()}
    return tables["disease"].select(
        pl.col(SUBJECT).alias(USUBJID),
        *with_its_reason("diagnosis", "DIS"),
        pl.col("diagnosis").replace_strict(groups, default=None, return_dtype=pl.String).alias("DISGR"),
        *with_its_reason("prior_lines", "NLINES"),
        *with_its_reason("prior_transplant", "PRIORHCT"),
        *with_its_reason("status_pre_ld", "DISSTAT_PRELD"),
    )


def _courses(tables: Tables) -> pl.DataFrame:
    has_kps = _counts("kps") & (pl.col("kps_scale") != PerformanceScale.ECOG.value).fill_null(value=True)
    kps = pl.when(has_kps).then(pl.col("kps"))
    return index_course(tables).select(
        pl.col(SUBJECT).alias(USUBJID),
        pl.col("product").alias("PROD"),
        pl.col("target").alias("TARGET"),
        pl.col("costimulatory_domain").alias("COSTIM"),
        product_group().alias("PRODGR"),
        pl.col("infusion_year").alias("INFYR"),
        pl.lit(0).alias("INFDY"),
        *with_its_reason("bridging", "BRIDGE"),
        *with_its_reason("ld_regimen", "LDREG"),
        *with_its_reason("ld_started_day", "LDDY"),
        *with_its_reason("fludarabine_mg_m2", "FLUDOSE"),
        *with_its_reason("cyclophosphamide_mg_m2", "CYDOSE"),
        kps.alias("KPS"),
        _why(kps, "kps").alias("KPS__mr"),
        (kps / 10).alias("KPS10"),
        (ecog := pl.when(_counts("ecog")).then(pl.col("ecog"))).alias("ECOG"),
        _why(ecog, "ecog").alias("ECOG__mr"),
        pl.col("kps_scale").alias("PSSCALE"),
        pl.coalesce("kps_source", "ecog_source").alias("PSSRC"),
    )


def _counts(name: str) -> pl.Expr:
    """Say whether a performance status lies in its window and was judged on its own scale."""
    before = pl.col(f"{name}_day") - pl.col("ld_started_day").fill_null(0)
    is_own = (pl.col(f"{name}_source") != PerformanceSource.CONVERTED.value).fill_null(value=True)
    return before.is_between(-PERFORMANCE_STATUS_DAYS, 0).fill_null(value=True) & is_own


def _why(kept: pl.Expr, name: str) -> pl.Expr:
    dropped = kept.is_null() & pl.col(name).is_not_null()
    return pl.when(dropped).then(pl.lit(MissingReason.ND.value)).otherwise(pl.col(f"{name}__mr"))
