"""Complete or failed: what was written is read again and must be what the frozen folder has for those who leave."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from exports.freeze.errors import FreezeError
from exports.leaving.people import SITE, People
from exports.leaving.plan import SheetPlan
from exports.leaving.write import LEAVING_KEY
from exports.sheets import SUBJECT, Sheet, sheet_path


def counted_again(plan: SheetPlan, people: People, written: pl.DataFrame, out: Path) -> Sheet:
    """Return the sheet as it was written, with the counts of its file.

    `written` has the subjects that may be in it (`leaving_key`, `site`). Raises FreezeError where the file has another
    subject, other columns, or other rows or patients than the frozen sheet has for the people who leave.
    """
    path = sheet_path(out, plan.sheet.kind, plan.sheet.name)
    if list(pl.read_parquet_schema(path)) != plan.names:
        raise FreezeError(f"{plan.sheet.name}: the written sheet has other columns than planned.")
    leaving = written.select(pl.col(LEAVING_KEY).alias(SUBJECT), SITE)
    rows, patients, foreign, sites = _counts(path, plan, leaving)
    if foreign:
        raise FreezeError(f"{plan.sheet.name}: a row belongs to nobody who may leave.")
    expected = _counts(plan.sheet.path, plan, people.frame, is_source=True)[:2]
    if (rows, patients) != expected:
        raise FreezeError(f"{plan.sheet.name}: the written sheet has {rows, patients}, the frozen one {expected}.")
    told = {name: getattr(plan.sheet, name) for name in ("kind", "name", "label", "grain", "key")}
    return Sheet(**told, rows=rows, patients=patients, sites=sites, columns=plan.columns, path=path)


def _counts(path: Path, plan: SheetPlan, people: pl.DataFrame, *, is_source: bool = False) -> tuple[int, int, int, int]:
    """Return rows, patients, patients who are not among these people, and sites of those who are.

    Of the source, only the rows count that should leave.
    """
    lazy = pl.scan_parquet(path)
    if is_source and plan.rows is not None:
        lazy = lazy.filter(plan.rows)
    by_subject = lazy.group_by(pl.col(plan.subject).alias(SUBJECT)).agg(pl.len().alias("rows"))
    found = by_subject.collect().join(people.with_columns(is_known=True), on=SUBJECT, how="left")
    if is_source:
        found = found.filter("is_known")
    foreign = found["is_known"].null_count()
    return int(found["rows"].sum()), found.height, foreign, found[SITE].drop_nulls().n_unique()
