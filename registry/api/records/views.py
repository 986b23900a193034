"""The addresses of one topic: reading and writing joined into one view each, and described."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from drf_spectacular.utils import extend_schema

from registry.api.records.bulk import BulkRows
from registry.api.records.described import HISTORY_PLACE, paging, rows_parameters
from registry.api.records.reading import VIEW, OfTopic, Row, RowHistory, Rows
from registry.api.records.writing import EDIT, ChangesRows, CreatesRows
from registry.api.records.writing_described import TAG
from registry.api.serializers.reading import HistoryOut, rows_page_out
from registry.api.serializers.topic_names import component_name
from registry.api.serializers.topics import row_out
from registry.metadata import Topic

METHODS = ["get", "head", "post", "patch", "delete"]
ViewClass: TypeAlias = type[OfTopic]


@dataclass(frozen=True)
class TopicViews:
    """The views of one topic: its list, one row, the history of one row, and many rows at once."""

    rows: ViewClass
    row: ViewClass
    history: ViewClass
    bulk: ViewClass


def record_views(topic: Topic) -> TopicViews:
    """Return the views of a topic. A patient is entered as a case, and never deleted here."""
    is_patient = topic.parent is None
    return TopicViews(
        rows=_list_view(topic, () if is_patient else (CreatesRows,)),
        row=_row_view(topic, ("PATCH",) if is_patient else ("PATCH", "DELETE")),
        history=_history_view(topic),
        bulk=_joined(topic, "Bulk", (BulkRows, OfTopic), {"POST": EDIT}),
    )


def _list_view(topic: Topic, creates: tuple[type, ...]) -> ViewClass:
    may = {"GET": VIEW, **({"POST": EDIT} if creates else {})}
    parameters, answer = list(rows_parameters(topic)), rows_page_out(topic)
    get = _described(topic, "list", Rows.get, parameters=parameters, responses={200: answer})
    return _joined(topic, "Rows", (*creates, Rows), may, get=get)


def _row_view(topic: Topic, writes: tuple[str, ...]) -> ViewClass:
    get = _described(topic, "read", Row.get, parameters=[TAG], responses={200: row_out(topic)})
    return _joined(topic, "Row", (ChangesRows, Row), {"GET": VIEW, **dict.fromkeys(writes, EDIT)}, get=get)


def _history_view(topic: Topic) -> ViewClass:
    get = _described(topic, "history", RowHistory.get, parameters=paging(HISTORY_PLACE), responses={200: HistoryOut})
    return _joined(topic, "History", (RowHistory,), {"GET": VIEW}, get=get)


def _described(topic: Topic, act: str, method: Callable[..., Any], **said: Any) -> Callable[..., Any]:
    """Return a method of its own for the view of a topic: what is said of it stands on the function."""

    def get(self: Any, request: Any, *args: Any, **kwargs: Any) -> Any:
        return method(self, request, *args, **kwargs)

    get.__doc__ = method.__doc__
    described: Callable[..., Any] = extend_schema(operation_id=f"{topic.code}_{act}", tags=[topic.code], **said)(get)
    return described


def _joined(
    topic: Topic, kind: str, bases: tuple[type, ...], may: Mapping[str, Any], **methods: Callable[..., Any]
) -> ViewClass:
    """Return a view class of one topic; it takes the methods that somebody may use."""
    said = {"__module__": __name__, "__doc__": bases[0].__doc__, "topic": topic, "permissions": dict(may)}
    # Described first, then narrowed: a method that a topic does not take is described for all topics alike.
    view: ViewClass = type(f"{component_name(topic)}{kind}", bases, {**said, "http_method_names": METHODS, **methods})
    view.http_method_names = [*(method.lower() for method in may), *(["head"] if "GET" in may else [])]
    return view
