"""The declared steps by which a release is made coarser: what each drops and what it recodes, in every sheet.

A step acts on all carriers of its quasi-identifier. What it neither recodes nor keeps is dropped, so a carrier that is
declared later is dropped until somebody says otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Final

import polars as pl

from exports.freeze.errors import FreezeError
from exports.leaving.carriers import (
    AGE,
    COUNTRY,
    DISEASE,
    PRODUCT,
    SEX,
    SUBJECTS,
    YEAR,
    Place,
    QuasiIdentifier,
)
from exports.sheets import Column
from registry.rules.coding import gettext_noop

YEARS_TOGETHER: Final = 2
LEAVE_OUT: Final = "LEAVE_OUT_BELOW_K"


@dataclass(frozen=True)
class Recoding:
    """How the values of a column become coarser: (old code, new code) pairs, or years taken together.

    Every code must have its new one: a level that is not listed stops the release.
    """

    words: str
    codes: tuple[tuple[str, str], ...] = ()
    choices: tuple[tuple[str, str], ...] = ()

    def expression(self, column: str) -> pl.Expr:
        """Return the coarser values under the same name; missing stays missing."""
        value = pl.col(column)
        if self.codes:
            return value.replace_strict(dict(self.codes), return_dtype=pl.String)
        return value - value.mod(YEARS_TOGETHER)

    def column(self, before: Column) -> Column:
        """Return what the codebook says of the column afterwards."""
        return replace(before, choices=self.choices, leaves_as=self.words)


@dataclass(frozen=True)
class Step:
    """One step. `keeps` are carriers that are coarse enough as they are; all others without a recoding are dropped."""

    code: str
    words: str
    quasi: QuasiIdentifier | None
    keeps: frozenset[Place] = frozenset()
    recodes: Mapping[Place, Recoding] = field(default_factory=dict)

    @property
    def drops(self) -> frozenset[Place]:
        """Return the columns that do not leave after this step."""
        if self.quasi is None:
            return frozenset()
        return frozenset(carrier.place for carrier in self.quasi.carriers) - self.keeps - self.recodes.keys()


AGE_65_RECODING: Final = Recoding(
    gettext_noop("under 65 years, or 65 and over"),
    codes=(("LT40", "LT65"), ("40_64", "LT65"), ("65_74", "GE65"), ("GE75", "GE65")),
    choices=(("LT65", "<65"), ("GE65", ">=65")),
)
YEAR_PAIRS_RECODING: Final = Recoding(gettext_noop("first of two calendar years taken together, the even one"))
LINEAGE_RECODING: Final = Recoding(
    gettext_noop("lineage of the disease"),
    codes=(
        *((group, "MATURE_B") for group in ("LBCL", "FL", "MCL", "MZL", "CLL_SLL")),
        ("B_ALL", "PRECURSOR_B"),
        ("MM_PCL", "PLASMA_CELL"),
        ("OTHER", "OTHER"),
    ),
    choices=(
        ("MATURE_B", "mature B-cell neoplasm"),
        ("PRECURSOR_B", "precursor B-cell neoplasm"),
        ("PLASMA_CELL", "plasma cell neoplasm"),
        ("OTHER", "other"),
    ),
)
_YEARS: Final = (("infusion_course", "infusion_year"), (SUBJECTS, "INFYR"))
_DOMAINS: Final = (("infusion_course", "costimulatory_domain"), (SUBJECTS, "COSTIM"))

# Mild to severe within a quasi-identifier: suggestions try them in this order.
ALL_STEPS: Final = (
    Step("YEAR_PAIRS", gettext_noop("Take years together in pairs"), YEAR,
         recodes=MappingProxyType(dict.fromkeys(_YEARS, YEAR_PAIRS_RECODING))),
    Step("NO_YEAR", gettext_noop("Leave out the year of infusion"), YEAR),
    Step("NO_COUNTRY", gettext_noop("Leave out the country"), COUNTRY),
    Step("AGE_65", gettext_noop("Age only as under 65 or 65 and over"), AGE,
         recodes=MappingProxyType({(SUBJECTS, "AGEGR"): AGE_65_RECODING})),
    Step("PRODUCT_DOMAIN", gettext_noop("Product only as its costimulatory domain"), PRODUCT,
         keeps=frozenset(_DOMAINS)),
    Step("DISEASE_LINEAGE", gettext_noop("Disease only as its lineage"), DISEASE,
         recodes=MappingProxyType({(SUBJECTS, "DISGR"): LINEAGE_RECODING})),
    Step("NO_DISEASE", gettext_noop("Leave out the disease"), DISEASE),
    Step("NO_PRODUCT", gettext_noop("Leave out the product"), PRODUCT),
    Step("NO_AGE", gettext_noop("Leave out the age"), AGE),
    Step("NO_SEX", gettext_noop("Leave out the sex"), SEX),
    Step(LEAVE_OUT, gettext_noop("Leave out cases in groups below the smallest group allowed"), None),
)  # fmt: skip
STEPS: Final[Mapping[str, Step]] = MappingProxyType({step.code: step for step in ALL_STEPS})


def steps_of(codes: Sequence[str]) -> list[Step]:
    """Return the steps of an order; FreezeError where one is not declared."""
    if unknown := [code for code in codes if code not in STEPS]:
        raise FreezeError(f"There is no coarsening step {', '.join(unknown)}.")
    return [STEPS[code] for code in codes]


def dropped_by(steps: Sequence[Step], place: Place) -> Step | None:
    """Return the first step that drops a column, None where none does."""
    return next((step for step in steps if place in step.drops), None)


def recoded_by(steps: Sequence[Step], place: Place) -> Step | None:
    """Return the first step that recodes a column, None where none does."""
    return next((step for step in steps if place in step.recodes), None)
