"""Two folders of one project compared, a block of patients at a time: memory does not grow with the registry."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Final

import polars as pl

from exports.diff.lines import Kind, fixed_lines, lines_of, no_lines
from exports.diff.rows import row_lines
from exports.freeze.folder import read_facts
from exports.freeze.parquet import BlockWriter, writing
from exports.sheets import SUBJECT_OF, Sheet, sheets_of

# Patients whose rows are compared at a time.
BLOCK_CASES: Final = 5_000
# Sheets that have a row for each patient.
OF_EVERYBODY: Final = ("patient", "adsl")


class DiffError(ValueError):
    """Two releases that cannot be compared; the message is for people."""


@dataclass(frozen=True)
class SheetDiff:
    """What differs in one sheet. `came` and `left` are rows of patients who are in one of the releases alone.

    rows_before + came + added - left - removed = rows_after.
    """

    name: str
    label: str
    kind: str
    rows_before: int = 0
    rows_after: int = 0
    came: int = 0
    left: int = 0
    added: int = 0
    removed: int = 0
    changed: int = 0
    columns_new: tuple[str, ...] = ()
    columns_gone: tuple[str, ...] = ()

    def plus(self, **counts: int) -> SheetDiff:
        """Return the same with counts added."""
        return replace(self, **{name: getattr(self, name) + n for name, n in counts.items()})


@dataclass(frozen=True)
class Comparison:
    """What differs between two releases, in figures. Patients before and after, and who came and left."""

    before: int
    after: int
    came: int
    left: int
    sheets: tuple[SheetDiff, ...] = field(default=())

    def as_data(self) -> dict[str, Any]:
        """Return it as plain values."""
        return asdict(self)

    @classmethod
    def of_data(cls, data: Mapping[str, Any]) -> Comparison:
        """Return the comparison that plain values tell of."""
        sheets = tuple(_sheet_diff(told) for told in data["sheets"])
        return cls(**{**data, "sheets": sheets})


def _sheet_diff(told: Mapping[str, Any]) -> SheetDiff:
    columns = {name: tuple(told[name]) for name in ("columns_new", "columns_gone")}
    return SheetDiff(**{**told, **columns})


@dataclass(frozen=True)
class _Pair:
    """One sheet in both releases, or in one of them."""

    before: Sheet | None
    after: Sheet | None

    @property
    def any(self) -> Sheet:
        found = self.after or self.before
        assert found is not None  # noqa: S101 - a pair has one
        return found


def compare(before: Path, after: Path, lines: Path, cases: int = BLOCK_CASES) -> Comparison:
    """Compare two folders of releases and write every difference into a Parquet file of lines, so many cases at a time.

    DiffError where the folders are of two projects: their subject keys are not the same people.
    """
    facts = [read_facts(folder) for folder in (before, after)]
    if facts[0]["project"] != facts[1]["project"]:
        raise DiffError("Releases of two projects cannot be compared: their subject keys do not belong together.")
    pairs = _pairs(sheets_of(before, facts[0]), sheets_of(after, facts[1]))
    was, now = (_subjects([getattr(pair, side) for pair in pairs]) for side in ("before", "after"))
    with writing(lines) as out:
        out.add(pl.concat([no_lines(), *(_of_schema(pair) for pair in pairs)]))
        out.add(_people(now - was, Kind.PATIENT_IN))
        out.add(_people(was - now, Kind.PATIENT_OUT))
        counted = _compare_blocks(pairs, was, now, out, cases)
    return Comparison(len(was), len(now), len(now - was), len(was - now), tuple(counted))


def _pairs(before: Sequence[Sheet], after: Sequence[Sheet]) -> list[_Pair]:
    was, now = {sheet.name: sheet for sheet in before}, {sheet.name: sheet for sheet in after}
    return [_Pair(was.get(name), now.get(name)) for name in [*now, *(name for name in was if name not in now)]]


def _subjects(sheets: Sequence[Sheet | None]) -> set[str]:
    """Return everybody who is in some sheet of a release."""
    found = [sheet for sheet in sheets if sheet is not None]
    whole = [sheet for sheet in found if sheet.name in OF_EVERYBODY][:1] or found
    return {key for sheet in whole for key in _keys(sheet)}


def _keys(sheet: Sheet) -> Iterator[str]:
    yield from pl.scan_parquet(sheet.path).select(pl.col(SUBJECT_OF[sheet.kind]).unique()).collect().to_series()


def _people(keys: set[str], what: Kind) -> pl.DataFrame:
    frame = pl.DataFrame({"subject": sorted(keys)}, schema={"subject": pl.String})
    return lines_of(frame, what, subject=pl.col("subject"))


def _of_schema(pair: _Pair) -> pl.DataFrame:
    name = pair.any.name
    if pair.before is None or pair.after is None:
        return fixed_lines(Kind.SHEET_NEW if pair.before is None else Kind.SHEET_GONE, name)
    new, gone = _columns(pair)
    return pl.concat([fixed_lines(Kind.COLUMN_NEW, name, new), fixed_lines(Kind.COLUMN_GONE, name, gone)])


def _columns(pair: _Pair) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the columns that are new and those that are gone; none where the whole sheet is."""
    if pair.before is None or pair.after is None:
        return (), ()
    was, now = pair.before.names, pair.after.names
    return tuple(name for name in now if name not in was), tuple(name for name in was if name not in now)


