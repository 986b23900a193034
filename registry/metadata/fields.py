"""Model fields that carry a Variable. Migrations see the plain Django parent of each."""

from __future__ import annotations

import datetime as dt
from typing import Any, cast

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _

from registry.metadata.units import shown_unit
from registry.metadata.variable import Variable
from registry.rules.coding import Coded
from registry.rules.dates import Precision

PRESENTATION = ("choices", "verbose_name", "help_text", "validators")
FIRST_DAY = dt.date(1900, 1, 1)


def validate_not_future(value: dt.date) -> None:
    """Refuse a day after today (edit check DT08)."""
    if value > timezone.localdate() + dt.timedelta(days=1):
        raise ValidationError(_("This date is in the future."), code="DT08_INF_FUT")


def validate_from_1900(value: dt.date) -> None:
    """Refuse a day before 1900: no patient of the registry was alive then."""
    if value < FIRST_DAY:
        raise ValidationError(_("This date is before 1900."), code="date_too_early")


class VariableField(models.Field):  # type: ignore[type-arg]
    """A model field declared together with its Variable; optional unless `required`."""

    variable: Variable | None
    plain: type[models.Field]  # type: ignore[type-arg]

    def __init__(self, variable: Variable | None = None, *, required: bool = False, **kwargs: Any) -> None:
        self.variable = variable
        self.required = required
        if variable is not None:
            kwargs.setdefault("verbose_name", _(variable.label))
            kwargs.setdefault("help_text", _(variable.note) if variable.note else "")
            kwargs.setdefault("db_comment", variable.comment)
            kwargs.setdefault("null", not required)
            kwargs.setdefault("blank", not required)
        super().__init__(**kwargs)

    def deconstruct(self) -> tuple[str, str, list[Any], dict[str, Any]]:
        """Give migrations the plain Django field without the words, which change more often than columns."""
        name, _path, args, kwargs = super().deconstruct()
        for key in PRESENTATION:
            kwargs.pop(key, None)
        return name, f"django.db.models.{self.plain.__name__}", list(args), kwargs

    def clone(self) -> models.Field[Any, Any]:  # type: ignore[override]
        """Return the plain Django field: a clone belongs to a migration state, not to the record."""
        _name, _path, args, kwargs = self.deconstruct()
        return self.plain(*args, **kwargs)


def _fill(words: Any, parts: dict[str, Any]) -> str:
    filled = str(words) % {**parts, "unit": shown_unit(parts["unit"])}
    return " ".join(filled.replace(" .", ".").split())


_filled = lazy(_fill, str)


def limits_message(variable: Variable) -> Any:
    """Return the sentence that names a number's hard limits and unit."""
    low, high = variable.limits or ("", "")
    words = _("%(label)s must be between %(low)s and %(high)s %(unit)s.")
    return _filled(words, {"label": _(variable.label), "low": low, "high": high, "unit": variable.unit})


def range_validators(variable: Variable | None) -> list[Any]:
    """Return the validators of the hard limits of a number."""
    if variable is None or variable.limits is None:
        return []
    low, high = variable.limits
    message = limits_message(variable)
    return [MinValueValidator(low, message=message), MaxValueValidator(high, message=message)]


class IntegerVariable(VariableField, models.IntegerField):  # type: ignore[type-arg]
    """A whole number with a unit."""

    plain = models.IntegerField

    def __init__(self, variable: Variable | None = None, **kwargs: Any) -> None:
        kwargs.setdefault("validators", range_validators(variable))
        super().__init__(variable, **kwargs)


class DecimalVariable(VariableField, models.DecimalField):  # type: ignore[type-arg]
    """A number with a unit, exact to `places` decimals."""

    plain = models.DecimalField

    def __init__(self, variable: Variable | None = None, *, digits: int = 12, places: int = 3, **kwargs: Any) -> None:
        kwargs.setdefault("validators", range_validators(variable))
        kwargs.setdefault("max_digits", digits)
        kwargs.setdefault("decimal_places", places)
        super().__init__(variable, **kwargs)


class CodedVariable(VariableField, models.CharField):  # type: ignore[type-arg]
    """One answer of a closed list of codes."""

    plain = models.CharField

    def __init__(self, variable: Variable | None = None, coding: type[Coded] | None = None, **kwargs: Any) -> None:
        self.coding = coding
        if coding is not None:
            kwargs.setdefault("choices", [(code, _(label)) for code, label in coding.choices()])
            kwargs.setdefault("max_length", 24)
        super().__init__(variable, **kwargs)


class FlagVariable(VariableField, models.BooleanField):  # type: ignore[type-arg]
    """Yes, no, or not recorded."""

    plain = models.BooleanField


class TextVariable(VariableField, models.CharField):  # type: ignore[type-arg]
    """Words typed by a person. They never leave the registry."""

    plain = models.CharField

    def __init__(self, variable: Variable | None = None, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 500)
        super().__init__(variable, **kwargs)


class TimeVariable(VariableField, models.TimeField):  # type: ignore[type-arg]
    """Clock time at the site, to the minute, of the date beside it."""

    plain = models.TimeField


class DateVariable(VariableField, models.DateField):  # type: ignore[type-arg]
    """A calendar day. With `partial`, a companion column `<name>_precision` says how much of it is known;
    a month or a year is then stored as its first day.
    """

    plain = models.DateField

    def __init__(self, variable: Variable | None = None, *, partial: bool = False, **kwargs: Any) -> None:
        self.partial = partial
        kwargs.setdefault("validators", [validate_not_future, validate_from_1900])
        super().__init__(variable, **kwargs)

    def contribute_to_class(self, cls: type[models.Model], name: str, **kwargs: Any) -> None:  # type: ignore[override]
        """Add the column and, for a partial date, its precision."""
        super().contribute_to_class(cls, name, **kwargs)
        if self.partial and self.variable is not None and not cls._meta.abstract:
            precision_of(self).contribute_to_class(cls, f"{name}_precision")


class PrecisionField(CodedVariable):
    """How much of the date beside it is known; it shares the date's Variable only in its privacy."""


def precision_of(field: DateVariable) -> PrecisionField:
    """Return the companion column of a partial date."""
    date = cast(Variable, field.variable)
    variable = Variable(f"{date.label} (precision)", date.privacy, derived=True, note="DAY, MONTH or YEAR")
    return PrecisionField(variable, Precision, required=True, default=Precision.DAY.value, max_length=5)


class ReferenceVariable(VariableField, models.ForeignKey):  # type: ignore[type-arg]
    """One row of a reference list, named in files by its code."""

    plain = models.ForeignKey

    def __init__(self, variable: Variable | None = None, to: Any = None, **kwargs: Any) -> None:
        kwargs.setdefault("on_delete", models.PROTECT)
        kwargs.setdefault("related_name", "+")
        super().__init__(variable, to=to, **kwargs)
