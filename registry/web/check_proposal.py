"""A proposal on the page of a check, as plain values: what it would change, find, ask and close."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import Model
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from registry.checks.declared import EditCheck, check_named
from registry.checks.engine import Finding
from registry.checks.settings import WAITING
from registry.metadata import Topic
from registry.models import Patient
from registry.selectors.cases import NOT_ON_CASE_PAGES
from registry.services.check_settings import Setting, latest_number, setting_now, thresholds_of
from registry.services.dry_run import MINUTES_PER_QUERY, DryRun, Fire, Outcome, SiteFires, dry_run
from registry.web import check_words as words
from registry.web.case_cells import Cell, cell_of, heading_unit
from registry.web.check_page import changes_between
from registry.web.entry.typed_numbers import written_number
from registry.web.forms.checks import OFF, ON, DecideForm, SettingForm, seen_mark
from registry.web.query_links import finding_places

WHOLE_HOURS_FROM = 10
OUTCOMES: Mapping[Outcome, str | Promise] = {
    Outcome.OPENS: gettext_lazy("New queries"),
    Outcome.REOPENS: gettext_lazy("Asked again"),
    Outcome.ASKED: gettext_lazy("Asked already"),
    Outcome.QUIET: gettext_lazy("Settled, stays quiet"),
    Outcome.STOPS: gettext_lazy("Rows that stop"),
    Outcome.CLOSES: gettext_lazy("Queries closed"),
}
BECOMES: Mapping[Outcome, str | Promise] = {
    Outcome.OPENS: gettext_lazy("a new query"),
    Outcome.REOPENS: gettext_lazy("asked again"),
    Outcome.ASKED: gettext_lazy("asked already"),
    Outcome.QUIET: gettext_lazy("settled, stays quiet"),
    Outcome.STOPS: gettext_lazy("stops the lock"),
}
# Without asking there is nothing to open or to close.
ASKING = (Outcome.OPENS, Outcome.REOPENS, Outcome.ASKED, Outcome.QUIET, Outcome.CLOSES)
STOPPING = (Outcome.STOPS,)


@dataclass(frozen=True)
class Limit:
    """One threshold in the form: its field, what was declared, and between what it may lie."""

    field: Any
    declared: str
    between: str
    is_changed: bool


@dataclass(frozen=True)
class Sampled:
    """One row that would be found: its case, its place, the values that the check speaks of, what becomes of it."""

    study_id: str
    site: str
    code: str
    place: str
    url: str
    values: list[tuple[str, Cell, str]]
    becomes: str


@dataclass(frozen=True)
class SiteLine:
    """One site of the table, or all of them without a code: cases, rows found, what becomes of them, the load."""

    code: str
    name: str
    cases: int
    found: int
    counts: list[int]
    per_100: float | None


def limits_in(form: SettingForm) -> list[Limit]:
    """Return the thresholds of a form as a table of them shows each."""
    now, found = setting_now(form.code).limits, []
    for limit, field in zip(thresholds_of(form.code), form.limit_fields, strict=True):
        span = {"low": words.limit_value(limit, limit.low), "high": words.limit_value(limit, limit.high)}
        declared = words.limit_value(limit, limit.default)
        found.append(Limit(field, declared, _("%(low)s to %(high)s") % span, limit.default != now[limit.name]))
    return found


def proposal_facts(user: Any, form: SettingForm) -> dict[str, Any]:
    """Return what the proposal of a form changes and would do; nothing where it cannot be decided."""
    setting = form.setting
    if setting is None:
        return {}
    since = latest_number(form.code)
    changes = changes_between(setting_now(form.code), setting)
    facts = {"setting": setting, "changes": changes, "since": since, "seen": seen_mark(setting, since)}
    facts["decide"] = form if isinstance(form, DecideForm) else DecideForm(form.code)
    facts["hidden"] = list(_hidden(setting))
    try:
        return facts | _result(user, dry_run(setting, by=user))
    except ValidationError as error:
        return facts | {"dry_error": " ".join(error.messages)}


def _hidden(setting: Setting) -> Iterator[tuple[str, str]]:
    if setting.code != WAITING:
        yield "is", ON if setting.is_on else OFF
    for name, value in setting.limits.items():
        yield name, written_number(value)


def _result(user: Any, result: DryRun) -> dict[str, Any]:
    outcomes = ASKING if result.asks else STOPPING
    return {
        "result": result,
        "hours": [_hours(value) for value in result.hours],
        "minutes": MINUTES_PER_QUERY,
        "outcomes": [OUTCOMES[outcome] for outcome in outcomes],
        "lines": [_line(fires, outcomes) for fires in result.sites],
        "total": _line(result.all, outcomes),
        "sample": sampled(user, result.sample),
    }


def _line(fires: SiteFires, outcomes: Sequence[Outcome]) -> SiteLine:
    code, name = (fires.site.code, fires.site.name) if fires.site else ("", "")
    counts = [fires.counts.get(outcome, 0) for outcome in outcomes]
    return SiteLine(code, name, fires.cases, fires.found, counts, fires.per_100)


def _hours(value: float) -> str:
    return written_number(Decimal(str(round(value, 0 if value >= WHOLE_HOURS_FROM else 1))))


def sampled(user: Any, fires: Sequence[Fire]) -> list[Sampled]:
    """Return rows that would be found as people read them, in a few reads however many there are."""
    findings = [Finding(check_named(fire.check_code), fire.row_id, fire.patient_id, None, "") for fire in fires]
    places = finding_places(user, findings)
    patients = Patient.objects.visible_to(user).select_related("site").in_bulk({fire.patient_id for fire in fires})
    records = _records(user, findings)
    found = []
    for fire, finding in zip(fires, findings, strict=True):
        patient, place = patients[fire.patient_id], places[finding.check.topic.code, fire.row_id]
        values = _values(finding.check, records.get(fire.row_id))
        found.append(
            Sampled(
                patient.study_id, patient.site.code, fire.check_code, place.words, place.url, values,
                str(BECOMES[fire.outcome]),
            )
        )  # fmt: skip
    return found


def _records(user: Any, findings: Sequence[Finding]) -> dict[UUID, Model]:
    """Return the rows of the record. Who the patient is stands apart, and is shown by its own act alone."""
    by_topic: dict[Topic, set[UUID]] = {}
    for finding in findings:
        if finding.check.topic.code not in NOT_ON_CASE_PAGES:
            by_topic.setdefault(finding.check.topic, set()).add(finding.row_id)
    found: dict[UUID, Model] = {}
    for topic, keys in by_topic.items():
        found |= topic.model._default_manager.visible_to(user).in_bulk(keys)
    return found


def _values(check: EditCheck, record: Model | None) -> list[tuple[str, Cell, str]]:
    if record is None:
        return []
    return [
        (str(field.verbose_name), cell_of(record, field, None), heading_unit(field))
        for field in words.check_fields(check)
    ]
