"""Texts made to fit a format, and the record of what that took away."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from exports.package.formats.writing import Loss

# Where taking the accent off is not enough. Signs of a unit keep their meaning in letters.
LETTERS: Final[Mapping[str, str]] = {
    "ß": "ss", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D",
    "ð": "d", "þ": "th", "ı": "i", "µ": "u", "μ": "u", "×": "x", "·": ".", "°": "deg", "≤": "<=", "≥": ">=", "±": "+-",
    "–": "-", "—": "-", "−": "-", "‑": "-", "‘": "'", "’": "'", "“": '"', "”": '"', "„": '"', "…": "...", "€": "EUR",
    "α": "alpha", "β": "beta", "γ": "gamma", "κ": "kappa", "λ": "lambda",
}  # fmt: skip
UNKNOWN: Final = "?"


def to_ascii(text: str) -> str:
    """Return a text in ASCII: accents come off, signs are spelled, control characters become blanks."""
    if text.isascii() and text.isprintable():
        return text
    spelled = "".join(LETTERS.get(sign, sign) for sign in text)
    parts = unicodedata.normalize("NFKD", spelled)
    return "".join(_one(sign) for sign in parts if not unicodedata.combining(sign))


def _one(sign: str) -> str:
    if not sign.isascii():
        return UNKNOWN
    return sign if sign.isprintable() else " "


def cut_bytes(text: str, limit: int) -> str:
    """Return as much of a text as fits into so many bytes of UTF-8, never half a character."""
    encoded = text.encode()
    return text if len(encoded) <= limit else encoded[:limit].decode(errors="ignore")


def cut_characters(text: str, limit: int) -> str:
    """Return as much of a text as fits into so many characters."""
    return text[:limit]


Cut = Callable[[str, int], str]


@dataclass(frozen=True)
class Fitting:
    """Makes the texts of one file fit, and tells every loss."""

    file: str
    losses: list[Loss]

    def tell(self, column: str, what: str) -> None:
        """Record one loss of this file, once."""
        loss = Loss(self.file, column, what)
        if loss not in self.losses:
            self.losses.append(loss)

    def text(self, column: str, of: str, text: str, limit: int, cut: Cut = cut_bytes) -> str:
        """Return a text within a limit; `of` says what kind of text it is."""
        fits = cut(text, limit)
        if fits != text:
            self.tell(column, f"{of} shortened from {len(text)} to {len(fits)} characters: {text}")
        return fits

    def ascii(self, column: str, of: str, text: str) -> str:
        """Return a text in ASCII."""
        plain = to_ascii(text)
        if plain != text:
            self.tell(column, f"{of} written in ASCII: {text} as {plain}")
        return plain
