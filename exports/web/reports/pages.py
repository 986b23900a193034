"""The pages of study reports: the list with the form, one report, and how far a report is."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from exports.models import StudyReport
from exports.report.html import body_context
from exports.selectors.reports import reports_for
from exports.web.person import person
from exports.web.reports.forms import PlanForm
from exports.web.reports.seen import Seen, release_seen, report_seen, told_report
from exports.web.reports.words import plan_words
from sites.access import guard
from sites.roles import Permission

UNDONE = 422
FILE_WORDS: Final = {
    "appendix": gettext_noop("Appendix with scripts (ZIP)"),
    "pdf-en": gettext_noop("PDF in English"),
    "pdf-es": gettext_noop("PDF in Spanish"),
    "html-en": gettext_noop("HTML in English"),
    "html-es": gettext_noop("HTML in Spanish"),
    "json": gettext_noop("All figures (JSON)"),
}


@require_GET
@guard(Permission.RELEASE_VIEW)
@never_cache
def study_reports(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show the reports of a release, and the form that asks for one."""
    return reports_shown(request, release_seen(person(request), pk), PlanForm())


def reports_shown(request: HttpRequest, seen: Seen, form: PlanForm) -> HttpResponse:
    """Return the list of reports, also after the form was not accepted."""
    reports = [(report, plan_words(report.plan)) for report in reports_for(seen.release, person(request))]
    facts = {"release": seen.release, "seen": seen, "reports": reports, "form": form}
    return render(request, "exports/reports/list.html", facts, status=UNDONE if form.errors else 200)


@require_GET
@guard(Permission.RELEASE_VIEW)
@never_cache
def study_report(request: HttpRequest, pk: UUID, report_pk: UUID) -> HttpResponse:
    """Show one report, or how far it is."""
    seen, report = report_seen(person(request), pk, report_pk)
    return render(request, "exports/reports/page.html", _facts(seen, report))


def _facts(seen: Seen, report: StudyReport) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "release": seen.release,
        "seen": seen,
        "report_row": report,
        "plan": plan_words(report.plan),
    }
    if not report.is_done or seen.needs_terms:
        return facts
    facts["report_files"] = [(code, _(words)) for code, words in FILE_WORDS.items()]
    found = told_report(seen, report)
    return {**facts, "is_damaged": True} if found is None else {**facts, **body_context(found)}


@require_GET
@guard(Permission.RELEASE_VIEW)
def study_report_progress(request: HttpRequest, pk: UUID, report_pk: UUID) -> HttpResponse:
    """Return the progress of a report; the whole page is loaded again once it has ended."""
    seen, report = report_seen(person(request), pk, report_pk)
    response = render(request, "exports/reports/progress.html", {"release": seen.release, "report_row": report})
    if not report.is_under_way:
        response.headers["HX-Refresh"] = "true"
    return response
