"""How many queries a site's data raise, and how soon they are answered and settled."""

# ruff: noqa: S608 -- names in the statements are constants of this module, values are parameters

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Case, DateTimeField, DurationField, ExpressionWrapper, F, Q, QuerySet, When
from django.db.models.functions import Coalesce

from registry.metadata import Topic
from registry.metadata.fields import VariableField
from registry.models import DataQuery, QueryState, Resolution
from registry.selectors.grouped_sql import counted
from registry.selectors.quality_times import in_days
from registry.selectors.record_sql import table_of
from registry.selectors.status import form_topics
from sites.models import Site

CORRECTED = (Resolution.FIXED, Resolution.GONE)
# A question that the registry takes back says nothing about the hospital.
TAKEN_BACK = (Resolution.CANCELLED, Resolution.SWITCHED_OFF)


@dataclass(frozen=True)
class Rates:
    """The queries of a site: how many were raised, are open, were responded to, settled, re-opened, and how soon.

    Times are medians in days. `handled` queries were answered or settled at least once.
    """

    raised: int = 0
    open: int = 0
    open_days: float | None = None
    responded: int = 0
    response_days: float | None = None
    settled: int = 0
    resolution_days: float | None = None
    handled: int = 0
    reopened: int = 0


def rates(queries: QuerySet[DataQuery], now: datetime) -> dict[UUID, Rates]:
    """Return site -> the figures of its queries, all in one statement."""

    def median(column: str) -> str:
        return f"count(g.{column}), percentile_cont(0.5) WITHIN GROUP (ORDER BY g.{column})"

    found = counted(
        with_times_of_queries(queries.filter(raised()), now).values(
            "site_id", "open_time", "response_time", "resolution_time", "is_handled", "times_reopened"
        ),
        f"SELECT g.site_id, count(*), {median('open_time')}, {median('response_time')}, {median('resolution_time')},"
        " count(*) FILTER (WHERE g.is_handled), count(*) FILTER (WHERE g.times_reopened > 0) FROM g GROUP BY 1",
    )
    return {
        site: Rates(
            count, still, in_days(age), responded, in_days(response), settled, in_days(settling), handled, reopened
        )
        for site, count, still, age, responded, response, settled, settling, handled, reopened in found
    }


def raised() -> Q:
    """Say that a query asks, or asked, something: not raised by mistake, no mere mark that a value was verified."""
    asks = ~Q(check_code="") | Q(closed_at=None) | Q(closed_at__gt=F("opened_at"))
    return asks & ~Q(resolution=Resolution.CANCELLED)


def with_times_of_queries(queries: QuerySet[DataQuery], now: datetime) -> QuerySet[DataQuery]:
    """Add how long a query has been open, how soon it was responded to and settled, and whether it ever was.

    Data that are put right without an answer are a response as well.
    """
    corrected = Case(When(resolution__in=CORRECTED, then=F("closed_at")), output_field=DateTimeField())
    is_settled = Q(state=QueryState.CLOSED) & ~Q(resolution__in=TAKEN_BACK)
    return queries.annotate(
        open_time=_when(Q(state=QueryState.OPEN), now - F("asked_at")),
        response_time=_time(Coalesce("first_answered_at", corrected) - F("opened_at")),
        resolution_time=_when(is_settled, F("closed_at") - F("opened_at")),
        is_handled=Q(~Q(state=QueryState.OPEN) | Q(times_reopened__gt=0)),
    )


def _time(expression: Any) -> Any:
    return ExpressionWrapper(expression, output_field=DurationField())


def _when(condition: Q, expression: Any) -> Any:
    return Case(When(condition, then=_time(expression)), output_field=DurationField())


def queries_by_time(user: Any, site: Site, column: str, now: datetime) -> QuerySet[DataQuery]:
    """Return the queries of a site that have this time, the slowest first."""
    own = with_times_of_queries(DataQuery.objects.visible_to(user).filter(raised(), site=site), now)
    return own.filter(**{f"{column}__isnull": False}).select_related("patient").order_by(F(column).desc(), "pk")


def queries_raised(user: Any, site: Site, *, is_reopened: bool = False) -> QuerySet[DataQuery]:
    """Return the queries that a site's data raised, or those of them that were re-opened, the latest first."""
    own = DataQuery.objects.visible_to(user).filter(raised(), site=site)
    kept = own.filter(times_reopened__gt=0) if is_reopened else own
    return kept.select_related("patient").order_by("-opened_at", "pk")


def values_entered() -> dict[UUID, int]:
    """Return site -> how many fields of its record hold a value, over all sites that the context may see."""
    counts = " UNION ALL ".join(_counted(topic) for topic in form_topics())
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT site_id, sum(n)::bigint FROM ({counts}) c GROUP BY 1")
        return dict(cursor.fetchall())


def _counted(topic: Topic) -> str:
    held = ", ".join(_value(field) for field in topic.entered_fields)
    return f"SELECT site_id, sum(num_nonnulls({held})) AS n FROM {table_of(topic.code)} GROUP BY 1"


def _value(field: VariableField) -> str:
    """Return the value of a field, with words that are empty as no value."""
    is_words = field.get_internal_type() in ("CharField", "TextField")
    return f"nullif({field.column}, '')" if is_words else field.column
