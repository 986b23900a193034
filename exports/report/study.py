"""The rows of a release that a report is about: who is analysed, in which group, with which dose and which times."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import polars as pl
from django.utils.translation import gettext_noop

from exports.datasets.dose_groups import dose_group
from exports.freeze.folder import read_facts
from exports.report.plan import DOSE_COLUMNS, DoseRule, Plan
from exports.sheets import Sheet, sheets_of
from registry.rules.endpoints import ENTRY_GRADE

GROUP: Final = "GROUP"
DOSE: Final = "DOSE_MGKG"
# The dose class with those that are in no group of the study.
CLASS: Final = "DOSE_CLASS"
HIGH, LOW = "HIGH", "LOW"
GROUPS: Final = (HIGH, LOW)
# The columns of ADSL without which there is no report at all.
NEEDED: Final = ("USUBJID", "IDXRULE", "GRATSTRT", "SAFFL")


class NoReportError(ValueError):
    """The release does not carry what a report needs; the words say what is missing."""


@dataclass(frozen=True)
class Left:
    """How many cases one rule leaves out, in the order of the flow; `reason` is a stable code."""

    reason: str
    label: str
    patients: int


@dataclass(frozen=True)
class Study:
    """One release under one plan.

    `people` is one row per analysed subject: ADSL with GROUP (HIGH, LOW or empty), DOSE_CLASS and DOSE_MGKG (mg/kg/day)
    under the dose rule of the plan. `entered` counts the subjects of the release, `left` those that are not analysed,
    rule by rule. `times` holds ADTTE of the analysed, `sheets` every sheet of the release by name.
    """

    facts: Mapping[str, Any]
    plan: Plan
    sheets: Mapping[str, Sheet]
    entered: int
    left: tuple[Left, ...]
    people: pl.DataFrame
    times: pl.DataFrame | None

    def has(self, *columns: str) -> bool:
        """Say whether the subject-level dataset carries these columns."""
        return set(columns) <= set(self.people.columns)

    def rows(self, name: str) -> pl.DataFrame | None:
        """Return the rows of another dataset for the analysed subjects, None where the release lacks it."""
        if name not in self.sheets:
            return None
        return self.sheets[name].frame().join(self.people.select("USUBJID"), on="USUBJID", how="semi")

    def endpoint(self, parameter: str, *columns: str) -> pl.DataFrame:
        """Return one row per analysed subject with a time: USUBJID, AVAL, EVSTAT, ENTRYDY, GROUP and more columns.

        Empty where the release carries no times; use `without_time` for those that have none and why.
        """
        wanted = ["USUBJID", GROUP, *(name for name in columns if name not in {"USUBJID", GROUP})]
        rows = self._parameter(parameter).filter(pl.col("AVAL").is_not_null())
        return rows.join(self.people.select(wanted), on="USUBJID", how="inner").sort("USUBJID")

    def without_time(self, parameter: str) -> dict[str, int]:
        """Return how many analysed subjects have no time for an endpoint, by the code of the reason."""
        rows = self._parameter(parameter).filter(pl.col("AVAL").is_null())
        return {row["EXCLRSN"]: row["len"] for row in rows.group_by("EXCLRSN").len().sort("EXCLRSN").to_dicts()}

    def words(self, sheet: str, column: str) -> dict[str, str]:
        """Return the English label of every code of a column, in the order of the codebook."""
        found = next(entry for entry in self.sheets[sheet].columns if entry.column == column)
        return dict(found.choices)

    def _parameter(self, parameter: str) -> pl.DataFrame:
        if self.times is None:
            return pl.DataFrame(schema=TIMES)
        return self.times.filter(pl.col("PARAMCD") == parameter).select(list(TIMES))


TIMES: Final[Mapping[str, Any]] = {
    "USUBJID": pl.String,
    "AVAL": pl.Int64,
    "EVSTAT": pl.Int64,
    "ENTRYDY": pl.Int64,
    "EVNTDESC": pl.String,
    "EXCLRSN": pl.String,
}


def read_study(folder: Path, plan: Plan) -> Study:
    """Read what leaves of a release (a folder of Parquet files with its facts) under a plan; NoReportError if it lacks
    the subject-level dataset or what decides on who is analysed."""
    facts = read_facts(folder)
    sheets = {sheet.name: sheet for sheet in sheets_of(folder, facts)}
    everybody = _everybody(sheets)
    people, left = _choose(everybody, plan)
    times = sheets["adtte"].frame() if "adtte" in sheets else None
    if times is not None:
        times = times.join(people.select("USUBJID"), on="USUBJID", how="semi")
        absent = [pl.lit(None, kind).alias(name) for name, kind in TIMES.items() if name not in times.columns]
        times = times.with_columns(absent)
    return Study(facts, plan, sheets, everybody.height, left, _grouped(people, plan.dose_rule), times)


def regrouped(study: Study, rule: DoseRule) -> Study:
    """Return the same study under another dose rule."""
    plan = Plan.of({**study.plan.told(), "dose_rule": rule.value})
    people = _grouped(study.people.drop(GROUP, DOSE, CLASS), rule.value)
    return Study(study.facts, plan, study.sheets, study.entered, study.left, people, study.times)


def without(study: Study, subjects: Sequence[str]) -> Study:
    """Return the study without some subjects; the flow stays that of the whole."""
    stay = ~pl.col("USUBJID").is_in(list(subjects))
    times = None if study.times is None else study.times.filter(stay)
    return Study(study.facts, study.plan, study.sheets, study.entered, study.left, study.people.filter(stay), times)


def _everybody(sheets: Mapping[str, Sheet]) -> pl.DataFrame:
    if "adsl" not in sheets:
        raise NoReportError(gettext_noop("This release does not carry the subject-level dataset (adsl)."))
    frame = sheets["adsl"].frame()
    if missing := [name for name in NEEDED if name not in frame.columns]:
        raise NoReportError(f"The subject-level dataset of this release lacks {', '.join(missing)}.")
    return frame.sort("USUBJID")


def _choose(everybody: pl.DataFrame, plan: Plan) -> tuple[pl.DataFrame, tuple[Left, ...]]:
    """Apply the rules of the study, then those of the plan, one after the other, and count what each leaves out."""
    people, left = everybody, []
    for reason, label, stays in _rules(plan):
        needs = [name for name in stays.meta.root_names() if name not in people.columns]
        if needs:
            raise NoReportError(f"The subject-level dataset of this release lacks {', '.join(needs)}.")
        stay = people.filter(stays.fill_null(value=False))
        left.append(Left(reason, label, people.height - stay.height))
        people = stay
    return people, tuple(left)


def _rules(plan: Plan) -> list[tuple[str, str, pl.Expr]]:
    graded = pl.col("GRATSTRT")
    rules = [
        ("NO_ANAKINRA", gettext_noop("No anakinra after the infusion"), pl.col("SAFFL") == 1),
        ("NOT_REFRACTORY", gettext_noop("No course for refractory CRS or ICANS"), pl.col("IDXRULE") == "STUDY"),
        ("NO_GRADE", gettext_noop("No grade recorded at the start of anakinra"), graded.is_not_null()),
        ("GRADE_BELOW", gettext_noop("CRS and ICANS below grade 2 at the start of anakinra"), graded >= ENTRY_GRADE),
    ]
    if plan.indications:
        chosen = pl.col("ANAIND").is_in(list(plan.indications))
        rules.append(("INDICATION", gettext_noop("Another indication, by the definition of this report"), chosen))
    if plan.products:
        chosen = pl.col("PROD").is_in(list(plan.products))
        rules.append(("PRODUCT", gettext_noop("Another product, by the definition of this report"), chosen))
    if plan.year_from is not None or plan.year_to is not None:
        year = pl.col("INFYR")
        chosen = (year >= (plan.year_from or 0)) & (year <= (plan.year_to or 9999))
        rules.append(("YEAR", gettext_noop("Infused in another year, by the definition of this report"), chosen))
    if plan.min_follow_up_days:
        chosen = (pl.col("FUPDAYS") >= plan.min_follow_up_days) | (pl.col("DTHFL") == 1)
        rules.append(("FOLLOW_UP", gettext_noop("Alive and followed for less time than asked"), chosen))
    return rules


def _grouped(people: pl.DataFrame, rule: str) -> pl.DataFrame:
    """Add dose group and dose per kg under a dose rule; empty where the release does not carry what they need."""
    column = DOSE_COLUMNS[DoseRule(rule)]
    group: pl.Expr | pl.Series
    dose: pl.Expr
    if rule == DoseRule.FIRST and {"DOSEGRP", "MGKGD"} <= set(people.columns):
        group, dose = pl.col("DOSEGRP"), pl.col("MGKGD")
    elif {column, "ROUTE1", "WEIGHT"} <= set(people.columns):
        daily = people.with_columns(pl.lit(24).alias("_hours"))
        group = daily.select(dose_group(column, "_hours", "ROUTE1").alias(GROUP)).to_series()
        dose = pl.col(column).cast(pl.Float64) / pl.col("WEIGHT").cast(pl.Float64)
    else:
        group, dose = pl.lit(None, pl.String), pl.lit(None, pl.Float64)
    return people.with_columns(group.alias(CLASS), dose.cast(pl.Float64).alias(DOSE)).with_columns(
        pl.when(pl.col(CLASS).is_in(list(GROUPS))).then(pl.col(CLASS)).alias(GROUP)
    )
