"""The timeline of one case: the chart, and the same values as a file."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from registry.models import InfusionCourse, Patient
from registry.selectors.cases import cases_visible
from registry.selectors.timeline import timeline_courses, timeline_rows
from registry.web.case_cells import number
from registry.web.charts.choices import Asked, course_asked, course_choices, lab_choices, origin_choices
from registry.web.charts.labs import analytes_with_values, chosen_analytes
from registry.web.charts.links import new_url
from registry.web.charts.span import first_anakinra
from registry.web.charts.table import table_lines, timeline_file
from registry.web.charts.timeline import timeline_of
from sites.access import can, guard
from sites.models import AccessKind
from sites.reads import access_record
from sites.roles import Permission


@guard(Permission.CASE_VIEW)
@require_GET
@never_cache
def timeline(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """Show what happened to one case, day by day."""
    patient, asked = _visible(request, patient_id), _asked(request)
    courses = timeline_courses(request.user, patient)
    course = course_asked(courses, asked)
    facts = {"patient": patient, "index": course, "printed_at": timezone.now()}
    facts["may_edit"] = can(request.user, Permission.CASE_EDIT, patient.site)
    if course is None:
        facts["new_url"] = new_url(patient.pk, "infusion_course")
        return render(request, "registry/timeline/timeline.html", facts)
    facts["course_choices"] = course_choices(courses, course, asked)
    return render(request, "registry/timeline/timeline.html", {**facts, **_chart(request, course, asked)})


def _chart(request: HttpRequest, course: InfusionCourse, asked: Asked) -> dict[str, Any]:
    rows = timeline_rows(request.user, course)
    present = analytes_with_values(rows.labs)
    chosen = chosen_analytes(asked.labs, present)
    drawn = timeline_of(rows, asked.origin, chosen)
    return {
        "timeline": drawn,
        "lines": table_lines(drawn.sheet, drawn.columns),
        "column_count": 2 + sum(column.in_table for column in drawn.columns),
        "origin_choices": origin_choices(drawn.origin, asked) if first_anakinra(rows) else [],
        "lab_choices": lab_choices(present, chosen, asked),
        "address": asked.url(),
        "weight": number(course.weight_kg) if course.weight_kg is not None else "",
    }


@guard(Permission.CASE_VIEW)
@require_GET
@never_cache
def timeline_csv(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """Download the values of the timeline, a line a day; the download is logged."""
    patient, asked = _visible(request, patient_id), _asked(request)
    course = course_asked(timeline_courses(request.user, patient), asked)
    if course is None:
        raise Http404
    rows = timeline_rows(request.user, course)
    drawn = timeline_of(rows, asked.origin, chosen_analytes(asked.labs, analytes_with_values(rows.labs)))
    access_record(AccessKind.DOWNLOAD, object_type="timeline", object_id=str(patient.pk), site=patient.site)
    content = timeline_file(drawn.sheet, patient.study_id, drawn.columns, drawn.counted_from)
    headers = {"Content-Disposition": f'attachment; filename="timeline-{patient.study_id}.csv"'}
    return HttpResponse(content, content_type="text/csv; charset=utf-8", headers=headers)


def _visible(request: HttpRequest, patient_id: UUID) -> Patient:
    return get_object_or_404(cases_visible(request.user).select_related("site"), pk=patient_id)


def _asked(request: HttpRequest) -> Asked:
    return Asked.read(request.GET, request.GET.getlist("lab"))
