"""A new key for identities: everything sealed under an older one is opened and sealed again, a part at a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

from registry.metadata import EncryptedVariable, Topic, topics
from registry.metadata.encrypted import Sealed
from registry.models import PatientIdentity
from registry.models.record_index import record_index
from registry.services.linkage import compare_all
from sites.context import acting_as_system
from sites.crypto import is_current, key_id

BATCH = 500
NAME = "identity_keys"


def sealed_topics() -> list[Topic]:
    """Return the topics that have encrypted fields."""
    return [topic for topic in topics() if _sealed_fields(topic)]


def rotate(batch: int = BATCH, tell: Callable[[int], None] = lambda _rows: None) -> int:
    """Seal again what is not under the newest key and return how many rows were written.

    Each batch is a transaction of its own, so a broken-off rotation goes on where it stopped. CannotOpen where a value
    was altered or its key is gone: that row is named, and what came before it is done.
    """
    done = 0
    for topic in sealed_topics():
        for ids in _batches(topic, batch):
            with acting_as_system(NAME, reason="key rotation"):
                rows = topic.model._default_manager.select_for_update().filter(pk__in=ids)
                done += sum(_sealed_again(topic, row) for row in rows)
            tell(done)
    return done


def keys_in_use() -> Counter[str]:
    """Return key id -> how many values of the record are sealed under it. History is not counted: it keeps its keys."""
    found: Counter[str] = Counter()
    with acting_as_system(NAME, reason="count keys in use"):
        for topic in sealed_topics():
            for values in topic.model._default_manager.values_list(*_names(topic)).iterator():
                found.update(key_id(value.text) for value in values if value is not None)
    return found


def reindex() -> int:
    """Compute every digest anew after a change of the index key; return how many rows were written.

    Tokens of the comparison between sites are computed anew with it.
    """
    done = 0
    with acting_as_system(NAME, reason="index key changed"):
        for row in PatientIdentity.objects.select_for_update():
            wanted = record_index(row.site_id, row.local_record_number)
            if wanted != row.record_index:
                done += PatientIdentity.objects.filter(pk=row.pk).update(record_index=wanted)
    compare_all()
    return done


def _sealed_fields(topic: Topic) -> list[EncryptedVariable]:
    return [field for field in topic.fields if isinstance(field, EncryptedVariable)]


def _names(topic: Topic) -> list[str]:
    return [field.name for field in _sealed_fields(topic)]


def _batches(topic: Topic, batch: int) -> Iterator[list[UUID]]:
    """Yield the keys of rows with a value under an older key."""
    names = _names(topic)
    with acting_as_system(NAME, reason="find values under older keys"):
        rows = topic.model._default_manager.order_by("pk").values_list("pk", *names)
        stale = [pk for pk, *values in rows if any(_is_stale(value) for value in values)]
    for start in range(0, len(stale), batch):
        yield stale[start : start + batch]


def _is_stale(value: Sealed | None) -> bool:
    return value is not None and not is_current(value.text)


def _sealed_again(topic: Topic, row: Any) -> int:
    changes = {}
    for field in _sealed_fields(topic):
        held = row.__dict__[field.attname]
        if _is_stale(held):
            changes[field.name] = field.sealed(field.opened(row, held), site_id=row.site_id, row_id=row.pk)
    return topic.model._default_manager.filter(pk=row.pk).update(**changes) if changes else 0
