"""The freeze itself: one snapshot, table by table, then the proof that nothing was lost."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import polars as pl
from django.db.backends.utils import CursorWrapper

from exports.freeze.counting import count_tables
from exports.freeze.eligibility import SiteStanding, eligible, exclusions, site_standings
from exports.freeze.facts import facts_of
from exports.freeze.folder import write_facts
from exports.freeze.order import FreezeOrder, Progress, silent
from exports.freeze.parquet import parquet_path, writing
from exports.freeze.policy import EXPORT_ALIAS
from exports.freeze.queries import eligible_cases
from exports.freeze.rows import People, leaving, people, rare_levels, received
from exports.freeze.snapshot import snapshot
from exports.freeze.tables import ReleasedTable, released_tables
from exports.freeze.verify import verify_tables
from registry.models import Patient

# Blocks that wait behind the one being finished: all that memory has to hold.
AHEAD = 1


def freeze(order: FreezeOrder, folder: Path, progress: Progress = silent) -> dict[str, Any]:
    """Write the frozen tables and their facts into a folder and return the facts.

    Raises FreezeError when a column has no safe way out, a key is not unique, or a written table is not complete.
    """
    with snapshot(order.release) as cursor:
        standings = site_standings(order.data_cut_on, EXPORT_ALIAS)
        sites = frozenset(site for site, standing in standings.items() if standing is SiteStanding.INCLUDED)
        everybody = Patient.objects.using(EXPORT_ALIAS)
        excluded = exclusions(everybody, sites, order.blocked)
        leaving_cases = eligible(everybody, sites, order.blocked)
        who = people(order.project_key, leaving_cases.values_list("id", "site_id"), order.site_codes)
        tables = list(released_tables())
        _write_tables(cursor, tables, who, folder, progress)
        # Chosen anew by the conditions, not by the list that the rows were read by.
        counted = count_tables(cursor, tables, eligible_cases(sites, order.blocked))
    verify_tables(folder, counted)
    facts = facts_of(order, counted, excluded, standings, who.patients_at())
    write_facts(folder, facts)
    return facts


def _write_tables(
    cursor: CursorWrapper, tables: Sequence[ReleasedTable], who: People, folder: Path, progress: Progress
) -> None:
    """Write every table. While PostgreSQL sends a block, a second thread finishes the one before without a database."""
    rows = 0
    with ThreadPoolExecutor(1, "finish") as finisher:
        for done, table in enumerate(tables):
            progress(done, len(tables), rows)
            rows += _write_table(cursor, table, who, folder, finisher)


def _write_table(
    cursor: CursorWrapper, table: ReleasedTable, who: People, folder: Path, finisher: ThreadPoolExecutor
) -> int:
    rare, rows = rare_levels(cursor, table, who), 0
    with writing(parquet_path(folder, table.name)) as file:

        def finish(block: pl.DataFrame) -> None:
            file.add(leaving(block, table, who, rare))

        pending: deque[Future[None]] = deque()
        for block in received(cursor, table, who):
            rows += block.height
            if len(pending) > AHEAD:
                pending.popleft().result()
            pending.append(finisher.submit(finish, block))
        for future in pending:
            future.result()
    return rows
