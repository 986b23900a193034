"""The same interface as anybody writes it with the framework: model serializers, prefetched rows, pages by offset."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import connection
from django.db.models import QuerySet
from django.http import HttpResponse
from django.urls import include, path
from rest_framework.pagination import LimitOffsetPagination
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.routers import SimpleRouter
from rest_framework.serializers import ModelSerializer
from rest_framework.views import APIView
from rest_framework.viewsets import ModelViewSet

from config.urls import urlpatterns as addresses
from registry.metadata import DateVariable, DecimalVariable, Topic, topic_named
from registry.models import LabResult, Patient
from registry.selectors.cases import case_topics
from registry.selectors.record_columns import KNOWN_OF_A_DATE, WHOLE_DATE


def below(topic: Topic) -> list[Topic]:
    """Return the topics whose rows hang on those of a topic."""
    return [child for child in case_topics() if child.parent_topic is topic]


def accessor(topic: Topic) -> str:
    """Return the name under which the row above has the rows of a topic."""
    name: str = topic.model._meta.get_field(topic.parent).remote_field.get_accessor_name()
    return name


def nested(topic: Topic) -> type[ModelSerializer[Any]]:
    """Return the serializer of a topic, with those of the rows below it."""
    rows = {accessor(child): nested(child)(many=True, read_only=True) for child in below(topic)}
    return type(f"Nested{topic.code}", (ModelSerializer,), {**rows, "Meta": _meta(topic)})


def _meta(topic: Topic) -> type:
    return type("Meta", (), {"model": topic.model, "fields": "__all__"})


def _prefetched(topic: Topic, so_far: str = "") -> list[str]:
    found = []
    for child in below(topic):
        here = f"{so_far}{accessor(child)}"
        found += [here, *_prefetched(child, f"{here}__")]
    return found


class Pages(LimitOffsetPagination):
    """Pages of as many rows as are asked for."""

    default_limit = 100
    max_limit = 200


class StockCases(ModelViewSet[Patient]):
    """Cases with all rows below them."""

    serializer_class = nested(topic_named("patient"))
    pagination_class = Pages
    permission_classes = [IsAuthenticated]

    def get_queryset(self) -> QuerySet[Patient]:
        """Return all that the database shows to the person."""
        return Patient.objects.order_by("study_id", "id").prefetch_related(*_prefetched(topic_named("patient")))


class LabSerializer(ModelSerializer[LabResult]):
    """A result."""

    class Meta:
        model = LabResult
        fields = "__all__"


class StockLabs(ModelViewSet[LabResult]):
    """Results."""

    serializer_class = LabSerializer
    pagination_class = Pages
    permission_classes = [IsAuthenticated]

    def get_queryset(self) -> QuerySet[LabResult]:
        """Return all that the database shows to the person."""
        return LabResult.objects.order_by("id")


class Floor(APIView):
    """A page as the one statement that stands in `statements` under its number writes it."""

    permission_classes = [IsAuthenticated]
    statements: ClassVar[list[tuple[str, list[Any]]]] = []

    def get(self, request: Request, number: int) -> HttpResponse:
        """Return what the database writes."""
        with connection.cursor() as cursor:
            # As the interface itself does: to start helping processes takes longer than a page.
            cursor.execute("SET LOCAL max_parallel_workers_per_gather = 0")
            cursor.execute(*self.statements[number])
            return HttpResponse(cursor.fetchone()[0], content_type="application/json")


def floor_address(statement: str, parameters: list[Any]) -> str:
    """Return the address of a page that one statement writes."""
    Floor.statements.append((statement, parameters))
    return f"/api/floor/{len(Floor.statements) - 1}/"


_router = SimpleRouter()
_router.register("cases", StockCases, basename="stock_case")
_router.register("lab", StockLabs, basename="stock_lab")
urlpatterns = [
    path("api/stock/", include(_router.urls)),
    path("api/floor/<int:number>/", Floor.as_view()),
    *addresses,
]


def as_ours(topic: Topic, row: dict[str, Any], *, is_nested: bool) -> dict[str, Any]:
    """Return what a row of this interface says in the words of ours, as far as both say it."""
    told = {name: row[name] for name in ("id", "version", "missing")}
    told |= {field.name: _plain(field, row) for field in topic.fields}
    for child in below(topic) if is_nested else ():
        told[child.code] = sorted((as_ours(child, one, is_nested=True) for one in row[accessor(child)]), key=_key)
    return told


def _plain(field: Any, row: dict[str, Any]) -> Any:
    value = row[field.name]
    if value is None:
        return None
    if isinstance(field, DecimalVariable):
        return float(value)
    if isinstance(field, DateVariable) and field.partial:
        return value[: KNOWN_OF_A_DATE.get(row[f"{field.name}_precision"], WHOLE_DATE)]
    return value


def only_shared(topic: Topic, row: dict[str, Any], *, is_nested: bool) -> dict[str, Any]:
    """Return the part of a row of ours that the plain interface tells too, rows below it in the order of keys."""
    told = {name: row[name] for name in ("id", "version", "missing", *(field.name for field in topic.fields))}
    for child in below(topic) if is_nested else ():
        told[child.code] = sorted((only_shared(child, one, is_nested=True) for one in row[child.code]), key=_key)
    return told


def _key(row: dict[str, Any]) -> str:
    return str(row["id"])
