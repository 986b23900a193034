"""The freeze itself: one snapshot, table by table, then the proof that nothing was lost."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

from django.db.backends.utils import CursorWrapper

from exports.freeze.counting import count_tables
from exports.freeze.eligibility import eligible, exclusions, sites_with_papers
from exports.freeze.facts import facts_of
from exports.freeze.folder import write_facts
from exports.freeze.order import FreezeOrder, Progress, silent
from exports.freeze.parquet import write_parquet
from exports.freeze.policy import EXPORT_ALIAS
from exports.freeze.queries import Cases, eligible_cases
from exports.freeze.rows import leaving, people, receive
from exports.freeze.snapshot import snapshot
from exports.freeze.tables import ReleasedTable, released_tables
from exports.freeze.verify import verify_tables
from registry.models import Patient

Finish = Callable[[bytes, ReleasedTable], None]


def freeze(order: FreezeOrder, folder: Path, progress: Progress = silent) -> dict[str, Any]:
    """Write the frozen tables and their facts into a folder and return the facts.

    Raises FreezeError when a column has no safe way out, a key is not unique, or a written table is not complete.
    """
    with snapshot(order.release) as cursor:
        sites = sites_with_papers(order.data_cut_on, EXPORT_ALIAS)
        everybody = Patient.objects.using(EXPORT_ALIAS)
        excluded = exclusions(everybody, sites, order.blocked)
        leaving_cases = eligible(everybody, sites, order.blocked)
        who = people(order.project_key, leaving_cases.values_list("id", "site_id"), order.site_codes)
        cases, tables = eligible_cases(sites, order.blocked), list(released_tables())

        def finish(text: bytes, table: ReleasedTable) -> None:
            write_parquet(folder, table.name, leaving(text, table, who))

        _write_tables(cursor, tables, cases, finish, progress)
        counted = count_tables(cursor, tables, cases)
    verify_tables(folder, counted)
    facts = facts_of(order, counted, excluded)
    write_facts(folder, facts)
    return facts


def _write_tables(
    cursor: CursorWrapper, tables: Sequence[ReleasedTable], cases: Cases, finish: Finish, progress: Progress
) -> None:
    """Write every table. While PostgreSQL sends one, a second thread finishes the one before; it uses no database."""
    rows = 0
    with ThreadPoolExecutor(1, "finish") as finisher:
        before: Future[None] | None = None
        for done, table in enumerate(tables):
            progress(done, len(tables), rows)
            text = receive(cursor, table, cases)
            rows += cursor.rowcount
            if before is not None:
                # One table in hand and one behind it are all that memory has to hold.
                before.result()
            before = finisher.submit(finish, text, table)
            del text
        if before is not None:
            before.result()
