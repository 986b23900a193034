"""The addresses of the description."""

from __future__ import annotations

from django.urls import path

from config.openapi.views import Schema, api_docs, api_docs_group

urlpatterns = [
    path("api/schema/", Schema.as_view(), name="api_schema"),
    path("docs/api/", api_docs, name="api_docs"),
    path("docs/api/<slug:tag>/", api_docs_group, name="api_docs_group"),
]
