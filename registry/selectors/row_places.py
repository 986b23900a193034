"""Where rows belong: the case and the site of rows that a program names, by key or as files name them.

One query finds all rows of one kind, and only rows of sites that the person may see are found.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from registry.metadata import Topic
from registry.models import Patient

Keys = tuple[Any, ...]


@dataclass(frozen=True)
class Place:
    """One row: its key and its case."""

    id: UUID
    patient_id: UUID


def places_of_rows(user: Any, topic: Topic, ids: Collection[UUID]) -> dict[UUID, Place]:
    """Return key -> place of those rows of a topic that the person may see."""
    if not ids:
        return {}
    path = topic.path_to("patient")
    rows = topic.model._default_manager.visible_to(user).filter(pk__in=ids).order_by()
    return {key: Place(key, case) for key, case in rows.values_list("pk", f"{path}_id" if path else "pk")}


def places_of_keys(user: Any, topic: Topic, keys: Collection[Keys]) -> dict[Keys, list[Place]]:
    """Return, for key columns from the study id down to those of a topic, the rows that they name, those above too.

    That is more than one where several of the person's sites use the same study id. One query for each level.
    """
    level: dict[Keys, list[Place]] = {}
    for place, key in _patients(user, {key[0] for key in keys}):
        level.setdefault(key, []).append(place)
    found, width = dict(level), 1
    for below in [*topic.ancestors, topic][1:]:
        width += len(below.key)
        level = _below(user, below, level, {key[:width] for key in keys})
        found |= level
    return found


def patients_of(user: Any, ids: Iterable[UUID]) -> Mapping[UUID, Patient]:
    """Return the cases with these keys that the person may see, with their sites."""
    return {patient.pk: patient for patient in Patient.objects.visible_to(user).filter(pk__in=set(ids)).order_by()}


def _patients(user: Any, study_ids: Collection[str]) -> list[tuple[Place, Keys]]:
    if not study_ids:
        return []
    rows = Patient.objects.visible_to(user).filter(study_id__in=study_ids).order_by("site__code")
    return [(Place(key, key), (study_id,)) for key, study_id in rows.values_list("pk", "study_id")]


def _below(
    user: Any, topic: Topic, above: Mapping[Keys, list[Place]], wanted: Collection[Keys]
) -> dict[Keys, list[Place]]:
    """Return the rows one level down whose own keys are wanted, by all key columns so far."""
    parents = {place.id: (key, place) for key, places in above.items() for place in places}
    if not parents:
        return {}
    narrowed = {
        f"{name}__in": {key[number - len(topic.key)] for key in wanted} for number, name in enumerate(topic.key)
    }
    rows = topic.model._default_manager.visible_to(user).filter(**{f"{topic.parent}__in": list(parents)}, **narrowed)
    found: dict[Keys, list[Place]] = {}
    for row_id, parent, *values in rows.order_by("pk").values_list("pk", f"{topic.parent}_id", *topic.key):
        key, place = parents[parent]
        found.setdefault((*key, *values), []).append(Place(row_id, place.patient_id))
    return found
