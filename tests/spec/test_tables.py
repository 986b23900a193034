"""No grading table has a gap, an overlap or an empty interval, and every list of answers is fully graded."""

from __future__ import annotations

import importlib
import pkgutil
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

import registry.rules
from registry.rules.bands import Band, ladder, lookup, table_faults

# Tables that deliberately cover a stretch of numbers only; all others reach from end to end.
BOUNDED = {"icans.ICE_GRADES": (0, 10), "icans.CAPD_GRADES": (0, 32)}


def is_table(value: object) -> bool:
    return isinstance(value, tuple) and bool(value) and all(isinstance(band, Band) for band in value)


def tables() -> dict[str, tuple[Band[object], ...]]:
    found: dict[str, tuple[Band[object], ...]] = {}
    for module in pkgutil.iter_modules(registry.rules.__path__):
        for name, value in vars(importlib.import_module(f"registry.rules.{module.name}")).items():
            nested = value.items() if isinstance(value, dict) else [(None, value)]
            for key, table in nested:
                if is_table(table):
                    found[f"{module.name}.{name}" + (f".{key}" if key else "")] = table
    return found


TABLES = tables()


def test_the_tables_are_found() -> None:
    assert {"crs.TEMPERATURE_GRADES", "icans.ICE_GRADES", "anakinra.DOSE_CLASSES.IV", "icaht.ANC_LATE"} <= set(TABLES)


@pytest.mark.parametrize("name", sorted(TABLES))
def test_a_table_has_no_gap_no_overlap_and_no_empty_interval(name: str) -> None:
    assert table_faults(TABLES[name]) == []


@pytest.mark.parametrize("name", sorted(TABLES))
def test_a_table_reaches_as_far_as_its_values(name: str) -> None:
    table = TABLES[name]
    if name not in BOUNDED:
        assert (table[0].low, table[-1].high) == (None, None)
        return
    low, high = BOUNDED[name]
    assert (table[0].low, table[0].low_closed) == (low, True)
    assert (table[-1].high, table[-1].high_closed) == (high, True)


@given(st.sampled_from(sorted(set(TABLES) - set(BOUNDED))), st.decimals(-1000, 5000, places=2))
def test_every_number_lies_in_exactly_one_interval(name: str, value: Decimal) -> None:
    assert sum(band.contains(value) for band in TABLES[name]) == 1


@given(st.sampled_from(sorted(BOUNDED)), st.data())
def test_every_score_lies_in_exactly_one_interval(name: str, data: st.DataObject) -> None:
    score = data.draw(st.integers(*BOUNDED[name]))
    assert sum(band.contains(score) for band in TABLES[name]) == 1


ONE, TWO, THREE = Decimal(1), Decimal(2), Decimal(3)


@pytest.mark.parametrize(
    ("table", "fault"),
    [
        ((Band(0, None, ONE), Band(1, TWO, None)), "gap"),
        ((Band(0, None, TWO), Band(1, ONE, None)), "overlap"),
        ((Band(0, None, ONE, high_closed=True), Band(1, ONE, None)), "overlap"),
        ((Band(0, None, ONE), Band(1, ONE, None, low_closed=False)), "gap"),
        ((Band(0, None, None), Band(1, ONE, None)), "overlap"),
        ((Band(0, None, ONE), Band(1, ONE, ONE), Band(2, ONE, None)), "empty"),
        ((Band(0, THREE, TWO),), "empty"),
    ],
)
def test_a_faulty_table_is_told(table: tuple[Band[int], ...], fault: str) -> None:
    assert any(fault in told for told in table_faults(table))


def test_a_single_point_is_no_empty_interval() -> None:
    assert table_faults((Band(0, None, ONE), Band(1, ONE, ONE, high_closed=True))) == []


def test_a_ladder_includes_its_limits() -> None:
    table = ladder("a", ("1", "b"), ("2", "c"))
    assert [lookup(table, Decimal(x)) for x in ("0.99", "1", "1.99", "2")] == ["a", "b", "b", "c"]
    assert table_faults(table) == []
