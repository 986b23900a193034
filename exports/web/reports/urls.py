"""Addresses of the study reports of a release."""

from __future__ import annotations

from django.urls import path

from exports.web.reports.acts import study_report_file, study_report_json, study_report_make
from exports.web.reports.pages import study_report, study_report_progress, study_reports

report_patterns = [
    path("<uuid:pk>/reports/", study_reports, name="study_reports"),
    path("<uuid:pk>/reports/new/", study_report_make, name="study_report_make"),
    path("<uuid:pk>/reports/<uuid:report_pk>/", study_report, name="study_report"),
    path("<uuid:pk>/reports/<uuid:report_pk>/progress/", study_report_progress, name="study_report_progress"),
    path("<uuid:pk>/reports/<uuid:report_pk>/figures.json", study_report_json, name="study_report_json"),
    path("<uuid:pk>/reports/<uuid:report_pk>/files/<slug:file>/", study_report_file, name="study_report_file"),
]
