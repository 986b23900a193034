"""What makes a laboratory result impossible: a unit that its analyte does not have, a value beyond the hard limits."""

from __future__ import annotations

from decimal import Decimal

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from registry.rules.labs import ANALYTES, Analyte, to_canonical
from registry.rules.limits import Breach
from registry.services.rowwise import lab_units


def lab_units_of(analyte: str) -> list[str]:
    """Return the units that a result of this analyte may be typed in."""
    return [unit for known, unit, *_rest in lab_units() if known == analyte]


def validate_lab(analyte: str | None, unit: str | None, value: Decimal | None) -> None:
    """Raise ValidationError, by field, for a result that cannot be; what is not given is not judged."""
    if not analyte or not unit:
        return
    if unit not in (allowed := lab_units_of(analyte)):
        raise ValidationError(
            {
                "unit": _("%(analyte)s is measured in one of: %(units)s.")
                % {"analyte": _(Analyte(analyte).label), "units": ", ".join(allowed)}
            }
        )
    limits = ANALYTES[Analyte(analyte)].limits
    if value is not None and limits.breach(to_canonical(Analyte(analyte), value, unit)) is Breach.HARD:
        raise ValidationError(
            {
                "value": _("This result lies outside what is possible (%(low)s to %(high)s %(unit)s).")
                % {"low": limits.hard_low, "high": limits.hard_high, "unit": ANALYTES[Analyte(analyte)].unit}
            }
        )
