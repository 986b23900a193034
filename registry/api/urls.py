"""The addresses of the interface for programs."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import URLPattern, path

from registry.api.case_history import CaseHistory
from registry.api.cases import Cases, OneCase
from registry.api.index import Index
from registry.api.queries import Queries, Query
from registry.api.query_acts import Accept, Answer, Assign, Close, Comment, Reopen
from registry.api.query_bulk import BulkAnswer, BulkClose
from registry.api.records.views import record_views
from registry.api.topics import OneTopic, Topics
from registry.api.uploads_urls import upload_patterns
from registry.metadata import Topic
from registry.selectors.cases import case_topics


def _of_topic(topic: Topic) -> Iterator[URLPattern]:
    """Yield the addresses of the rows of one topic."""
    code, views = topic.code, record_views(topic)
    yield path(f"records/{code}/", views.rows.as_view(), name=f"api_{code}")
    yield path(f"records/{code}/bulk/", views.bulk.as_view(), name=f"api_{code}_bulk")
    yield path(f"records/{code}/<uuid:pk>/", views.row.as_view(), name=f"api_{code}_row")
    yield path(f"records/{code}/<uuid:pk>/history/", views.history.as_view(), name=f"api_{code}_history")


urlpatterns = [
    path("", Index.as_view(), name="api_index"),
    path("topics/", Topics.as_view(), name="api_topics"),
    path("topics/<slug:code>/", OneTopic.as_view(), name="api_topic"),
    path("cases/", Cases.as_view(), name="api_cases"),
    path("cases/<uuid:pk>/", OneCase.as_view(), name="api_case"),
    path("cases/<uuid:pk>/history/", CaseHistory.as_view(), name="api_case_history"),
    *(pattern for topic in case_topics() for pattern in _of_topic(topic)),
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
    *upload_patterns,
]
