"""How the course of a case ended, in words: what is beyond the axis, and what a table says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from exports.report.numbers import NOTHING, number


def ending(case: Mapping[str, Any]) -> str:
    """Return the last that is known of a case: died or alive, on which day, and a relapse before."""
    if case["end"] is None:
        return NOTHING
    words = _("died day %(day)s") if case.get("died") else _("alive day %(day)s")
    end = words % {"day": number(case["end"])}
    if case.get("relapse") is None:
        return end
    return f"{end}, {_('relapse day %(day)s') % {'day': number(case['relapse'])}}"
