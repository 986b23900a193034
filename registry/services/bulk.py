"""Writing a whole file: stage, lay over the record, judge every row, write the good ones in one statement."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from django.conf import settings
from django.db import IntegrityError, connection, transaction

from registry.metadata import EncryptedVariable, Topic
from registry.services.identity_rows import identities_write
from registry.services.lock_sql import LOCKED, REASON_NEEDED
from registry.services.locks import refuse_locked
from registry.services.merging import Merge, constraint_columns
from registry.services.staging import StageRow, stage_rows
from registry.services.written import Problem, Written

# More rows than these refused by the database itself mean that a check of ours is missing: an error, not findings.
REFUSED_MAX = 50
LOCK_CODES = (LOCKED, REASON_NEEDED)


def records_write(
    *,
    topic: Topic,
    rows: Iterable[StageRow],
    columns: Sequence[str],
    site: Any,
    overwrite: bool = False,
    problem_limit: int = 1000,
) -> Written:
    """Write the rows of one file of one site that are new or changed, and say what is wrong with the others.

    `rows` are in the order of `stage_columns`, `columns` are those that the file has. Rows refused already take part
    only as names, so that what hangs on them is explained. Call it inside a context (`sites.context`), whose person
    has the right to upload at the site; the database refuses the write without one. A row that is the same as the
    record is not touched: no new version, no audit event. `site` is never read from the file.
    """
    if any(isinstance(field, EncryptedVariable) for field in topic.fields):
        return identities_write(
            topic=topic, rows=rows, columns=columns, site=site, overwrite=overwrite, problem_limit=problem_limit
        )
    seed = getattr(settings, "QUELL_KEY_SEED", "")
    merge = Merge(topic, frozenset(columns), overwrite=overwrite, key_seed=seed)
    names = {"site": site.pk, "key_seed": f"{seed}|{site.code}"}
    stage_rows(topic, rows)
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {merge.table}")
        cursor.execute(merge.create(), names)
        refuse_locked(cursor, merge.table, topic, names)
        written = Written()
        _insert(cursor, merge, names, written)
        _read_problems(cursor, merge, written, problem_limit)
        _count(cursor, merge, written)
    return written


def _insert(cursor: Any, merge: Merge, names: dict[str, Any], written: Written) -> None:
    """Write; where the database itself refuses something, halve the rows until it stands alone, and set it aside.

    The database does not say which row it refused: behind row-level security it keeps the values to itself.
    """
    cursor.execute(f"SELECT coalesce(min(row_no), 0), coalesce(max(row_no), 0) FROM {merge.table}")
    waiting, refused = [cursor.fetchone()], 0
    while waiting:
        first, last = waiting.pop()
        try:
            with transaction.atomic():
                cursor.execute(merge.insert(), {**names, "first": first, "last": last})
        except IntegrityError as error:
            middle = (first + last) // 2
            if first < last:
                waiting += [(middle + 1, last), (first, middle)]
                continue
            refused += 1
            if refused > REFUSED_MAX:
                raise
            _set_aside(cursor, merge, error, first)


def _set_aside(cursor: Any, merge: Merge, error: IntegrityError, row: int) -> None:
    name = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None) or ""
    cursor.execute(
        f"UPDATE {merge.table} SET q_problems = array_append(q_problems, %s) WHERE row_no = %s",
        [name if name in LOCK_CODES else f"constraint:{name}", row],
    )


def _read_problems(cursor: Any, merge: Merge, written: Written, limit: int) -> None:
    cursor.execute(
        f"SELECT row_no, cardinality(q_problems) FROM {merge.table} WHERE q_problems <> '{{}}' ORDER BY row_no"
    )
    for row, count in cursor.fetchall():
        written.rejected.append(row)
        written.problem_count += count
    cursor.execute(
        f"SELECT row_no, q_problems, to_jsonb(m) FROM {merge.table} m WHERE q_problems <> '{{}}'"
        " ORDER BY row_no LIMIT %s",
        [limit],
    )
    for row, codes, values in cursor.fetchall():
        written.problems += [_problem(merge, row, code, _decoded(values)) for code in codes]


def _decoded(values: Any) -> dict[str, Any]:
    return json.loads(values) if isinstance(values, str) else values


def _problem(merge: Merge, row: int, code: str, values: dict[str, Any]) -> Problem:
    name, _, detail = code.partition(":")
    columns = _columns(merge, name, detail)
    return Problem(
        row, name, detail, columns, {column: _shown(values, column) for column in columns} | _extra(name, values)
    )


def _columns(merge: Merge, name: str, detail: str) -> tuple[str, ...]:
    if name in {"parent_missing", "parent_refused"}:
        above = next(topic for topic in merge.topic.ancestors if topic.code == detail)
        return above.key_columns
    if name == "duplicate" or name in LOCK_CODES:
        return merge.topic.key_columns
    if name == "required":
        return (detail,)
    if name == "constraint":
        constraint = merge.constraints.get(detail)
        return constraint_columns(constraint) if constraint else ()
    return next(rule.columns for rule in merge.rowwise.problems if rule.code == detail)


def _shown(values: dict[str, Any], column: str) -> Any:
    return values.get(column, values.get(f"{column}_id"))


def _extra(name: str, values: dict[str, Any]) -> dict[str, Any]:
    return {"copies": values["copies"]} if name == "duplicate" else {}


def _count(cursor: Any, merge: Merge, written: Written) -> None:
    cursor.execute(f"SELECT q_kind, count(*) FROM {merge.table} WHERE q_problems = '{{}}' GROUP BY q_kind")
    for kind, count in cursor.fetchall():
        setattr(written, kind, count)
    owner = "id" if merge.topic.parent is None else "patient_id"
    cursor.execute(f"SELECT DISTINCT {owner} FROM {merge.table} WHERE q_problems = '{{}}' AND q_kind <> 'same'")
    written.patients = {row[0] for row in cursor.fetchall()}
