"""The addresses of the interface for programs."""

from __future__ import annotations

from django.urls import path

from registry.api.queries import Queries, Query
from registry.api.query_acts import Accept, Answer, Assign, Close, Comment, Reopen
from registry.api.query_bulk import BulkAnswer, BulkClose

urlpatterns = [
    path("queries/", Queries.as_view(), name="api_queries"),
    path("queries/bulk/answer/", BulkAnswer.as_view(), name="api_queries_answer"),
    path("queries/bulk/close/", BulkClose.as_view(), name="api_queries_close"),
    path("queries/<uuid:query_id>/", Query.as_view(), name="api_query"),
    path("queries/<uuid:query_id>/answer/", Answer.as_view(), name="api_query_answer"),
    path("queries/<uuid:query_id>/comment/", Comment.as_view(), name="api_query_comment"),
    path("queries/<uuid:query_id>/assign/", Assign.as_view(), name="api_query_assign"),
    path("queries/<uuid:query_id>/close/", Close.as_view(), name="api_query_close"),
    path("queries/<uuid:query_id>/reopen/", Reopen.as_view(), name="api_query_reopen"),
    path("queries/<uuid:query_id>/accept-suggestion/", Accept.as_view(), name="api_query_accept"),
]
