"""The columns of the report: the two dose groups and all cases, those in no group among the last."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeVar

import polars as pl
from django.utils.translation import gettext_noop

from exports.report.plan import DOSE_COLUMNS, DoseRule
from exports.report.study import GROUP, HIGH, LOW, Study

ALL: Final = "ALL"
LABELS: Final[Mapping[str, str]] = {
    HIGH: gettext_noop("High dose (more than 200 mg/day, intravenous)"),
    LOW: gettext_noop("Low dose (100 to 200 mg/day)"),
    ALL: gettext_noop("All cases"),
}
Found = TypeVar("Found")


def groups(study: Study) -> list[dict[str, Any]]:
    """Return the groups in their order with their words and sizes."""
    sizes = of_each(study.people, lambda frame: frame.height)
    return [{"key": key, "label": label, "n": sizes[key]} for key, label in LABELS.items()]


def of_group(frame: pl.DataFrame, key: str) -> pl.DataFrame:
    """Return the rows of a group; the frame has a column GROUP."""
    return frame if key == ALL else frame.filter(pl.col(GROUP) == key)


def of_each(frame: pl.DataFrame, found: Callable[[pl.DataFrame], Found]) -> dict[str, Found]:
    """Return what a function finds in the rows of each group."""
    return {key: found(of_group(frame, key)) for key in LABELS}


def group_columns(study: Study) -> tuple[str, ...]:
    """Return the columns of ADSL without which the release tells no dose group under the rule of the plan.

    Empty where it tells them.
    """
    declared, column = ("DOSEGRP", "MGKGD"), DOSE_COLUMNS[DoseRule(study.plan.dose_rule)]
    if study.plan.dose_rule == DoseRule.FIRST and study.has(*declared):
        return ()
    return tuple(name for name in (column, "ROUTE1", "WEIGHT") if not study.has(name))
