"""Why a value is empty, folded into the value as far as a format has missing values of several kinds.

One mapping for all formats, which no release changes: a script that knows it reads every package.

    reason                            SPSS    Stata   SAS (numbers)
    ND   not done                    -9999    .a      .A
    UNK  unknown                     -9998    .b      .B
    NA   not applicable              -9997    .c      .C
    WH   withheld by de-identification -9996  .d      .D

In SPSS the four are one range of user-missing values. It lies far below any day before an infusion; where a column has
a value in the range nevertheless, its reasons stay in a column of their own.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from exports.sheets import REASON_SUFFIX, Column, Sheet

REASONS: Final = ("ND", "UNK", "NA", "WH")
WORDS: Final[Mapping[str, str]] = {
    "ND": "not done",
    "UNK": "unknown",
    "NA": "not applicable",
    "WH": "withheld by de-identification",
}
# The place of a reason, from 1; 0 is an empty value without a reason.
PLACES: Final[Mapping[str, int]] = {reason: place for place, reason in enumerate(REASONS, 1)}
SPSS_LOWEST: Final = -9999
SPSS_CODES: Final[Mapping[str, int]] = {reason: SPSS_LOWEST + place - 1 for reason, place in PLACES.items()}
SPSS_HIGHEST: Final = SPSS_LOWEST + len(REASONS) - 1
LETTERS: Final[Mapping[str, str]] = {reason: "abcd"[place - 1] for reason, place in PLACES.items()}


def companion_of(sheet: Sheet, column: Column) -> Column | None:
    """Return the column that says why another is empty, None where there is none."""
    name = f"{column.column}{REASON_SUFFIX}"
    return next((other for other in sheet.columns if other.column == name), None)


def words_of(companion: Column) -> dict[str, str]:
    """Return the words of every reason that a format has a place for, as the column declares them."""
    declared = dict(companion.choices)
    return {reason: declared.get(reason, WORDS[reason]) for reason in REASONS}