def _compare_blocks(
    pairs: Sequence[_Pair], was: set[str], now: set[str], out: BlockWriter, cases: int
) -> list[SheetDiff]:
    everybody, both = sorted(was | now), was & now
    found = [_uncounted(pair) for pair in pairs]
    for start in range(0, len(everybody), cases):
        block = everybody[start : start + cases]
        shared = pl.Series([key for key in block if key in both], dtype=pl.String)
        for number, pair in enumerate(pairs):
            lines, found[number] = _block(pair, block, shared, found[number])
            if lines.height:
                out.add(lines)
    return found


def _uncounted(pair: _Pair) -> SheetDiff:
    new, gone = _columns(pair)
    sheet = pair.any
    return SheetDiff(sheet.name, sheet.label, sheet.kind, columns_new=new, columns_gone=gone)


def _block(pair: _Pair, block: Sequence[str], shared: pl.Series, counted: SheetDiff) -> tuple[pl.DataFrame, SheetDiff]:
    """Compare one sheet for one block of patients and add to its counts."""
    sheet, subject = pair.any, SUBJECT_OF[pair.any.kind]
    was, now = (_rows(side, block) for side in (pair.before, pair.after))
    counted = counted.plus(rows_before=_height(was), rows_after=_height(now))
    stays = pl.col(subject).is_in(shared.implode())
    old, new = (None if frame is None else frame.filter(stays) for frame in (was, now))
    counted = counted.plus(left=_height(was) - _height(old), came=_height(now) - _height(new))
    if old is None or new is None:
        return no_lines(), counted.plus(removed=_height(old), added=_height(new))
    lines = row_lines(old, new, sheet.name, _shared_key(pair))
    tally = dict(lines["what"].value_counts().iter_rows())
    names = {"added": Kind.ROW_ADDED, "removed": Kind.ROW_REMOVED, "changed": Kind.VALUE_CHANGED}
    return lines, counted.plus(**{name: tally.get(kind.value, 0) for name, kind in names.items()})


def _rows(sheet: Sheet | None, block: Sequence[str]) -> pl.DataFrame | None:
    return None if sheet is None else sheet.of_subjects(block[0], block[-1])


def _height(frame: pl.DataFrame | None) -> int:
    return 0 if frame is None else frame.height


def _shared_key(pair: _Pair) -> list[str]:
    """Return the key of a sheet; where it changed, what both releases have of it, with rows of one key in order."""
    assert pair.before is not None  # noqa: S101 - only sheets of both are compared
    assert pair.after is not None  # noqa: S101
    shared = [name for name in pair.after.key if name in pair.before.key]
    return shared if pair.after.key == pair.before.key else [*shared, "row_no"]
