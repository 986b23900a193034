"""What the page of one check shows, as plain values: what it says, how it is set and was set, what it has asked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from registry.checks.declared import EditCheck, Severity, check_named
from registry.checks.importance import rank_of
from registry.checks.settings import WAITING, settings_now
from registry.models import CheckSetting, QueryState, Rank, Resolution
from registry.selectors.check_work import became_of, decisions_on, queries_open, run_of
from registry.services.check_settings import Setting, setting_declared, setting_now, thresholds_of
from registry.web import check_words as words
from registry.web.entry.typed_numbers import written_number
from registry.web.forms.checks import OFF, ON

QUERIES_SHOWN = 10


@dataclass(frozen=True)
class Change:
    """One part of a setting that is, or would be, another one: what it is called, what it was and what it is."""

    title: str
    old: str
    new: str


@dataclass(frozen=True)
class Decision:
    """One decision of the history."""

    at: datetime
    by: str
    reason: str
    changes: list[Change]


def check_facts(user: Any, code: str) -> dict[str, Any]:
    """Return what is said of a check whatever is proposed; LookupError for what is none."""
    check = None if code == WAITING else check_named(code)
    now, declared = setting_now(code), setting_declared(code)
    return {
        "code": code,
        "check": check,
        **_told(check),
        "now": now,
        "limits_now": words.limits_told(thresholds_of(code), now.limits),
        "origin": words.origin(code, check),
        "is_declared": now == declared,
        "declared_url": "?" + proposal_query(declared),
        "history": history_of(code),
        "run": run_of(code),
        **(_asked(user, check) if check else {}),
    }


def _told(check: EditCheck | None) -> dict[str, Any]:
    settings = settings_now()
    if check is None:
        return {"title": words.WAITING_TITLE, "says": words.WAITING_WORDS, "form_name": _("All forms")}
    return {
        "title": check.code,
        "says": settings.words(check),
        "form_name": words.form_place(check.topic)[1],
        "fields": words.field_titles(check),
        "severity": words.SEVERITIES[check.severity],
        "effect": words.EFFECTS[check.severity],
        "tone": words.TONES[check.severity],
        "rank": Rank(rank_of(check)).label,
        "asks": check.severity is not Severity.LOCKING,
        "waits": check.waits,
        "waiting_days": written_number(settings.waiting_days),
    }


def _asked(user: Any, check: EditCheck) -> dict[str, Any]:
    became = became_of(user, check.code)
    return {
        "became": became,
        "states": [
            (state.label, became.states.get(state, 0), _queries_url(state.lower(), check)) for state in QueryState
        ],
        "resolutions": [
            (resolution.label, became.resolutions[resolution]) for resolution in Resolution
            if resolution in became.resolutions
        ],
        "open_queries": [
            (query, reverse("query", args=[query.pk])) for query in queries_open(user, check.code, QUERIES_SHOWN)
        ],
        "queries_url": _queries_url("all", check),
    }  # fmt: skip


def _queries_url(state: str, check: EditCheck) -> str:
    return f"{reverse('queries')}?{urlencode({'state': state, 'check': check.code})}"


def proposal_query(setting: Setting) -> str:
    """Return a setting as it stands in an address."""
    switch = {} if setting.code == WAITING else {"is": ON if setting.is_on else OFF}
    limits = {name: written_number(value) for name, value in setting.limits.items()}
    return urlencode({"dry": "run", **switch, **limits})


def changes_between(old: Setting, new: Setting) -> list[Change]:
    """Return what is another one in the second setting."""
    found = []
    if old.is_on != new.is_on:
        found.append(Change(_("The check is"), *(_switched(setting.is_on) for setting in (old, new))))
    for limit in thresholds_of(new.code):
        before, after = old.limits[limit.name], new.limits[limit.name]
        if before != after:
            found.append(Change(limit.words, words.limit_value(limit, before), words.limit_value(limit, after)))
    return found


def _switched(is_on: bool) -> str:
    return _("Switched on") if is_on else _("Switched off")


def history_of(code: str) -> list[Decision]:
    """Return the decisions on a setting, the newest first, each with what it changed."""
    rows = decisions_on(code)
    settings = [_decided(code, row) for row in rows] + [setting_declared(code)]
    return [
        Decision(row.set_at, str(row.set_by), row.reason, changes_between(settings[number + 1], settings[number]))
        for number, row in enumerate(rows)
    ]


def _decided(code: str, row: CheckSetting) -> Setting:
    limits = dict(setting_declared(code).limits)
    kept = {name: type(value)(row.thresholds[name]) for name, value in limits.items() if name in row.thresholds}
    return Setting(code, row.is_on, {**limits, **kept})
