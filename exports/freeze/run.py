"""The freeze itself: one snapshot, table by table, then the proof that nothing was lost."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import polars as pl
from django.db.backends.utils import CursorWrapper

from exports.freeze.eligibility import eligible, exclusions, sites_with_papers
from exports.freeze.facts import Counts, facts_of
from exports.freeze.folder import write_facts
from exports.freeze.order import FreezeOrder, Progress, silent
from exports.freeze.parquet import write_parquet
from exports.freeze.policy import EXPORT_ALIAS
from exports.freeze.queries import Cases, count_query, eligible_cases
from exports.freeze.rows import leaving, people, receive
from exports.freeze.snapshot import snapshot
from exports.freeze.tables import ReleasedTable, released_tables
from exports.freeze.verify import verify_tables
from registry.models import Patient


def freeze(order: FreezeOrder, folder: Path, progress: Progress = silent) -> dict[str, Any]:
    """Write the frozen tables and their facts into a folder and return the facts.

    Raises FreezeError when a column has no safe way out, a key is not unique, or a written table is not complete.
    """
    with snapshot(order.release) as cursor:
        sites = sites_with_papers(order.data_cut_on, EXPORT_ALIAS)
        everybody = Patient.objects.using(EXPORT_ALIAS)
        excluded = exclusions(everybody, sites)
        who = people(order.project_key, eligible(everybody, sites).values_list("id", "site_id"), order.site_codes)
        counted = _write_tables(cursor, eligible_cases(sites), who, folder, progress)
    verify_tables(folder, counted)
    facts = facts_of(order, counted, excluded)
    write_facts(folder, facts)
    return facts


def _write_tables(
    cursor: CursorWrapper, cases: Cases, who: pl.DataFrame, folder: Path, progress: Progress
) -> list[tuple[ReleasedTable, Counts]]:
    """Write every table. While PostgreSQL sends one, a second thread finishes the one before; it uses no database."""
    tables, counted = list(released_tables()), list[tuple[ReleasedTable, Counts]]()
    with ThreadPoolExecutor(1, "finish") as finisher:
        before: Future[None] | None = None
        for done, table in enumerate(tables):
            progress(done, len(tables), sum(counts.rows for _table, counts in counted))
            text = receive(cursor, table, cases)
            counted.append((table, _count(cursor, table, cases)))
            if before is not None:
                # One table in hand and one behind it are all that memory has to hold.
                before.result()
            before = finisher.submit(_finish, text, table, who, folder)
            del text
        if before is not None:
            before.result()
    return counted


def _finish(text: bytes, table: ReleasedTable, who: pl.DataFrame, folder: Path) -> None:
    write_parquet(folder, table.name, leaving(text, table, who))


def _count(cursor: CursorWrapper, table: ReleasedTable, cases: Cases) -> Counts:
    cursor.execute(count_query(table, cases), cases.parameters)
    return Counts(*cursor.fetchone())
