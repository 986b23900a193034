"""Loads every module that declares edit checks."""

from __future__ import annotations

from functools import cache
from importlib import import_module

from registry.checks.ranges import declare_ranges

MODULES = (
    "dates_baseline",
    "dates_toxicity",
    "dates_outcome",
    "weight",
    "grades_computed",
    "grades_crs",
    "grades_icans",
    "grades_episode",
    "doses",
    "therapy",
    "products",
    "labs",
    "fitness",
    "outcomes",
    "completeness",
    "identity",
)


@cache
def load() -> None:
    """Declare all edit checks: called when the program starts; a second call does nothing."""
    for name in MODULES:
        import_module(f"registry.checks.{name}")
    declare_ranges()
