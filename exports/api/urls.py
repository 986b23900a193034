"""The addresses of releases and requests for programs."""

from __future__ import annotations

from django.urls import path

from exports.api.projects import Projects
from exports.api.release_making import Cancel, Retry
from exports.api.releases import OneRelease, PackageFile, Packages, Releases, Terms
from exports.api.reports import Appendix, OneReport, Reports
from exports.api.request_acts import Messages, Recall, Submit
from exports.api.requests import OneRequest, Options, Requests

urlpatterns = [
    path("projects/", Projects.as_view(), name="api_projects"),
    path("releases/", Releases.as_view(), name="api_releases"),
    path("releases/<uuid:pk>/", OneRelease.as_view(), name="api_release"),
    path("releases/<uuid:pk>/cancel/", Cancel.as_view(), name="api_release_cancel"),
    path("releases/<uuid:pk>/retry/", Retry.as_view(), name="api_release_retry"),
    path("releases/<uuid:pk>/terms/", Terms.as_view(), name="api_terms"),
    path("releases/<uuid:pk>/packages/", Packages.as_view(), name="api_packages"),
    path("releases/<uuid:pk>/packages/<uuid:package_pk>/file/", PackageFile.as_view(), name="api_package_file"),
    path("releases/<uuid:pk>/reports/", Reports.as_view(), name="api_reports"),
    path("releases/<uuid:pk>/reports/<uuid:report_pk>/", OneReport.as_view(), name="api_report"),
    path("releases/<uuid:pk>/reports/<uuid:report_pk>/appendix/", Appendix.as_view(), name="api_report_appendix"),
    path("requests/", Requests.as_view(), name="api_requests"),
    path("requests/options/", Options.as_view(), name="api_request_options"),
    path("requests/<uuid:pk>/", OneRequest.as_view(), name="api_request"),
    path("requests/<uuid:pk>/submit/", Submit.as_view(), name="api_request_submit"),
    path("requests/<uuid:pk>/recall/", Recall.as_view(), name="api_request_recall"),
    path("requests/<uuid:pk>/messages/", Messages.as_view(), name="api_request_messages"),
]
