"""From a privacy class to what leaves: the one place where a declared field becomes columns of a release.

It fails closed. A column leaves only if its class allows its transform, the transform has a recipe here, and the
recipe knows the type of the field; anything else raises PrivacyError, at start-up already (see `checks`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import polars as pl
from psycopg import sql

from exports.freeze.errors import PrivacyError
from exports.freeze.policy import AGE_CAP_YEARS
from registry.metadata import (
    CodedVariable,
    DateVariable,
    DecimalVariable,
    FlagVariable,
    IntegerVariable,
    Privacy,
    ReferenceVariable,
    Transform,
    Variable,
)
from registry.metadata.codebook import choices_of
from registry.metadata.fields import VariableField
from registry.metadata.variable import ALLOWED_TRANSFORMS
from registry.rules.dates import Precision
from registry.rules.missing import MissingReason
from registry.rules.products import CostimulatoryDomain, Target

NEVER = frozenset({Privacy.DIRECT, Privacy.FREE_TEXT, Privacy.SYSTEM})
REASON_SUFFIX = "__mr"
# The only calendar fact of a release, named for what it is.
YEAR_NAMES = {"infused_on": "infusion_year"}
DAY_UNIT = "d"
LISTED_REASON = f"^({'|'.join(MissingReason)})$"

# Aliases of every query: the row, its patient, the course whose infusion is day 0, the product look-up.
ROW, PATIENT, ORIGIN, PRODUCT = (sql.Identifier(name) for name in ("r", "p", "o", "product"))
INFUSED = sql.SQL("{}.infused_on").format(ORIGIN)
# Age at the last day that anything is known of: whole years of follow-up tell an age as surely as the age itself.
SEEN = sql.Identifier("seen")
OLDEST = sql.SQL("({}.age_at_infusion + {}.years)").format(PATIENT, SEEN)


@dataclass(frozen=True)
class ReleasedColumn:
    """One column of a released table: how it is read and what the codebook says of it."""

    name: str
    type: str
    expression: sql.Composable
    dtype: pl.DataType
    label: str
    unit: str
    choices: tuple[tuple[str, str], ...]
    leaves_as: str
    note: str = ""
    missing_reasons: str = ""
    is_merged: bool = False


def released_columns(field: VariableField) -> list[ReleasedColumn]:
    """Return the columns with which a field leaves, none where it is withheld."""
    transform = checked_transform(field)
    if transform is Transform.WITHHOLD:
        return []
    columns = RECIPES[transform](field)
    return [columns[0], *_reason(field, columns[0]), *columns[1:]]


def checked_transform(field: VariableField) -> Transform:
    """Return how a field leaves; PrivacyError where its declaration gives no safe answer."""
    variable = _variable(field)
    transform = variable.leaves_as
    if transform is None or transform not in ALLOWED_TRANSFORMS[variable.privacy]:
        raise PrivacyError(f"{field}: the class {variable.privacy.name} does not allow {transform}.")
    if variable.privacy in NEVER and transform is not Transform.WITHHOLD:
        raise PrivacyError(f"{field}: {variable.privacy.name} never leaves.")
    if transform is not Transform.WITHHOLD and transform not in RECIPES:
        raise PrivacyError(f"{field}: no recipe for {transform.name}.")
    return transform


def day_name(name: str) -> str:
    """Return the released name of a date: onset_on leaves as onset_day."""
    return f"{name.removesuffix('_on')}_day"


def released_name(field: VariableField) -> str:
    """Return the first column with which a field leaves; PrivacyError where it does not."""
    columns = released_columns(field)
    if not columns:
        raise PrivacyError(f"{field} is withheld.")
    return columns[0].name


def _kept(field: VariableField) -> list[ReleasedColumn]:
    if isinstance(field, FlagVariable):
        return [_column(field, "yes/no", sql.SQL("{}::int").format(_of_row(field)), pl.Int64())]
    if isinstance(field, IntegerVariable):
        return [_column(field, "integer", _of_row(field), pl.Int64())]
    if isinstance(field, DecimalVariable):
        return [_column(field, "decimal", _of_row(field), _decimal(field))]
    if isinstance(field, CodedVariable):
        return [_column(field, "code", _of_row(field), pl.String())]
    if isinstance(field, ReferenceVariable):
        return _product(field)
    raise PrivacyError(f"{field}: a {type(field).__name__} cannot leave as it is.")


def _product(field: VariableField) -> list[ReleasedColumn]:
    if field.name != "product":
        raise PrivacyError(f"{field}: no look-up is declared for this reference.")
    code = _column(field, "code", _of_row(field), pl.String())
    return [code, _looked_up(code, "target", Target), _looked_up(code, "costimulatory_domain", CostimulatoryDomain)]


def _looked_up(code: ReleasedColumn, name: str, coding: type[Target | CostimulatoryDomain]) -> ReleasedColumn:
    return replace(
        code,
        name=name,
        expression=sql.SQL("NULLIF({}.{}, '')").format(PRODUCT, sql.Identifier(name)),
        label=f"{code.label}: {name.replace('_', ' ')}",
        choices=tuple(coding.choices()),
        note="From the list of products",
    )


def _days(field: VariableField) -> list[ReleasedColumn]:
    if not isinstance(field, DateVariable):
        raise PrivacyError(f"{field}: only a date becomes a day.")
    days = sql.SQL("({} - {})").format(_of_row(field), INFUSED)
    if not field.partial:
        return [_day(field, days)]
    precision = sql.SQL("r.{}").format(sql.Identifier(f"{field.column}_precision"))
    exact = sql.SQL("CASE WHEN {} = 'DAY' THEN {} END").format(precision, days)
    return [_day(field, exact), _precision(field, precision)]


def _day(field: VariableField, expression: sql.Composable) -> ReleasedColumn:
    column = _column(field, "integer", expression, pl.Int64())
    return replace(column, name=day_name(field.name), unit=DAY_UNIT, leaves_as="days from the infusion of the course")


def _precision(field: VariableField, precision: sql.Composable) -> ReleasedColumn:
    known = sql.SQL("CASE WHEN {} IS NOT NULL THEN {} END").format(_of_row(field), precision)
    column = _column(field, "code", known, pl.String())
    return replace(
        column,
        name=f"{day_name(field.name)}_precision",
        label=f"{column.label} (precision)",
        choices=tuple(Precision.choices()),
        leaves_as=Transform.KEEP.value,
        note="The day number is empty unless the day itself is known",
    )


def _year(field: VariableField) -> list[ReleasedColumn]:
    if not isinstance(field, DateVariable) or field.name not in YEAR_NAMES:
        raise PrivacyError(f"{field}: no year of this date is released.")
    # The year would tell the age of somebody of 90 or more; of somebody whose age is unknown, it might.
    expression = sql.SQL("CASE WHEN {} < {} THEN extract(year FROM {})::int END").format(
        OLDEST, sql.Literal(AGE_CAP_YEARS), _of_row(field)
    )
    column = _column(field, "integer", expression, pl.Int64())
    note = f"Empty where {AGE_CAP_YEARS} years of age were reached by the last contact, or the age is unknown"
    return [replace(column, name=YEAR_NAMES[field.name], label=f"{column.label}, year", unit="a", note=note)]


def _age(field: VariableField) -> list[ReleasedColumn]:
    if not isinstance(field, IntegerVariable):
        raise PrivacyError(f"{field}: only whole years can be capped.")
    cap = sql.Literal(AGE_CAP_YEARS)
    expression = sql.SQL("CASE WHEN {} >= {} THEN {} ELSE {} END").format(OLDEST, cap, cap, _of_row(field))
    notes = [_variable(field).note, f"{AGE_CAP_YEARS} also for whoever reached {AGE_CAP_YEARS} by the last contact"]
    return [replace(_column(field, "integer", expression, pl.Int64()), note="; ".join(filter(None, notes)))]


def _merged(field: VariableField) -> list[ReleasedColumn]:
    if not isinstance(field, CodedVariable):
        raise PrivacyError(f"{field}: only levels of a code can be merged.")
    return [replace(_column(field, "code", _of_row(field), pl.String()), is_merged=True)]


Recipe = Callable[[VariableField], list[ReleasedColumn]]
RECIPES: Mapping[Transform, Recipe] = {
    Transform.KEEP: _kept,
    Transform.DAYS: _days,
    Transform.YEAR: _year,
    Transform.AGE_TOP_CODED: _age,
    Transform.MERGE_RARE: _merged,
}


def _reason(field: VariableField, column: ReleasedColumn) -> list[ReleasedColumn]:
    """Return the column that says why the value is empty; a required or computed value has none."""
    if not field.null or _variable(field).derived:
        return []
    return [
        replace(
            column,
            name=f"{column.name}{REASON_SUFFIX}",
            type="code",
            # Whatever else stands there is no reason: JSON would hold any text, also inside an object or a list.
            expression=sql.SQL("substring(r.missing ->> {} FROM {})").format(
                sql.Literal(field.name), sql.Literal(LISTED_REASON)
            ),
            dtype=pl.String(),
            label=f"{column.label}: why it is empty",
            unit="",
            choices=tuple(MissingReason.choices()),
            leaves_as=Transform.KEEP.value,
            note="",
            is_merged=False,
        )
    ]


def _column(field: VariableField, kind: str, expression: sql.Composable, dtype: pl.DataType) -> ReleasedColumn:
    variable = _variable(field)
    transform = checked_transform(field)
    return ReleasedColumn(
        name=field.name,
        type=kind,
        expression=expression,
        dtype=dtype,
        label=variable.label,
        unit=variable.unit,
        choices=tuple(choices_of(field)),
        leaves_as=transform.value,
        note=variable.note,
        missing_reasons=", ".join(MissingReason) if field.null and not variable.derived else "",
    )


def _decimal(field: DecimalVariable) -> pl.DataType:
    return pl.Decimal(field.max_digits, field.decimal_places)


def _of_row(field: VariableField) -> sql.Composable:
    return sql.SQL("{}.{}").format(ROW, sql.Identifier(str(field.column)))


def _variable(field: VariableField) -> Variable:
    if field.variable is None:
        raise PrivacyError(f"{field} carries no Variable.")
    return field.variable
