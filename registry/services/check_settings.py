"""Settings of the checks: data managers switch checks on and off and move their thresholds, with a reason.

Each decision is a row of its own that nobody changes. After one, the check runs over all sites.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from registry.checks.catalogue import load
from registry.checks.declared import EditCheck, Limits, Threshold, check_named, edit_checks, shown_number
from registry.checks.ranges import OUTSIDE
from registry.checks.settings import WAITING, WAITING_DAYS, CheckSettings, settings_now
from registry.metadata.units import shown_unit
from registry.models import CheckSetting, RunCause
from registry.services.check_runs import run_ask
from registry.services.refusals import WriteRefused
from sites.access import require
from sites.roles import Permission

Given = Mapping[str, str | Decimal]
REASON_MOST = 200
# A lower limit and the upper one of the same value: the first may not lie above the second.
PAIRS = (("low", "high"), ("lowest", "highest"), ("fewest", "most"))
_NUMBER = re.compile(r"[+-]?[0-9]{1,12}(?:[.,][0-9]{1,12})?")
_DAYS = "d"


@dataclass(frozen=True)
class Setting:
    """Whether a check runs and under which thresholds: as it is, as it was declared, or as somebody proposes it."""

    code: str
    is_on: bool
    limits: Limits


def thresholds_of(code: str) -> tuple[Threshold, ...]:
    """Return the thresholds of a check, or of the registry's own setting; LookupError for what is neither."""
    load()
    return (WAITING_DAYS,) if code == WAITING else check_named(code).thresholds


def setting_now(code: str) -> Setting:
    """Return how a check is set."""
    settings, declared = settings_now(), setting_declared(code)
    decided = {name: settings.thresholds.get(code, {}).get(name, value) for name, value in declared.limits.items()}
    return Setting(code, settings.switched.get(code, declared.is_on), decided)


def setting_declared(code: str) -> Setting:
    """Return how a check was declared, before anybody decided."""
    limits = {limit.name: limit.default for limit in thresholds_of(code)}
    return Setting(code, code == WAITING or check_named(code).is_on, limits)


def setting_proposed(code: str, *, is_on: bool, thresholds: Given) -> Setting:
    """Return a setting that may be decided; thresholds that are not given stay as they are.

    ValidationError by threshold for what is no number, lies outside what may be set, or contradicts another one.
    """
    now, known = setting_now(code), {limit.name: limit for limit in thresholds_of(code)}
    if unknown := sorted(set(thresholds) - set(known)):
        raise LookupError(f"{code} has no threshold {', '.join(unknown)}.")
    values, errors = dict(now.limits), {}
    for name, given in thresholds.items():
        try:
            values[name] = _value(code, known[name], given)
        except ValidationError as error:
            errors[name] = error
    errors = errors or dict(_contradictions(values))
    if errors:
        raise ValidationError(errors)
    return Setting(code, is_on or code == WAITING, values)


def wants_whole(code: str, limit: Threshold) -> bool:
    """Tell whether a threshold counts whole days; the plausible range of a value is no count."""
    return limit.unit == _DAYS and (code == WAITING or check_named(code).message != OUTSIDE)


def settings_under(setting: Setting) -> CheckSettings:
    """Return the settings of all checks as they would be under one proposal; never to be kept under a version."""
    now = settings_now()
    switched = {**now.switched, setting.code: setting.is_on}
    return CheckSettings(-1, switched, {**now.thresholds, setting.code: setting.limits})


def checks_touched(code: str) -> list[EditCheck]:
    """Return the checks whose findings a setting changes: its own check, or all that wait."""
    load()
    return [check for check in edit_checks() if check.waits] if code == WAITING else [check_named(code)]


