"""The addresses of uploads for programs."""

from __future__ import annotations

from django.urls import path

from registry.api.uploads import Findings, OneUpload, Template, Uploads
from registry.api.uploads_acts import Commit, Discard

upload_patterns = [
    path("uploads/", Uploads.as_view(), name="api_uploads"),
    path("uploads/templates/<slug:code>/", Template.as_view(), name="api_upload_template"),
    path("uploads/<uuid:upload_id>/", OneUpload.as_view(), name="api_upload"),
    path("uploads/<uuid:upload_id>/findings/", Findings.as_view(), name="api_upload_findings"),
    path("uploads/<uuid:upload_id>/commit/", Commit.as_view(), name="api_upload_commit"),
    path("uploads/<uuid:upload_id>/discard/", Discard.as_view(), name="api_upload_discard"),
]
