"""What the list of checks shows, as plain values: a line a check, grouped by form, and the filters of the address."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from registry.checks.declared import EditCheck, Severity, edit_checks
from registry.checks.settings import WAITING, WAITING_DAYS, CheckSettings, settings_now
from registry.models import CheckSetting
from registry.selectors.check_work import Asked, asked_by_check, cases_count, latest_decisions
from registry.web import check_words as words

FIELDS_TOLD = 3


class Standing(StrEnum):
    """Which checks to show by how they are set."""

    ON = "on"
    OFF = "off"
    CHANGED = "changed"


STANDINGS: Mapping[Standing, str | Promise] = {
    Standing.ON: gettext_lazy("switched on"),
    Standing.OFF: gettext_lazy("switched off"),
    Standing.CHANGED: gettext_lazy("changed from what was declared"),
}


@dataclass(frozen=True)
class ChecksWanted:
    """The filters of an address; nonsense asks for nothing."""

    text: str = ""
    severity: str = ""
    standing: Standing | None = None

    @classmethod
    def read(cls, get: Mapping[str, str]) -> ChecksWanted:
        """Read the parameters of an address."""
        severity, standing = get.get("severity", ""), get.get("set", "")
        return cls(
            get.get("q", "").strip()[:60],
            severity if severity in words.SLUGS.values() else "",
            Standing(standing) if standing in set(Standing) else None,
        )

    @property
    def is_filtered(self) -> bool:
        """Tell whether anything is left out."""
        return bool(self.text or self.severity or self.standing)


@dataclass(frozen=True)
class Line:
    """One check of the list. `asked` is None for what asks nobody; `per_100` counts the rows it asked about."""

    code: str
    place: tuple[int, str]
    says: str
    fields: list[str]
    severity: Severity | None
    is_on: bool
    is_changed: bool
    limits: list[str]
    asked: Asked | None
    per_100: float | None
    decision: CheckSetting | None

    @property
    def code_parts(self) -> list[str]:
        """Return the code in parts between which a line may end."""
        *heads, last = self.code.split("_")
        return [*(f"{head}_" for head in heads), last]

    @property
    def about(self) -> list[str]:
        """Return the fields, where they are few, and the thresholds."""
        fields = [", ".join(self.fields)] if 0 < len(self.fields) <= FIELDS_TOLD else []
        return [*fields, *self.limits]

    @property
    def severity_words(self) -> str:
        """Return what it does, in a word."""
        return str(words.SEVERITIES[self.severity]) if self.severity else ""

    @property
    def tone(self) -> str:
        """Return the tone of that word."""
        return words.TONES[self.severity] if self.severity else "plain"


@dataclass(frozen=True)
class Group:
    """The checks of one form."""

    title: str
    lines: list[Line]


def checks_lines(user: Any, wanted: ChecksWanted) -> list[Line]:
    """Return the checks that are wanted, in the order of the forms and of their codes; three reads in all."""
    settings, decisions, asked = settings_now(), latest_decisions(), asked_by_check(user)
    cases = cases_count(user)
    lines = [_waiting(settings, decisions)]
    lines += [_line(check, settings, decisions, asked, cases) for check in edit_checks()]
    found = [line for line in lines if _is_wanted(line, wanted)]
    return sorted(found, key=lambda line: (line.place, line.code))


def groups_of(lines: list[Line]) -> list[Group]:
    """Return the lines form by form."""
    return [Group(title, list(lines)) for (_number, title), lines in groupby(lines, key=lambda line: line.place)]


def _line(
    check: EditCheck,
    settings: CheckSettings,
    decisions: Mapping[str, CheckSetting],
    asked: Mapping[str, Asked],
    cases: int,
) -> Line:
    limits, is_on = settings.limits(check), settings.is_on(check)
    of_check = None if check.severity is Severity.LOCKING else asked.get(check.code, Asked())
    return Line(
        code=check.code,
        place=words.form_place(check.topic),
        says=settings.words(check),
        fields=words.field_titles(check),
        severity=check.severity,
        is_on=is_on,
        is_changed=is_on != check.is_on or any(limits[name] != value for name, value in check.defaults.items()),
        limits=words.limits_told(check.thresholds, limits),
        asked=of_check,
        per_100=100 * of_check.ever / cases if cases and of_check and of_check.ever else None,
        decision=decisions.get(check.code),
    )


def _waiting(settings: CheckSettings, decisions: Mapping[str, CheckSetting]) -> Line:
    days = settings.waiting_days
    return Line(
        code=WAITING,
        place=(-1, _("All forms")),
        says=str(words.WAITING_WORDS),
        fields=[],
        severity=None,
        is_on=True,
        is_changed=days != WAITING_DAYS.default,
        limits=words.limits_told((WAITING_DAYS,), {WAITING_DAYS.name: days}),
        asked=None,
        per_100=None,
        decision=decisions.get(WAITING),
    )


def _is_wanted(line: Line, wanted: ChecksWanted) -> bool:
    if wanted.severity and (line.severity is None or words.SLUGS[line.severity] != wanted.severity):
        return False
    if wanted.standing is Standing.CHANGED and not line.is_changed:
        return False
    if wanted.standing in (Standing.ON, Standing.OFF) and line.is_on is not (wanted.standing is Standing.ON):
        return False
    return all(part in _text(line) for part in wanted.text.casefold().split())


def _text(line: Line) -> str:
    return " ".join([line.code, line.place[1], line.says, *line.fields, *line.limits]).casefold()


def severity_choices() -> Iterator[tuple[str, str | Promise]]:
    """Yield what may be chosen as severity: its name in the address, and its words."""
    return ((words.SLUGS[severity], title) for severity, title in words.SEVERITIES.items())
