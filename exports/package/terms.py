"""What the data of a level are, and the terms under which they are held, each in plain words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from exports.package.manifest import level_of

LEVELS: Final[Mapping[str, str]] = {
    "AGREEMENT": "Pseudonymised: whole days between events, sites as codes of the project.",
    "SHAREABLE": "De-identified: no site, days binned by week to day 90 and by month after it.",
    "TWIN": "Synthetic twin: the same tables and columns, and no patient behind any row.",
}
TERMS: Final[Mapping[str, str]] = {
    "AGREEMENT": "For use under the signed data use agreement and the approved request only.",
    "SHAREABLE": "For research use as agreed at the download.",
    "TWIN": "For writing and trying code; not for results.",
}
DUTIES: Final[Mapping[str, str]] = {
    "AGREEMENT": (
        "The data are pseudonymised, not anonymous. Whoever holds them has agreed not to look for the people behind "
        "them, not to join them with data about persons, and not to pass them on."
    ),
    "SHAREABLE": (
        "Nobody should be recognisable in these data, but nobody can promise it. Whoever holds them has agreed not to "
        "look for the people behind them and not to join them with data about persons."
    ),
    "TWIN": (
        "The rows of the twin belong to nobody. Numbers that come out of it say nothing about patients; "
        "run the finished script on the release itself."
    ),
}


def level_words(facts: Mapping[str, Any]) -> str:
    """Return what the data of this level are."""
    return _of_level(LEVELS, facts)


def terms(facts: Mapping[str, Any]) -> str:
    """Return the terms of use in one sentence."""
    return _of_level(TERMS, facts)


def duties(facts: Mapping[str, Any]) -> str:
    """Return what whoever holds the data has to observe."""
    return _of_level(DUTIES, facts)


def _of_level(words: Mapping[str, str], facts: Mapping[str, Any]) -> str:
    # An unknown level gets the strictest words.
    return words.get(level_of(facts), words["AGREEMENT"])
