"""Sealing: every event that has no link yet gets one, in one transaction, behind a lock."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from django.db import connection

from sites.context import acting_as_system
from sites.models import Seal, SealedEvent
from sites.sealing.chain import START, key_id, next_link, seal_key
from sites.sealing.heads import keep_heads
from sites.sealing.sources import Source, fix_forms, sources

# An event carries the time at which its transaction began, and becomes visible when that ends. A later one than
# this long before a seal can still appear after it; an older one that was not there then has been slipped in.
LATE = timedelta(hours=2)
BATCH = 20_000
LOCK = 7_185_502
COPY = "COPY study_sites_sealedevent (sequence, event_table, event_id, digest, link) FROM STDIN"


class SealError(RuntimeError):
    """The chain cannot be continued; the message says why."""


def seal() -> Seal:
    """Seal all events that are not sealed yet, and keep the new head outside the database as well.

    Raises SealError where the chain does not reach as far as its last seal says: going on would bury the cut.
    """
    key = seal_key()
    with acting_as_system("seal", reason="sealing the audit trail"):
        fix_forms()
        with connection.cursor() as cursor:
            cursor.execute("select pg_advisory_xact_lock(%s)", [LOCK])
        last = Seal.objects.order_by("-number").first()
        made = _continue(key, last, *_end(last))
        made.save(force_insert=True)
    keep_heads(Seal.objects.all())
    return Seal.objects.get(pk=made.pk)


def _end(last: Seal | None) -> tuple[int, bytes]:
    link = SealedEvent.objects.order_by("-sequence").first()
    sequence, head = (0, START) if link is None else (link.sequence, bytes(link.link))
    expected = (0, START) if last is None else (last.sequence, bytes(last.head))
    if (sequence, head) != expected:
        raise SealError("The chain does not end where its last seal says. Run verify_audit.")
    return sequence, head


def _continue(key: bytes, last: Seal | None, sequence: int, head: bytes) -> Seal:
    began = sequence
    for source in sources():
        for batch in _unsealed(source, last):
            sequence, head = _write(key, source, batch, sequence, head)
    number = 1 if last is None else last.number + 1
    return Seal(number=number, sequence=sequence, events=sequence - began, head=head, key_id=key_id(key))


def _unsealed(source: Source, last: Seal | None) -> Iterator[list[tuple[int, bytes]]]:
    """Yield the rows without a link, key and digest. What was slipped in stays without one, for verify to name."""
    since = last.sealed_at - LATE if last else datetime(1, 1, 1, tzinfo=UTC)
    statement = f"""
        select e."{source.key}", {source.digest} from "{source.table}" e
        where e."{source.written}" >= %s and not exists (
            select from study_sites_sealedevent s where s.event_table = %s and s.event_id = e."{source.key}")
        order by 1
    """  # noqa: S608 - names come from the models
    with connection.chunked_cursor() as cursor:
        cursor.execute(statement, [since, source.table])
        while batch := cursor.fetchmany(BATCH):
            yield batch


def _write(key: bytes, source: Source, batch: list[tuple[int, bytes]], sequence: int, head: bytes) -> tuple[int, bytes]:
    with connection.cursor() as cursor, cursor.copy(COPY) as copy:
        for event_id, digest in batch:
            sequence += 1
            head = next_link(key, head, sequence, source.table, event_id, bytes(digest))
            copy.write_row((sequence, source.table, event_id, bytes(digest), head))
    return sequence, head
