"""What a released column may hold, beyond what its declaration says: levels and limits that the release itself adds."""

from __future__ import annotations

from typing import Final

from exports.sheets import FACTS_OF, REASON_SUFFIX, Column, Sheet

# The freeze writes this for the levels that few patients hold; the words are those of its transform.
MERGED: Final = "MERGED"
MERGED_WORDS: Final = "rare levels, merged"
LEVELS_MERGED: Final = "levels held by few patients merged"
# The greatest age that leaves, and the words of the transform that caps it.
AGE_CAP_YEARS: Final = 90
AGE_CAPPED: Final = "years, 90 and over as 90"
ORDINAL: Final = "_no"


def sheet_name(sheet: Sheet) -> str:
    """Return the name of a sheet among all sheets: tables/lab, datasets/adsl."""
    return f"{FACTS_OF[sheet.kind]}/{sheet.name}"


def csv_name(sheet: Sheet) -> str:
    """Return the name of a sheet's CSV file in a package."""
    return f"{sheet_name(sheet)}.csv"


def codes_of(column: Column) -> tuple[tuple[str, str], ...]:
    """Return (code, label) of every value that a coded column may hold; empty where it is not bound to a list."""
    if not column.choices or column.leaves_as != LEVELS_MERGED or MERGED in dict(column.choices):
        return column.choices
    return (*column.choices, (MERGED, MERGED_WORDS))


def greatest(column: Column) -> int | None:
    """Return the greatest value that may leave, None where there is none."""
    return AGE_CAP_YEARS if column.leaves_as == AGE_CAPPED else None


def is_required(sheet: Sheet, column: Column) -> bool:
    """Say whether no row may be without a value: the subject and the ordinals of a key.

    A day in a key may be empty where its date is known to the month only.
    """
    name = column.column
    return name in sheet.key and (name == sheet.key[0] or name.endswith(ORDINAL))


def reason_column(sheet: Sheet, column: Column) -> str:
    """Return the column that says why this one is empty; empty where there is none."""
    name = f"{column.column}{REASON_SUFFIX}"
    return name if name in sheet.names else ""
