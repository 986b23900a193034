"""Refusing to complete a form or to lock a case while a check stands against it, with every violation in words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from registry.checks.blocking import TWIN, blockers_at, blockers_of
from registry.checks.declared import EditCheck
from registry.checks.engine import AT_LOCK, Finding
from registry.checks.settings import settings_now
from registry.metadata.forms import form_of_topic
from registry.models import Patient
from registry.services.reconcile import reconcile_cases
from registry.services.refusals import WriteRefused
from sites.context import acting_as
from sites.models import Site

NAMED_AT_MOST = 5


def refuse_blocked(patient: Patient, *, topics: Collection[str] = (), at_lock: bool = False) -> None:
    """Raise WriteRefused, with each violation in words, where checks stop the case or some of its topics."""
    if found := _found(patient, topics, at_lock=at_lock):
        raise WriteRefused(refusal_words(found))


def blockers_asked(*, patient: Patient, topics: Collection[str] = (), at_lock: bool = False, by: Any) -> list[Finding]:
    """Return what stops a case, or some of its topics, after asking the hospital about each violation.

    Without a query about what is missing, nobody could answer, and no data manager could let it pass.
    """
    with acting_as(by, reason=_("stopped by a check")):
        found = _found(patient, topics, at_lock=at_lock)
        _ask(found)
    return found


def site_blockers_asked(*, site: Site, until_on: dt.date, by: Any) -> None:
    """Ask about what stops the lock of a site, as above; the refusal leads to these queries."""
    with acting_as(by, reason=_("stopped by a check")):
        _ask(_found_at(site, until_on)[0])


def _ask(found: Sequence[Finding]) -> None:
    codes = {finding.check.code.removesuffix(TWIN) for finding in found}
    reconcile_cases(sorted({finding.patient_id for finding in found}), codes=codes, waits=False)


def _found(patient: Patient, topics: Collection[str], *, at_lock: bool) -> list[Finding]:
    found = blockers_of([patient.pk], at_lock=at_lock)
    return [finding for finding in found if not topics or finding.check.topic.code in topics]


def refuse_blocked_site(site: Site, until_on: dt.date) -> None:
    """Raise WriteRefused where checks stop cases of a site that were infused up to a day from being locked."""
    found, names = _found_at(site, until_on)
    if cases := sorted({names[finding.patient_id] for finding in found}):
        words = ngettext(
            "%(count)s case cannot be locked yet: %(cases)s.",
            "%(count)s cases cannot be locked yet: %(cases)s.",
            len(cases),
        )
        shown = ", ".join(cases[:NAMED_AT_MOST]) + (", …" if len(cases) > NAMED_AT_MOST else "")
        raise WriteRefused([words % {"count": len(cases), "cases": shown}, *refusal_words(found)])


def _found_at(site: Site, until_on: dt.date) -> tuple[list[Finding], dict[UUID, str]]:
    """Return what stops the cases of a site infused up to a day, and the study ids of these cases."""
    early = Patient.objects.filter(site=site, infusion_courses__infused_on__lte=until_on)
    names = dict(early.values_list("pk", "study_id"))
    return [finding for finding in blockers_at([site.pk], AT_LOCK) if finding.patient_id in names], names


def refusal_words(found: Sequence[Finding]) -> list[str]:
    """Return one sentence a check, with its form where several are named, and how many more there are."""
    settings = settings_now()
    checks = list({finding.check.code: finding.check for finding in found}.values())
    words = [f"{_form(check)}: {settings.words(check)}" for check in checks[:NAMED_AT_MOST]]
    further = len(checks) - NAMED_AT_MOST
    if further > 0:
        words.append(ngettext("%(count)s more.", "%(count)s more.", further) % {"count": further})
    return words


def _form(check: EditCheck) -> str:
    try:
        return _(form_of_topic(check.topic.code).label)
    except LookupError:
        return _(check.topic.label)
