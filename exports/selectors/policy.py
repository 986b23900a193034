"""The numbers of the release policy as they stand now, and how they came to be."""

from __future__ import annotations

from collections.abc import Mapping

from django.db.models import QuerySet

from exports.freeze.policy import NUMBERS
from exports.models import PolicySetting


def policy_now() -> Mapping[str, int]:
    """Return every number of the policy: its latest setting, else what it begins with."""
    latest = PolicySetting.objects.order_by("name", "-id").distinct("name").values_list("name", "value")
    return {name: number.value for name, number in NUMBERS.items()} | {
        name: value for name, value in latest if name in NUMBERS
    }


def policy_history(name: str = "") -> QuerySet[PolicySetting]:
    """Return the settings of one number, or of all, the latest first."""
    settings = PolicySetting.objects.select_related("set_by")
    return settings.filter(name=name) if name else settings
