"""The settings of the checks as they are now: which ones run, and with which thresholds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import Max
from django.utils.translation import gettext_noop

from registry.checks.catalogue import load
from registry.checks.declared import EditCheck, Limits, edit_checks, threshold
from registry.models import CheckSetting

# A setting of the whole registry, kept with those of the checks under a code of its own.
WAITING = "WAITING"
WAITING_DAYS = threshold(
    "days",
    14,
    "d",
    gettext_noop("Days after a case is entered from which missing values are asked for"),
    low=0,
    high=3650,
)


@dataclass(frozen=True)
class CheckSettings:
    """What data managers have decided; `version` is the number of the latest decision, 0 for none."""

    version: int = 0
    switched: Mapping[str, bool] = field(default_factory=dict)
    thresholds: Mapping[str, Limits] = field(default_factory=dict)

    def is_on(self, check: EditCheck) -> bool:
        """Tell whether a check runs."""
        return self.switched.get(check.code, check.is_on)

    def limits(self, check: EditCheck) -> Limits:
        """Return the thresholds of a check, those not decided as declared."""
        return {**check.defaults, **self.thresholds.get(check.code, {})}

    @property
    def waiting_days(self) -> Decimal:
        """Return how long after its entry a case is left alone about what is missing in forms not yet complete."""
        return self.thresholds.get(WAITING, {}).get(WAITING_DAYS.name, WAITING_DAYS.default)

    def words(self, check: EditCheck) -> str:
        """Return what is said of a violation, with the thresholds of now."""
        return check.words(self.limits(check))

    def running(self) -> list[EditCheck]:
        """Return the checks that run, in the order of their codes."""
        return [check for check in edit_checks() if self.is_on(check)]


_read: CheckSettings | None = None


def settings_now() -> CheckSettings:
    """Return the settings of this moment: one small query, and another one where somebody has changed something."""
    global _read
    load()
    version = CheckSetting.objects.aggregate(latest=Max("id"))["latest"] or 0
    if _read is None or _read.version != version:
        _read = _reading(version)
    return _read


def _reading(version: int) -> CheckSettings:
    latest = CheckSetting.objects.filter(pk__lte=version).order_by("check_code", "-id").distinct("check_code")
    rows = list(latest)
    return CheckSettings(
        version,
        {row.check_code: row.is_on for row in rows},
        {row.check_code: {name: Decimal(text) for name, text in row.thresholds.items()} for row in rows},
    )
