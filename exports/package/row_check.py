"""Every row of a written package against its descriptor: types, codes, limits, keys, and the sheets referred to.

It reads the same descriptor as `frictionless` does and says what that would say, for millions of rows in flat memory:
sheets are sorted by subject, so that nothing has to be remembered but the subjects and the last one's keys.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import polars as pl

from exports.freeze.errors import FreezeError

# Rows are counted as a spreadsheet does: the header is row 1.
FIRST_ROW: Final = 2
Field = Mapping[str, Any]
WORDS: Final[Mapping[str, str]] = {
    "type-error": "the value is not of the declared type",
    "constraint-error": "the value is not one that the codebook allows",
    "enum": "the value is not among the declared codes",
    "maximum": "the value is above the declared limit",
    "required": "the value is missing",
    "primary-key": "another row has the same key",
    "foreign-key": "the subject is not in the sheet of subjects",
    "order": "the rows are not in the order of their subjects",
    "missing-cell": "the row has fewer cells than the header",
    "extra-cell": "the row has more cells than the header",
}
# As text: one way to write each, so that no reader has to guess.
TYPES: Final[Mapping[str, str]] = {
    "integer": r"^-?[0-9]+$",
    "number": r"^-?[0-9]+(\.[0-9]+)?([eE][-+]?[0-9]+)?$",
    "boolean": "^[01]$",
}


def refused(path: str, row: int | None, column: str, words: str) -> FreezeError:
    """Return the error that says where a package is wrong, without any value of it."""
    where = [path, f"row {row} (the header is row 1)" if row else "", f"column {column}" if column else ""]
    return FreezeError(f"The package was refused: {', '.join(part for part in where if part)}: {words}.")


@dataclass
class Subjects:
    """The subjects of a sheet in their order, as numbers, with the first and last of each piece."""

    pieces: list[tuple[str, str, pl.Series]] = field(default_factory=list)

    def add(self, subjects: pl.Series) -> None:
        """Remember a piece."""
        self.pieces.append((subjects[0], subjects[-1], subjects.hash()))

    def lack(self, subjects: pl.Series) -> pl.Series:
        """Say of each of these subjects, which are in order, whether it was never remembered."""
        first, last = subjects[0], subjects[-1]
        near = [known for start, end, known in self.pieces if start <= last and end >= first]
        known = pl.concat(near) if near else pl.Series([], dtype=pl.UInt64)
        return ~subjects.hash().is_in(known.implode())


class RowCheck:
    """Checks the rows of one resource, piece by piece; `known` are the subjects of the sheets that it refers to."""

    def __init__(self, resource: Mapping[str, Any], known: Mapping[str, Subjects], *, is_referred_to: bool) -> None:
        schema = resource["schema"]
        self.path, self.rows = str(resource["path"]), 0
        self.subjects = Subjects()
        # Only the sheets that others refer to have one row a subject, and only theirs are remembered.
        self._is_referred_to = is_referred_to
        self._fields: list[Field] = schema["fields"]
        self._key: list[str] = schema.get("primaryKey", [])
        foreign = schema.get("foreignKeys", ())
        self._foreign = [(entry["fields"][0], known[entry["reference"]["resource"]]) for entry in foreign]
        # The keys so far of the subject that the piece before ended with.
        self._open: pl.DataFrame | None = None

    def piece(self, frame: pl.DataFrame) -> None:
        """Check one piece; FreezeError at the first thing that is wrong."""
        for column, why, bad in self._bad(frame):
            if places := bad.arg_true().to_list():
                raise refused(self.path, self.rows + places[0] + FIRST_ROW, column, WORDS[why])
        self.rows += frame.height

    def _bad(self, frame: pl.DataFrame) -> Iterator[tuple[str, str, pl.Series]]:
        yield from bad_cells(frame, self._fields)
        if self._key and frame.height:
            yield from self._bad_keys(frame.select(self._key))
        for column, known in self._foreign if frame.height else ():
            yield column, "foreign-key", known.lack(frame[column])

    def _bad_keys(self, keys: pl.DataFrame) -> Iterator[tuple[str, str, pl.Series]]:
        subject = self._key[0]
        both = keys if self._open is None else pl.concat([self._open, keys])
        yield subject, "order", (both[subject] < both[subject].shift()).tail(keys.height)
        yield ", ".join(self._key), "primary-key", _repeated(both).tail(keys.height)
        # As plain values and back: a part of a column of texts would hold on to the texts of the whole piece.
        going_on = both.filter(both[subject] == both[subject][-1])
        self._open = pl.DataFrame(going_on.rows(), schema=going_on.schema, orient="row")
        if self._is_referred_to:
            self.subjects.add(keys[subject])


def _repeated(keys: pl.DataFrame) -> pl.Series:
    """Say of each row whether its key stood in a row before."""
    if not (twice := keys.is_duplicated()).any():
        return twice
    return keys.select(~pl.struct(pl.all()).is_first_distinct()).to_series()


def bad_cells(frame: pl.DataFrame, fields: Sequence[Field]) -> Iterator[tuple[str, str, pl.Series]]:
    """Yield column, reason and rows of what is wrong with some cell; one pass finds out whether anything is."""
    rules = [(str(told["name"]), why, rule) for told in fields for why, rule in _rules(told)]
    if not rules:
        return
    is_bad = frame.select(rule.any().alias(str(number)) for number, (_, _, rule) in enumerate(rules)).row(0)
    for found, (column, why, rule) in zip(is_bad, rules, strict=True):
        if found:
            yield column, why, frame.select(rule).to_series()


def _rules(told: Field) -> Iterator[tuple[str, pl.Expr]]:
    column, limits = pl.col(told["name"]), told.get("constraints", {})
    if limits.get("required"):
        yield "required", column.is_null()
    if "enum" in limits:
        yield "enum", ~column.is_in([str(code) for code in limits["enum"]])
    elif told["type"] in TYPES:
        yield "type-error", ~column.str.contains(TYPES[told["type"]])
    if "maximum" in limits:
        yield "maximum", column.cast(pl.Float64, strict=False) > limits["maximum"]
