"""The queries of the checks as SQL text, made once per process and settings: Django needs longer than the database.

Where cases or sites are named, a mark stands among the parameters until the query runs.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.db.models import BooleanField, CharField, Exists, F, Func, OuterRef, Q, QuerySet, TextField, Value
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Now
from django.utils import timezone

from registry.checks.declared import EditCheck, Severity, check_named
from registry.checks.settings import CheckSettings
from registry.metadata import Topic
from registry.models import DataQuery, FormStatus, Patient, QueryState, Resolution
from registry.selectors.status import NO_FORMS
from sites.audit import event_model_of


class _Mark:
    """Stands among the parameters for the list of keys that a run is about."""


KEYS = _Mark()


class Among(Func):
    """Tell whether a key is in the list that is given when the query runs: one text for one case and for a thousand."""

    output_field = BooleanField()
    conditional = True

    def as_sql(self, compiler: Any, _connection: Any, **_extra: Any) -> tuple[str, Any]:  # type: ignore[override]
        """Write the comparison with the mark in the place of the list."""
        key, parameters = compiler.compile(self.source_expressions[0])
        return f"{key} = ANY(%s::uuid[])", [*parameters, KEYS]


class Fingerprint(Func):
    """A digest of the values that a check speaks of, and of the reasons why they are missing."""

    function = "jsonb_build_array"
    template = "md5(%(function)s(%(expressions)s)::text)"
    output_field = CharField()


@dataclass(frozen=True)
class Text:
    """The SQL text of a query and its parameters, marks among them."""

    sql: str
    parameters: tuple[Any, ...]

    def given(self, keys: Sequence[Any]) -> list[Any]:
        """Return the parameters with the keys in their places."""
        return [list(keys) if parameter is KEYS else parameter for parameter in self.parameters]


def case_path(topic: Topic) -> str:
    """Return the lookup from a row of a topic to the key of its patient."""
    path = topic.path_to("patient")
    return f"{path}_id" if path else "pk"


def union_of(checks: Sequence[EditCheck], settings: CheckSettings, *, is_asking: bool) -> Text:
    """Return one query over some checks that finds the violations of the cases to be given."""
    codes = tuple(check.code for check in checks)
    return _union(codes, _Key(settings), is_asking, timezone.localdate())


def tables_of(check: EditCheck, settings: CheckSettings) -> frozenset[str]:
    """Return the tables that a check reads: a change of any other cannot change what it finds."""
    return _tables(check.code, _Key(settings), timezone.localdate())


def single(check: EditCheck, settings: CheckSettings, *, by_site: bool, is_asking: bool) -> Text:
    """Return the query of one check over the sites, or the cases, to be given."""
    return _single(check.code, _Key(settings), by_site, is_asking, timezone.localdate())


class _Key:
    """Settings as a key of the cache: two with one version are the same."""

    def __init__(self, settings: CheckSettings) -> None:
        self.settings = settings

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Key) and other.settings.version == self.settings.version

    def __hash__(self) -> int:
        return hash(self.settings.version)


@lru_cache(maxsize=64)
def _union(codes: tuple[str, ...], key: _Key, is_asking: bool, day: dt.date) -> Text:
    texts = [_single(code, key, False, is_asking, day) for code in codes]
    sql = " UNION ALL ".join(f"({text.sql})" for text in texts)
    return Text(sql, tuple(parameter for text in texts for parameter in text.parameters))


@lru_cache(maxsize=1024)
def _tables(code: str, key: _Key, day: dt.date) -> frozenset[str]:
    return frozenset(re.findall(r'"(registry_\w+)"', _single(code, key, False, True, day).sql))


@lru_cache(maxsize=1024)
def _single(code: str, key: _Key, by_site: bool, is_asking: bool, _day: dt.date) -> Text:
    found = branch(check_named(code), key.settings, key="site" if by_site else "case", is_asking=is_asking)
    sql, parameters = found.query.sql_with_params()
    return Text(sql, tuple(parameters))


def branch(check: EditCheck, settings: CheckSettings, *, key: str, is_asking: bool) -> QuerySet[Any]:
    """Return the violations of a check as (code, row, case, site, fingerprint).

    `key` says what is given when it runs: "case", "site", or "" for everything that the context may see.
    """
    path = case_path(check.topic)
    rows = check.topic.model._default_manager.order_by()
    if key:
        rows = rows.filter(Among(F(path if key == "case" else "site_id")))
    violating = check.violating(rows, settings.limits(check)).order_by()
    if is_asking and check.waits:
        violating = violating.filter(_may_be_asked(check, path, settings))
    if is_asking and check.severity is Severity.SOFT:
        violating = violating.filter(~Q(Exists(_verified(check))))
    named: QuerySet[Any] = violating.annotate(
        check_code=Value(check.code, output_field=CharField()),
        case_id=F(path),
        found_as=fingerprint_of(check.topic, check.fields),
    )
    found: QuerySet[Any] = named.values_list("check_code", "pk", "case_id", "site_id", "found_as")
    return found


def fingerprint_of(topic: Topic, fields: Sequence[str], of: type[F] = F) -> Fingerprint:
    """Return the digest of some fields of a row; without any, of all that people fill in.

    With `of=OuterRef` it is that of the row around a subquery.
    """
    names = fields or [field.name for field in topic.entered_fields]
    values: list[Any] = []
    for name in names:
        values += [Cast(of(name), TextField()), KeyTextTransform(name, of("missing"))]
    return Fingerprint(*values)


def _verified(check: EditCheck) -> QuerySet[Any]:
    """Return the marks that say that the value which a check speaks of first was compared with its source."""
    main = check.fields[:1]
    asked: QuerySet[Any] = DataQuery.objects.order_by().filter(
        check_code="",
        state=QueryState.CLOSED,
        row_id=OuterRef("pk"),
        field=main[0],
        resolution=Resolution.VERIFIED,
        fingerprint=fingerprint_of(check.topic, main, OuterRef),
    )
    return asked


def _may_be_asked(check: EditCheck, path: str, settings: CheckSettings) -> Q:
    """Say that the form is complete, or the case has been in the registry for some time, or the question stands.

    What is missing in a form that is still being filled in needs no question yet.
    """
    topic = check.topic
    complete = FormStatus.objects.order_by().filter(patient=OuterRef(path), is_complete=True)
    if topic.code not in NO_FORMS:
        complete = complete.filter(topic=topic.code)
    entered: Any = event_model_of(Patient)
    waited = dt.timedelta(days=int(settings.waiting_days))
    old = entered.objects.order_by().filter(
        pgh_obj_id=OuterRef(path), pgh_label="insert", pgh_created_at__lt=Now() - waited
    )
    asked = DataQuery.objects.order_by().filter(check_code=check.code, row_id=OuterRef("pk"))
    return Q(Exists(complete)) | Q(Exists(old)) | Q(Exists(asked.exclude(state=QueryState.CLOSED)))


def fingerprints(topic: Topic, row_ids: Collection[UUID], fields: Sequence[str]) -> dict[UUID, str]:
    """Return row -> digest of what stands in some fields, for rows that are there."""
    rows = topic.model._default_manager.order_by().filter(pk__in=list(row_ids))
    return dict(rows.annotate(found_as=fingerprint_of(topic, fields)).values_list("pk", "found_as"))
