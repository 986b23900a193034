"""Pages of the rows of a topic: each goes on from a key instead of counting what came before.

What a page costs depends neither on how many rows there are nor on how far down the list it stands. Rows of a case or
below a row are few: all of them are found first. Otherwise keys are read in their order, site by site where those are
few, and a page that looks for values which no index has looks through so many rows and not further: it may then be
short or empty, and the next one goes on behind what was looked through.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet

from registry.metadata import Topic
from registry.models import Patient
from sites.access import visible_site_ids
from sites.audit import event_model_of

SITES_ONE_BY_ONE = 8
LOOKED_THROUGH = 10_000


@dataclass(frozen=True)
class RowsWanted:
    """What a list of rows asks for, and the key from which it goes on. `fits` are conditions on values of the row."""

    site_id: UUID | None = None
    study_id: str = ""
    patient: UUID | None = None
    parent: UUID | None = None
    ids: tuple[UUID, ...] = ()
    fits: Q = field(default_factory=Q)
    since: datetime | None = None
    after: UUID | None = None


@dataclass(frozen=True)
class KeysPage:
    """The keys of one page in their order, and from where the next one goes on; None where nothing follows."""

    keys: list[UUID]
    following: UUID | None


def keys_page(user: Any, topic: Topic, wanted: RowsWanted, size: int) -> KeysPage:
    """Return the keys of the next rows that fit and that the person may see."""
    few = _few(user, topic, wanted)
    if few is None:
        return _from_many(user, topic, wanted, size)
    fits = _rows(user, topic, wanted).filter(pk__in=few).filter(wanted.fits)
    found = sorted(key for key in fits.values_list("pk", flat=True) if wanted.after is None or key > wanted.after)
    return _page(found[: size + 1], size)


def _rows(user: Any, topic: Topic, wanted: RowsWanted) -> QuerySet[Any]:
    rows = topic.model._default_manager.visible_to(user).order_by()
    return rows.filter(site_id=wanted.site_id) if wanted.site_id else rows


def _few(user: Any, topic: Topic, wanted: RowsWanted) -> set[UUID] | None:
    """Return the keys among which those of the page are, where what is asked for names few; None otherwise."""
    named: list[Collection[UUID]] = []
    if wanted.ids:
        named.append(wanted.ids)
    if wanted.patient or wanted.study_id:
        named.append(_of_cases(user, topic, wanted))
    if wanted.parent:
        named.append(_below(user, topic, [wanted.parent]) if topic.parent else ())
    if wanted.since:
        changed = _changed(user, topic, wanted.since, named[:1])
        if changed is not None:
            named.append(changed)
    return set.intersection(*map(set, named)) if named else None


def _of_cases(user: Any, topic: Topic, wanted: RowsWanted) -> Collection[UUID]:
    cases = Patient.objects.visible_to(user).order_by()
    if wanted.patient:
        cases = cases.filter(pk=wanted.patient)
    if wanted.study_id:
        cases = cases.filter(study_id=wanted.study_id)
    keys: Collection[UUID] = list(cases.values_list("pk", flat=True))
    for step in (*topic.ancestors, topic)[1:]:
        keys = _below(user, step, keys)
    return keys


def _below(user: Any, topic: Topic, parents: Collection[UUID]) -> Collection[UUID]:
    rows = topic.model._default_manager.visible_to(user).filter(**{f"{topic.parent}__in": parents})
    return list(rows.order_by().values_list("pk", flat=True)) if parents else []


def _changed(user: Any, topic: Topic, since: datetime, among: Sequence[Collection[UUID]]) -> set[UUID] | None:
    """Return the keys of the rows with an event since a moment; None where they are too many to name."""
    events = _events(user, topic, since)
    if among:
        return set(events.filter(pgh_obj_id__in=among[0]).values_list("pgh_obj_id", flat=True))
    found = list(events.values_list("pgh_obj_id", flat=True)[: LOOKED_THROUGH + 1])
    return set(found) if len(found) <= LOOKED_THROUGH else None


def _events(user: Any, topic: Topic, since: datetime) -> QuerySet[Any]:
    events = event_model_of(topic.model)._default_manager.order_by()
    return events.filter(pgh_created_at__gte=since, site_id__in=sorted(visible_site_ids(user)))


def _from_many(user: Any, topic: Topic, wanted: RowsWanted, size: int) -> KeysPage:
    rows, seen = _rows(user, topic, wanted), visible_site_ids(user)
    sites = sorted(seen & {wanted.site_id} if wanted.site_id else seen)
    places = [Q()] if len(sites) > SITES_ONE_BY_ONE else [Q(site_id=site) for site in sites]
    beyond = rows.filter(pk__gt=wanted.after) if wanted.after else rows
    _without_helping_processes()
    if not wanted.fits and not wanted.since:
        return _page(_first(beyond, places, size + 1), size)
    last = _first(beyond, places, LOOKED_THROUGH)[LOOKED_THROUGH - 1 :]
    looked_through = beyond.filter(pk__lte=last[0]) if last else beyond
    page = _page(_first(_fitting(user, topic, looked_through, wanted), places, size + 1), size)
    return KeysPage(page.keys, page.following or (last[0] if last else None))


def _fitting(user: Any, topic: Topic, rows: QuerySet[Any], wanted: RowsWanted) -> QuerySet[Any]:
    fitting = rows.filter(wanted.fits)
    if wanted.since is None:
        return fitting
    return fitting.filter(Exists(_events(user, topic, wanted.since).filter(pgh_obj_id=OuterRef("pk"))))


def _first(rows: QuerySet[Any], places: Sequence[Q], count: int) -> list[UUID]:
    """Return the first keys of some places in their common order."""
    parts = [rows.filter(place).order_by("id").values_list("id", flat=True)[:count] for place in places]
    if len(parts) < 2:
        return list(parts[0]) if parts else []
    return list(parts[0].union(*parts[1:], all=True).order_by("id")[:count])


def _page(found: list[UUID], size: int) -> KeysPage:
    return KeysPage(found[:size], found[size - 1] if len(found) > size else None)


def _without_helping_processes() -> None:
    """Let the database look by itself in this request: to start helping processes takes longer than any page."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL max_parallel_workers_per_gather = 0")
