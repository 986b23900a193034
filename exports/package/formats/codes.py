"""The list of which number stands for which code in the labelled files of a package."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping
from typing import Final

from exports.package.csv_tables import FORMULA_START
from exports.package.formats.variables import Variable

CODES_FILE: Final = "codes.csv"
HEADER: Final = ("file", "variable", "column", "number", "code", "label")


def codes_csv(variables: Iterable[tuple[str, Variable]], shown: Mapping[str, object]) -> bytes:
    """Return one line per file, variable and number: the code of codebook.csv and its label. `shown` is how the format
    writes the reasons of an empty value."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(HEADER)
    for file, variable in variables:
        writer.writerows((file, *_safe(variable.name, variable.source), *line) for line in _lines(variable, shown))
    return out.getvalue().encode()


def _lines(variable: Variable, shown: Mapping[str, object]) -> Iterable[tuple[object, ...]]:
    codes = {number: code for code, number in variable.numbers.items()}
    for number, label in variable.labels.items():
        yield number, *_safe(codes.get(number, str(number)), label)
    for reason, words in variable.reasons.items():
        yield shown[reason], *_safe(reason, words)


def _safe(*texts: str) -> tuple[str, ...]:
    """Return texts with an apostrophe before those that a spreadsheet would take for a formula."""
    return tuple(f"'{text}" if re.match(FORMULA_START, text) else text for text in texts)
