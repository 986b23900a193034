"""One spelling for what names a person, so that the same person is found however two hospitals typed it."""

from __future__ import annotations

import re
import unicodedata

# Spanish, Portuguese, French, Dutch and German particles; a surname is compared without them.
PARTICLES = frozenset(
    {"DE", "DEL", "LA", "LAS", "LOS", "EL", "Y", "DA", "DO", "DAS", "DOS", "DI", "DU", "LE", "VAN", "VON", "DER", "DEN"}
)


def plain_letters(text: str) -> str:
    """Return the text in capitals without accents and other marks."""
    apart = unicodedata.normalize("NFKD", text)
    return "".join(letter for letter in apart if not unicodedata.combining(letter)).upper()


def normalised_number(text: str) -> str:
    """Return a hospital number in one spelling: capitals, no marks, no spaces, no zeros in front."""
    joined = "".join(plain_letters(text).split())
    return joined.lstrip("0") or joined


def normalised_surname(text: str) -> str:
    """Return the first surname in one spelling: many records hold only the first of two Spanish ones.

    Particles are dropped, unless nothing else is there.
    """
    words = re.findall(r"[^\W\d_]+", re.sub(r"['’]", "", plain_letters(text)))
    return next((word for word in words if word not in PARTICLES), "".join(words))
