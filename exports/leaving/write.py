"""Writes the sheets that leave, block by block of subjects, so that memory stays flat."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

import polars as pl

from exports.freeze.errors import FreezeError
from exports.freeze.parquet import writing
from exports.leaving.order import SHAREABLE, LeavingOrder
from exports.leaving.people import SITE, People
from exports.leaving.plan import SheetPlan
from exports.leaving.rare import merging
from exports.leaving.shareable import shareable_keys
from exports.sheets import SUBJECT, sheet_path

# As many subjects as a block of the freeze has.
BLOCK_SUBJECTS: Final = 5_000
# The subject's key in what leaves, beside that of the release.
LEAVING_KEY: Final = "leaving_key"


def write_sheets(plans: Sequence[SheetPlan], people: People, order: LeavingOrder, out: Path) -> pl.DataFrame:
    """Write every sheet of the plans under `out` and return who is in them.

    `subject_key` and `site` are those of the release, `leaving_key` is the subject's key in what leaves; a shareable
    release has no sites.
    """
    if order.level == SHAREABLE:
        return _write_under_new_keys(plans, people, order, out)
    for plan in plans:
        path = sheet_path(out, plan.sheet.kind, plan.sheet.name)
        if plan.is_unchanged and people.is_everybody:
            _link(plan.sheet.path, path)
        else:
            _write(plan, people, path)
    return people.frame.with_columns(pl.col(SUBJECT).alias(LEAVING_KEY))


def _link(source: Path, path: Path) -> None:
    """Give a file that nothing changes a second name; copy it where the disk has no links."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(source, path)
    except OSError:
        shutil.copyfile(source, path)


def _write(plan: SheetPlan, people: People, path: Path) -> None:
    leaving = people.frame.select(pl.col(SUBJECT).alias(plan.subject))
    if not people.is_everybody:
        plan = replace(plan, changes={**plan.changes, **merging(plan, leaving)})
    with writing(path) as writer:
        for rows in plan.sheet.pieces():
            if not people.is_everybody:
                rows = rows.join(leaving, on=plan.subject, how="semi", maintain_order="left")
            writer.add(_changed(plan, rows))


def _changed(plan: SheetPlan, rows: pl.DataFrame) -> pl.DataFrame:
    try:
        return plan.of(rows)
    except pl.exceptions.InvalidOperationError as error:
        raise FreezeError(f"{plan.sheet.name}: a coarsening step meets a level that it does not know.") from error


def _write_under_new_keys(plans: Sequence[SheetPlan], people: People, order: LeavingOrder, out: Path) -> pl.DataFrame:
    """Write rows under new subject keys and in their order, so that no row tells its old place."""
    new = pl.Series(LEAVING_KEY, shareable_keys(order.key, people.frame[SUBJECT].to_list()), pl.String)
    keys = people.frame.select(SUBJECT, new).sort(LEAVING_KEY)
    if keys[LEAVING_KEY].n_unique() != keys.height:
        raise FreezeError("Two cases have one subject key.")
    for plan in plans:
        with writing(sheet_path(out, plan.sheet.kind, plan.sheet.name)) as writer:
            for block in keys.iter_slices(BLOCK_SUBJECTS):
                writer.add(_under_new_keys(plan, block))
    return keys.with_columns(pl.lit(None, pl.String).alias(SITE))


def _under_new_keys(plan: SheetPlan, block: pl.DataFrame) -> pl.DataFrame:
    renamed = block.rename({SUBJECT: plan.subject})
    rows = pl.concat(_joined(plan, renamed)).drop(plan.subject).rename({LEAVING_KEY: plan.subject})
    return _changed(plan, rows.sort(plan.sheet.key))


def _joined(plan: SheetPlan, block: pl.DataFrame) -> Iterator[pl.DataFrame]:
    for rows in plan.sheet.pieces():
        yield rows.join(block, on=plan.subject, how="inner")