def check_set(
    *, code: str, is_on: bool, thresholds: Given, reason: str, by: Any, since: int | None = None
) -> CheckSetting | None:
    """Decide whether a check runs and under which thresholds, and run it over all sites; None where nothing changes.

    `since` is the number of the decision that the person looked at (0 for none). ValidationError by field;
    WriteRefused where somebody else has decided meanwhile.
    """
    require(by, Permission.CHECK_MANAGE)
    wanted, words = _wanted(code, is_on, thresholds, reason)
    with transaction.atomic():
        _one_at_a_time()
        if since is not None and since != latest_number(code):
            raise WriteRefused(_("Somebody has changed this setting meanwhile. Look at it again, then save."))
        if wanted == setting_now(code):
            return None
        return _decide(wanted, words, by)


def check_restore(*, code: str, reason: str, by: Any) -> CheckSetting | None:
    """Set a check as it was declared."""
    declared = setting_declared(code)
    return check_set(code=code, is_on=declared.is_on, thresholds=declared.limits, reason=reason, by=by)


def latest_number(code: str) -> int:
    """Return the number of the latest decision on a check, 0 where there is none."""
    return CheckSetting.objects.filter(check_code=code).values_list("pk", flat=True).first() or 0


def _wanted(code: str, is_on: bool, thresholds: Given, reason: str) -> tuple[Setting, str]:
    """Return the setting and the reason as they may be kept; ValidationError names all fields that are wrong."""
    errors: dict[str, Any] = {}
    words = reason.strip()
    if not words:
        errors["reason"] = _("Say why.")
    elif len(words) > REASON_MOST:
        errors["reason"] = _("Use at most %(count)s characters.") % {"count": REASON_MOST}
    wanted = setting_now(code)
    try:
        wanted = setting_proposed(code, is_on=is_on, thresholds=thresholds)
    except ValidationError as error:
        errors |= error.error_dict
    if errors:
        raise ValidationError(errors)
    return wanted, words


def _decide(wanted: Setting, reason: str, by: Any) -> CheckSetting:
    # What was declared anew is followed again: no number stands in the way of a later declaration.
    is_declared = wanted == setting_declared(wanted.code)
    kept = {} if is_declared else {name: f"{value.normalize():f}" for name, value in wanted.limits.items()}
    row = CheckSetting.objects.create(
        check_code=wanted.code, is_on=wanted.is_on, thresholds=kept, reason=reason, set_at=timezone.now(), set_by=by
    )
    run_ask(cause=RunCause.SETTING, codes=() if wanted.code == WAITING else (wanted.code,), asked_by=by)
    return row


def _one_at_a_time() -> None:
    """Let decisions wait for each other: the latest number is that of the latest decision only if they end in order."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('check settings', 0))")


def _value(code: str, limit: Threshold, given: str | Decimal) -> Decimal:
    value = _number(given)
    whole = wants_whole(code, limit)
    if value is None or not limit.low <= value <= limit.high or (whole and value % 1):
        words = (
            _("Type a whole number from %(low)s to %(high)s%(unit)s.")
            if whole
            else _("Type a number from %(low)s to %(high)s%(unit)s.")
        )
        unit = shown_unit(limit.unit)
        shown = {"low": shown_number(limit.low), "high": shown_number(limit.high), "unit": f" {unit}" if unit else ""}
        raise ValidationError(words % shown)
    return value


def _number(given: str | Decimal) -> Decimal | None:
    """Return the number of a text with a comma or a point, None where it is none."""
    if isinstance(given, Decimal):
        return given if given.is_finite() else None
    text = given.strip().replace("−", "-")
    return Decimal(text.replace(",", ".")) if _NUMBER.fullmatch(text) else None


def _contradictions(values: Limits) -> Iterator[tuple[str, str]]:
    for name, value in values.items():
        upper = _upper_of(name)
        if upper in values and values[upper] < value:
            yield upper, _("The lower limit is %(value)s: type no less.") % {"value": shown_number(value)}


def _upper_of(name: str) -> str:
    for low, high in PAIRS:
        head = name.removesuffix(low)
        if head != name and (not head or head.endswith("_")):
            return f"{head}{high}"
    return ""
