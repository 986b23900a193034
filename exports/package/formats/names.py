"""Names that a format allows, all different within a file, and the same each time for the same columns."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Final

NameRule = Callable[[str], str]

SPSS_LENGTH: Final = 64
STATA_LENGTH: Final = 32
SAS_LENGTH: Final = 8
SPSS_RESERVED: Final = frozenset({"ALL", "AND", "BY", "EQ", "GE", "GT", "LE", "LT", "NE", "NOT", "OR", "TO", "WITH"})
STATA_RESERVED: Final = frozenset({"byte", "double", "float", "if", "in", "int", "long", "strL", "using", "with"})
SAS_NAME: Final = re.compile(r"[A-Z][A-Z0-9_]{0,7}")
SAS_COMPANION: Final = "MR"


def spss_name(name: str) -> str:
    """Return a name as SPSS allows it: ASCII letters, digits and _, at most 64, no word of its language."""
    plain = _plain(name)[:SPSS_LENGTH]
    return f"{plain[: SPSS_LENGTH - 1]}_" if plain.upper() in SPSS_RESERVED else plain


def stata_name(name: str) -> str:
    """Return a name as Stata allows it: ASCII letters, digits and _, at most 32, no word of its language."""
    plain = _plain(name)[:STATA_LENGTH]
    is_reserved = plain in STATA_RESERVED or re.fullmatch(r"str\d{1,4}", plain)
    return f"{plain[: STATA_LENGTH - 1]}_" if is_reserved else plain


def sas_name(name: str) -> str:
    """Return a name of at most eight capitals, digits and _: as it is where it fits, else its words shortened."""
    plain = _plain(name).upper().strip("_") or "V"
    if len(plain) <= SAS_LENGTH and SAS_NAME.fullmatch(plain):
        return plain
    words = [word for word in plain.split("_") if word]
    return _shortened(words or ["V"])


def sas_companion(name: str) -> str:
    """Return the name of the variable that says why another is empty."""
    return f"{name[: SAS_LENGTH - len(SAS_COMPANION)]}{SAS_COMPANION}"


def unique(names: Sequence[str], length: int) -> list[str]:
    """Return the names with a number at the end of those that another before has, whatever the case of its letters."""
    taken: set[str] = set()
    return [_free(name, length, taken) for name in names]


def _free(name: str, length: int, taken: set[str]) -> str:
    found, number = name, 2
    while found.upper() in taken:
        found = f"{name[: length - len(str(number))]}{number}"
        number += 1
    taken.add(found.upper())
    return found


def _plain(name: str) -> str:
    plain = re.sub(r"[^A-Za-z0-9_]", "_", name)
    return plain if re.match(r"[A-Za-z]", plain) else f"V{plain}"


def _shortened(words: Sequence[str]) -> str:
    """Take letters from the longest word until all fit, vowels inside it first, from its end."""
    left = list(words[:SAS_LENGTH])
    while sum(map(len, left)) > SAS_LENGTH:
        longest = max(range(len(left)), key=lambda place: (len(left[place]), place))
        left[longest] = _less(left[longest])
    return "".join(left)


def _less(word: str) -> str:
    inner = [place for place, letter in enumerate(word) if place and letter in "AEIOU"]
    return word[: inner[-1]] + word[inner[-1] + 1 :] if inner else word[:-1]
