"""The covariates of the models, declared once: where each comes from, in which unit, against which reference.

The set of the multivariable models is that of Gazeau et al., Transplant Cell Ther 2023, DOI 10.1016/j.jtct.2023.04.001.
The abstract says "per 10 %" of its Karnofsky ratio, yet the interval fits a ratio per point: both are shown.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

from django.utils.translation import gettext_noop

from exports.report.study import DOSE, GROUP, LOW
from exports.survival.cox_design import Covariate
from exports.survival.errors import ONE_GROUP, NotEstimable


@dataclass(frozen=True)
class ModelCovariate:
    """One covariate. A hazard ratio is per `unit` of `column`, or of a level against `reference`.

    Without a `reference` it is the most frequent level of the rows that are analysed. `contrast` words the one contrast
    of a column with two levels of its own; `also` are multiples of the unit whose ratios are shown beside.
    """

    id: str
    column: str
    label: str
    unit: str = ""
    kind: Literal["numeric", "categorical"] = "numeric"
    reference: str | None = None
    contrast: str = ""
    also: tuple[tuple[float, str], ...] = ()


GROUPED: Final = ModelCovariate(
    "group",
    GROUP,
    gettext_noop("Dose group"),
    kind="categorical",
    reference=LOW,
    contrast=gettext_noop("high vs low dose"),
)
DOSED: Final = ModelCovariate("dose", DOSE, gettext_noop("Anakinra dose"), gettext_noop("per 1 mg/kg/day"))
AGED: Final = ModelCovariate(
    "age",
    "AGE",
    gettext_noop("Age at infusion"),
    gettext_noop("per year"),
    also=((10, gettext_noop("per 10 years")),),
)
COSTIMULATED: Final = ModelCovariate(
    "costim", "COSTIM", gettext_noop("Costimulatory domain of the product"), kind="categorical", reference="4-1BB"
)
PRODUCT: Final = ModelCovariate("product", "PROD", gettext_noop("Product"), kind="categorical")
FERRITIN: Final = ModelCovariate(
    "ferritin", "LFERR", gettext_noop("Ferritin before lymphodepletion"), gettext_noop("per doubling")
)
KARNOFSKY: Final = ModelCovariate(
    "kps",
    "KPS",
    gettext_noop("Karnofsky performance status"),
    gettext_noop("per 1 point"),
    also=((10, gettext_noop("per 10 points")),),
)
UNIVARIABLE: Final = (GROUPED, DOSED, AGED, COSTIMULATED, PRODUCT, FERRITIN, KARNOFSKY)
MULTIVARIABLE: Final = (DOSED, AGED, COSTIMULATED, FERRITIN, KARNOFSKY)
CONFOUNDERS: Final = (AGED, COSTIMULATED, FERRITIN, KARNOFSKY)


def coded(covariate: ModelCovariate, values: Sequence[Any]) -> Covariate:
    """Return the covariate for a model of rows with these values, its reference settled.

    Raises NotEstimable (ONE_GROUP) where all analysed rows have one level.
    """
    found = Covariate(covariate.column, covariate.column, covariate.kind, covariate.reference, unit=covariate.unit)
    if covariate.kind == "numeric":
        return found
    counts = Counter(value for value in values if value is not None)
    if len(counts) == 1:
        message = f"Everybody who is analysed has the same {covariate.column}: {next(iter(counts))}."
        raise NotEstimable(ONE_GROUP, message, f"Leave {covariate.column} out of the model.")
    if covariate.reference is not None or not counts:
        return found
    return replace(found, reference=min(counts, key=lambda level: (-counts[level], str(level))))
