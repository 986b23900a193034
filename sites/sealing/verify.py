"""Examining the audit trail: the chain, its end, the events under it, and the rows that the events describe."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict

from django.db import connection

from sites.context import acting_as_system
from sites.models import Seal, SealCheck, SealedEvent
from sites.sealing.chain import START, key_id, next_link, seal_key
from sites.sealing.findings import Break, Report, Trouble
from sites.sealing.heads import Head, read_heads
from sites.sealing.live import compare_rows
from sites.sealing.sealer import BATCH, LATE
from sites.sealing.sources import Source, fix_forms, sources


def verify() -> Report:
    """Examine everything over all sites and keep the result as a SealCheck. Changes nothing else."""
    with acting_as_system("verify", reason="examining the audit trail"):
        report = examine()
        SealCheck.objects.create(
            links=report.links,
            unsealed=report.unsealed,
            rows=report.rows,
            breaks=[asdict(found) for found in report.breaks],
        )
    return report


def examine() -> Report:
    """Examine everything and return what was found. Wants a context over all sites."""
    key = seal_key()
    fix_forms()
    last, tables = Seal.objects.order_by("-number").first(), sources()
    breaks = [*_chain(key, last), *_ends(last), *_strangers(tables)]
    unsealed = 0
    for source in tables:
        breaks += _events(source)
        count, slipped = _unsealed(source, last)
        unsealed, breaks = unsealed + count, breaks + slipped
    rows, differing = compare_rows()
    in_chain = sorted((found for found in breaks if found.sequence is not None), key=lambda found: found.sequence)
    others = [found for found in breaks if found.sequence is None]
    return Report(SealedEvent.objects.count(), unsealed, rows, (*in_chain, *others, *differing))


def _chain(key: bytes, last: Seal | None) -> Iterator[Break]:
    """Follow the chain from its start and yield its first broken link, if there is one."""
    if last is not None and last.key_id != key_id(key):
        yield Break(Trouble.OTHER_KEY, 0, "", "")
        return
    before = START
    for expected, (sequence, table, event_id, digest, link) in enumerate(_links(), start=1):
        if sequence != expected:
            yield Break(Trouble.LINK_MISSING, expected, table, str(event_id))
            return
        if link != next_link(key, before, sequence, table, event_id, digest):
            yield Break(Trouble.LINK_CHANGED, sequence, table, str(event_id))
            return
        before = link


def _links() -> Iterator[tuple[int, str, int, bytes, bytes]]:
    statement = "select sequence, event_table, event_id, digest, link from study_sites_sealedevent order by sequence"
    with connection.chunked_cursor() as cursor:
        cursor.execute(statement)
        while batch := cursor.fetchmany(BATCH):
            for sequence, table, event_id, digest, link in batch:
                yield sequence, table, event_id, bytes(digest), bytes(link)


def _ends(last: Seal | None) -> Iterator[Break]:
    """Yield the first seal, kept inside or outside the database, whose link is not in the chain any more."""
    heads = sorted({*read_heads(), *([Head.of(last)] if last else [])}, key=lambda head: (head.number, head.sequence))
    wanted = {head.sequence for head in heads}
    links = dict(SealedEvent.objects.filter(sequence__in=wanted).values_list("sequence", "link"))
    there = {0: START.hex(), **{sequence: bytes(link).hex() for sequence, link in links.items()}}
    for head in heads:
        if there.get(head.sequence) != head.head:
            yield Break(Trouble.END_CUT_OFF, head.sequence, "", str(head.number))
            return


def _strangers(tables: list[Source]) -> Iterator[Break]:
    """Yield the first link to a table that is not there any more."""
    unknown = SealedEvent.objects.exclude(event_table__in=[source.table for source in tables])
    first = unknown.order_by("sequence").first()
    if first is not None:
        yield Break(Trouble.EVENT_MISSING, first.sequence, first.event_table, str(first.event_id), unknown.count())


def _events(source: Source) -> list[Break]:
    """Return the first link of a table whose event is changed, and the first whose event is gone."""
    statement = f"""
        select e.digest is null, min(s.sequence), count(*),
               (array_agg(s.event_id order by s.sequence))[1]
        from study_sites_sealedevent s
        left join (select e."{source.key}" as id, {source.digest} as digest from "{source.table}" e) e
               on e.id = s.event_id
        where s.event_table = %s and e.digest is distinct from s.digest
        group by 1
    """  # noqa: S608 - names come from the models
    with connection.cursor() as cursor:
        cursor.execute(statement, [source.table])
        return [
            Break(_trouble(gone), sequence, source.table, str(event), count)
            for gone, sequence, count, event in cursor.fetchall()
        ]


def _trouble(gone: bool) -> Trouble:
    return Trouble.EVENT_MISSING if gone else Trouble.EVENT_CHANGED


def _unsealed(source: Source, last: Seal | None) -> tuple[int, list[Break]]:
    """Count the events of a table without a link; those too old to have come since the last seal are named."""
    statement = f"""
        select count(*), count(*) filter (where e."{source.written}" < %s),
               min(e."{source.key}") filter (where e."{source.written}" < %s)
        from "{source.table}" e where not exists (
            select from study_sites_sealedevent s where s.event_table = %s and s.event_id = e."{source.key}")
    """  # noqa: S608 - names come from the models
    since = last.sealed_at - LATE if last else None
    with connection.cursor() as cursor:
        cursor.execute(statement, [since, since, source.table])
        count, slipped, first = cursor.fetchone()
    found = [Break(Trouble.EVENT_SLIPPED_IN, None, source.table, str(first), slipped)] if slipped else []
    return count, found
