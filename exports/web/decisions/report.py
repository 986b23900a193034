"""The risk report of a release in words for a privacy officer: the verdict first, then what it rests on."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from exports.freeze.policy import k_of
from exports.models import Release, ReleaseState
from exports.package.csv_tables import safe_text
from exports.selectors import policy_now, releases_visible
from exports.web.decisions.sections import Section, Value, sections_of
from exports.web.person import person
from sites.access import guard
from sites.models import AccessKind
from sites.reads import access_record
from sites.roles import Permission


@dataclass(frozen=True)
class Report:
    """What the report says: is the smallest group large enough, the figures, and the sections."""

    is_enough: bool
    is_empty: bool
    k: int
    limit: int
    figures: list[tuple[str, Value]]
    sections: list[Section]


@require_GET
@guard(Permission.RELEASE_FREEZE)
def release_risk(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show the report that is kept with a release, whatever became of it."""
    release = _assessed(request, pk)
    return render(request, "exports/risk_page.html", {"release": release, "report": report_of(release)})


@require_GET
@guard(Permission.RELEASE_FREEZE)
def release_risk_csv(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Hand out the report as a file for the privacy officer."""
    release = _assessed(request, pk)
    access_record(AccessKind.DOWNLOAD, object_type="release", object_id=release.pk, detail=f"{release.name} risk.csv")
    headers = {
        "Content-Disposition": f'attachment; filename="{release.name}-risk.csv"',
        "Cache-Control": "no-store",
    }
    return HttpResponse(_report_csv(release), content_type="text/csv; charset=utf-8", headers=headers)


def _assessed(request: HttpRequest, pk: UUID) -> Release:
    release: Release = get_object_or_404(releases_visible(person(request)), pk=pk)
    if not release.risk:
        raise Http404
    return release


def report_of(release: Release) -> Report:
    """Return the report of a release. The limit is that of today while it waits, afterwards that which counted."""
    risk, limit = release.risk, release.risk["k_min"]
    if release.state == ReleaseState.HELD:
        limit = k_of(release.profile, policy_now())
    return Report(
        is_enough=risk["k"] >= limit,
        is_empty=not risk["patients"],
        k=risk["k"],
        limit=limit,
        figures=_figures(risk, limit),
        sections=sections_of(risk),
    )


def _figures(risk: dict[str, Any], limit: int) -> list[tuple[str, Value]]:
    return [
        (_("Cases"), risk["patients"]),
        (_("Smallest group of cases that look alike (k)"), risk["k"]),
        (_("Limit of the policy"), limit),
        (_("Cases that stand alone"), risk["unique"]),
        (_("Cases that stand alone (%)"), risk["unique_percent"]),
        (_("Cases in groups below 5 (%)"), risk["below_5_percent"]),
        (_("Cases in groups below 11 (%)"), risk["below_11_percent"]),
        (_("Highest risk that a known person is found (%)"), _percent(risk["risk_max"])),
        (_("Mean risk that a known person is found (%)"), _percent(risk["risk_mean"])),
    ]


def _percent(part: float) -> float:
    return round(100 * part, 1)


def _report_csv(release: Release) -> bytes:
    """Return the report as one table after the other, with decimal points in every language."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    report = report_of(release)
    writer.writerow([_("Release"), release.name])
    writer.writerow([_("Profile"), release.get_profile_display()])
    writer.writerow([_("Coarsening"), " ".join(release.coarsening)])
    writer.writerows(report.figures)
    for section in report.sections:
        writer.writerows([[], [section.title, section.words], section.heads])
        for row in section.rows:
            writer.writerow([_written(cell.value) for cell in row])
    return out.getvalue().encode("utf-8-sig")


def _written(value: Value) -> Value:
    return safe_text(value) if isinstance(value, str) else value
