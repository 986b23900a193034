"""The synthetic twin of what leaves: the same sheets, columns, types and distributions, and no people.

Each column is drawn on its own from its distribution (within a parameter or analyte where the key has one), so nothing
joins two facts of one person; no level and no bin rests on fewer than `small` people. It is for writing code.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import polars as pl

from exports.freeze.errors import FreezeError
from exports.freeze.folder import read_facts, write_facts
from exports.freeze.parquet import writing
from exports.freeze.policy import NUMBERS, SMALL
from exports.leaving.facts import without_small_counts
from exports.leaving.marginal import Marginal, learn, rounded
from exports.leaving.order import TWIN
from exports.leaving.plan import base_of
from exports.leaving.twin_rows import RowPlan, draw_rows, keys_of, learn_rows, sheet_above
from exports.leaving.whole import whole_folder
from exports.sheets import FACTS_OF, SUBJECT_OF, Column, Sheet, sheet_path, sheets_of

Rows = npt.NDArray[np.int64]
Marked = npt.NDArray[np.bool_]
KEY_PREFIX: Final = "TWIN"
KEY_LENGTH: Final = 26
BLOCK_SUBJECTS: Final = 5_000
# Keys are random, so the first people of a release are a random sample of it.
LEARNED_SUBJECTS: Final = 20_000
SYNTHETIC: Final = (
    "SYNTHETIC DATA: a twin of the release with the same columns and distributions. No row is of a patient, and no "
    "result computed from it means anything."
)


@dataclass(frozen=True)
class ColumnPlan:
    """How one column is drawn: a distribution by stratum, and, beside a column, by whether that one is empty."""

    column: Column
    base: str | None
    marginals: Mapping[tuple[Any, bool], Marginal]


@dataclass(frozen=True)
class SheetTwin:
    """How one sheet is drawn. `stratum` is the code of its key within which the others are drawn."""

    rows: RowPlan
    stratum: str | None
    columns: tuple[ColumnPlan, ...]


def make_twin(folder: Path, out: Path, seed: str, small: int = 0) -> dict[str, Any]:
    """Write the twin of a leaving folder into `out` and return its facts; the same seed gives the same bytes.

    `small` is by default the number of the release's policy. Raises FreezeError where the release has fewer people.
    """
    facts = read_facts(folder)
    small = small or dict(facts.get("policy", {})).get(SMALL, NUMBERS[SMALL].value)
    sheets = sorted(sheets_of(folder, facts), key=lambda sheet: len(sheet.key))
    people = max((sheet.patients for sheet in sheets), default=0)
    if people < small:
        raise FreezeError(f"A twin needs at least {small} cases: fewer could be told from their distribution.")
    keys = pl.Series(
        [f"{KEY_PREFIX}{number:0{KEY_LENGTH - len(KEY_PREFIX)}d}" for number in range(1, rounded(people) + 1)]
    )
    with whole_folder(out) as part:
        _write(list(_learned(sheets, small)), keys, seed, part)
        after = _facts(facts, sheets_of(folder, facts), part)
        write_facts(part, after)
    return after


def _learned(sheets: Sequence[Sheet], small: int) -> Iterator[SheetTwin]:
    sample = _sample(sheets)
    frames: dict[str, pl.DataFrame] = {}
    for sheet in sheets:
        frame = _of(sheet, sample)
        frames[sheet.name] = frame.select(sheet.key)
        above = sheet_above(sheet, frames, sheets)
        rows_above = frames[above.name] if above else pl.DataFrame({SUBJECT_OF[sheet.kind]: sample})
        stratum = next((column.column for column in sheet.columns if _is_stratum(column, sheet)), None)
        # People as numbers: they are counted for every column.
        numbered = frame.with_columns(pl.col(sheet.key[0]).cast(pl.Categorical).to_physical())
        columns = tuple(_column(sheet, column, numbered, stratum, small) for column in _drawn(sheet))
        yield SheetTwin(learn_rows(sheet, frame, above, rows_above, small), stratum, columns)


def _sample(sheets: Sequence[Sheet]) -> pl.Series:
    """Return the keys of the people from whom the distributions are learned."""
    lazy = [pl.scan_parquet(sheet.path).select(pl.col(SUBJECT_OF[sheet.kind]).alias("key")) for sheet in sheets]
    return pl.concat([frame.unique() for frame in lazy]).unique().sort("key").head(LEARNED_SUBJECTS).collect()["key"]


def _of(sheet: Sheet, sample: pl.Series) -> pl.DataFrame:
    return sheet.of_subjects(sample[0], sample[-1]) if sample.len() else sheet.frame().clear()


def _is_stratum(column: Column, sheet: Sheet) -> bool:
    return column.column in sheet.key[1:] and column.type == "code"


def _drawn(sheet: Sheet) -> list[Column]:
    """Return the columns beside the key, companions last: they need to know where their column is empty."""
    rest = [column for column in sheet.columns if column.column not in sheet.key]
    return sorted(rest, key=lambda column: base_of(column.column, sheet.names) != column.column)


def _column(sheet: Sheet, column: Column, frame: pl.DataFrame, stratum: str | None, small: int) -> ColumnPlan:
    base = base_of(column.column, sheet.names)
    is_own = base == column.column
    by = [pl.lit(None).alias("stratum") if stratum is None else pl.col(stratum).alias("stratum")]
    by.append(pl.lit(value=False).alias("empty") if is_own else pl.col(base).is_null().alias("empty"))
    values = frame.select(pl.col(sheet.key[0]).alias("subject"), pl.col(column.column).alias("value"), *by)
    marginals = {
        (level, empty): learn(part["value"], part["subject"], column, small)
        for (level, empty), part in values.partition_by("stratum", "empty", as_dict=True, maintain_order=True).items()
    }
    return ColumnPlan(column, None if is_own else base, marginals)


def _write(twins: Sequence[SheetTwin], people: pl.Series, seed: str, out: Path) -> None:
    with ExitStack() as stack:
        writers = {twin.rows.sheet.name: stack.enter_context(writing(_path(out, twin.rows.sheet))) for twin in twins}
        for number, start in enumerate(range(0, people.len(), BLOCK_SUBJECTS)):
            rows: dict[str, pl.DataFrame] = {}
            for twin in twins:
                sheet = twin.rows.sheet
                rng = _random(seed, number, f"{sheet.kind}/{sheet.name}")
                keys = draw_rows(twin.rows, keys_of(rows, people[start : start + BLOCK_SUBJECTS], twin.rows), rng)
                rows[sheet.name] = keys
                writers[sheet.name].add(_filled(twin, keys, seed, number))


def _path(out: Path, sheet: Sheet) -> Path:
    return sheet_path(out, sheet.kind, sheet.name)


def _random(seed: str, block: int, what: str) -> np.random.Generator:
    digest = hashlib.sha256(f"{seed}|{block}|{what}".encode()).digest()
    return np.random.default_rng(int.from_bytes(digest))


def _filled(twin: SheetTwin, keys: pl.DataFrame, seed: str, block: int) -> pl.DataFrame:
    """Return the rows with all columns drawn."""
    sheet = twin.rows.sheet
    dtypes = pl.read_parquet_schema(sheet.path)
    drawn = {name: keys[name] for name in keys.columns}
    rows = _rows_of(keys, twin.stratum)
    for plan in twin.columns:
        name = plan.column.column
        rng = _random(seed, block, f"{sheet.kind}/{sheet.name}/{name}")
        base = None if plan.base is None else drawn[plan.base].is_null().to_numpy()
        drawn[name] = _draw(plan, rows, base, rng, pl.Series(name, [None], dtypes[name]).new_from_index(0, keys.height))
    return pl.DataFrame([drawn[name] for name in sheet.names])


def _rows_of(keys: pl.DataFrame, stratum: str | None) -> dict[Any, Rows]:
    """Return the numbers of the rows of each level of the stratum, of all rows where there is none."""
    if stratum is None:
        return {None: np.arange(keys.height)}
    by_level = keys.with_row_index("row").group_by(stratum).agg("row")
    return {level: np.array(rows, dtype=np.int64) for level, rows in by_level.iter_rows()}


def _draw(
    plan: ColumnPlan, rows: Mapping[Any, Rows], is_empty: Marked | None, rng: np.random.Generator, empty: pl.Series
) -> pl.Series:
    """Return a column: drawn stratum by stratum, and by whether the column beside it is empty; else as in `empty`."""
    places, parts = [np.empty(0, dtype=np.int64)], [empty.clear()]
    for (level, is_beside_empty), marginal in plan.marginals.items():
        here = rows.get(level, places[0])
        if is_empty is not None:
            here = here[is_empty[here] == is_beside_empty]
        places.append(here)
        parts.append(marginal.draw(rng, here.size).alias(empty.name))
    return empty.scatter(np.concatenate(places), pl.concat(parts))


def _facts(facts: Mapping[str, Any], sheets: Sequence[Sheet], out: Path) -> dict[str, Any]:
    """Return the facts of the twin; of the people behind it they say nothing."""
    counted = [_counted(sheet, out) for sheet in sheets]
    return {
        **{name: value for name, value in facts.items() if name != "risk"},
        "level": TWIN,
        "is_synthetic": True,
        "synthetic": SYNTHETIC,
        **without_small_counts({**facts, "coarsening": facts.get("coarsening", ()), "excluded": []}),
        "sites": [],
        "open_queries": {},
        **{FACTS_OF[kind]: [sheet.facts() for sheet in counted if sheet.kind == kind] for kind in FACTS_OF},
    }


def _counted(sheet: Sheet, out: Path) -> Sheet:
    path = _path(out, sheet)
    subjects = pl.scan_parquet(path).select(
        pl.len().alias("rows"), pl.col(SUBJECT_OF[sheet.kind]).n_unique().alias("patients")
    )
    return replace(sheet, path=path, sites=0, **subjects.collect().row(0, named=True))
