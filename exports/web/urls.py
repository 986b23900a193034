"""Addresses of the pages of releases."""

from __future__ import annotations

from django.urls import path

from exports.web.views.acts import release_cancel, release_download, release_retry
from exports.web.views.grants import grant_revoke, release_grant
from exports.web.views.lists import release_new, releases
from exports.web.views.pages import release_page, release_progress

urlpatterns = [
    path("", releases, name="releases"),
    path("new/", release_new, name="release_new"),
    path("<uuid:pk>/", release_page, name="release"),
    path("<uuid:pk>/progress/", release_progress, name="release_progress"),
    path("<uuid:pk>/download/", release_download, name="release_download"),
    path("<uuid:pk>/retry/", release_retry, name="release_retry"),
    path("<uuid:pk>/cancel/", release_cancel, name="release_cancel"),
    path("<uuid:pk>/grant/", release_grant, name="release_grant"),
    path("<uuid:pk>/grants/<uuid:grant_pk>/revoke/", grant_revoke, name="grant_revoke"),
]
