"""Addresses of the pages of releases."""

from __future__ import annotations

from django.urls import path

from exports.web.decisions.urls import release_patterns
from exports.web.redcap.urls import token_patterns
from exports.web.reports.urls import report_patterns
from exports.web.views.acts import package_download, release_cancel, release_retry, terms_accept
from exports.web.views.diff import release_diff, release_diff_csv
from exports.web.views.grants import grant_revoke, holders_csv, release_grant, release_withdraw
from exports.web.views.lists import release_new, releases
from exports.web.views.pages import release_page, release_progress

urlpatterns = [
    path("", releases, name="releases"),
    path("new/", release_new, name="release_new"),
    path("<uuid:pk>/", release_page, name="release"),
    path("<uuid:pk>/progress/", release_progress, name="release_progress"),
    path("<uuid:pk>/terms/", terms_accept, name="terms_accept"),
    path("<uuid:pk>/packages/<uuid:package_pk>/", package_download, name="package_download"),
    path("<uuid:pk>/retry/", release_retry, name="release_retry"),
    path("<uuid:pk>/cancel/", release_cancel, name="release_cancel"),
    path("<uuid:pk>/grant/", release_grant, name="release_grant"),
    path("<uuid:pk>/grants/<uuid:grant_pk>/revoke/", grant_revoke, name="grant_revoke"),
    path("<uuid:pk>/holders.csv", holders_csv, name="holders_csv"),
    path("<uuid:pk>/withdraw/", release_withdraw, name="release_withdraw"),
    path("<uuid:pk>/diff/", release_diff, name="release_diff"),
    path("<uuid:pk>/diff.csv", release_diff_csv, name="release_diff_csv"),
    *release_patterns,
    *report_patterns,
    *token_patterns,
]
