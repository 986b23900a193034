"""The ASTCT grade of CRS: every cell of the table, its limits, what is missing, and what can never happen."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.rules.crs import (
    OXYGEN_GRADES,
    VASOPRESSIN_GRADES,
    CrsDay,
    Oxygen,
    crs_grade,
    crs_signs_gone,
    explain,
    has_crs,
)

WELL = CrsDay(Decimal("36.8"), False, 0, False, Oxygen.ROOM_AIR)
FEBRILE = replace(WELL, temperature_max_c=Decimal("38.0"))


def day(temp: str | None = "39.0", **changes: object) -> CrsDay:
    return replace(FEBRILE, temperature_max_c=None if temp is None else Decimal(temp), **changes)  # type: ignore[arg-type]


CELLS = [
    ("fever alone", day(), 1),
    ("hypotension without vasopressor", day(hypotension=True), 2),
    ("one vasopressor", day(hypotension=True, vasopressors=1), 3),
    ("one vasopressor and vasopressin", day(hypotension=True, vasopressors=1, vasopressin=True), 3),
    ("vasopressin alone", day(hypotension=True, vasopressin=True), 3),
    ("two vasopressors", day(hypotension=True, vasopressors=2), 4),
    ("three vasopressors and vasopressin", day(hypotension=True, vasopressors=3, vasopressin=True), 4),
    ("room air", day(oxygen=Oxygen.ROOM_AIR), 1),
    ("low flow", day(oxygen=Oxygen.LOW_FLOW), 2),
    ("blow-by", day(oxygen=Oxygen.BLOW_BY), 2),
    ("high flow", day(oxygen=Oxygen.HIGH_FLOW), 3),
    ("face mask", day(oxygen=Oxygen.FACE_MASK), 3),
    ("non-rebreather mask", day(oxygen=Oxygen.NON_REBREATHER), 3),
    ("venturi mask", day(oxygen=Oxygen.VENTURI), 3),
    ("CPAP", day(oxygen=Oxygen.CPAP), 4),
    ("BiPAP", day(oxygen=Oxygen.BIPAP), 4),
    ("ventilation", day(oxygen=Oxygen.VENTILATION), 4),
    ("the worse row decides", day(hypotension=True, oxygen=Oxygen.VENTURI), 3),
]


@pytest.mark.parametrize(("name", "given_day", "grade"), CELLS, ids=[name for name, *_ in CELLS])
def test_every_cell_of_the_table_gives_its_grade(name: str, given_day: CrsDay, grade: int) -> None:
    assert crs_grade(given_day) == grade


VECTORS = [
    ("noradrenaline and vasopressin", day(hypotension=True, vasopressors=1, vasopressin=True), 3),
    ("noradrenaline and adrenaline", day(hypotension=True, vasopressors=2), 4),
    ("38.0 only", day("38.0"), 1),
    ("37.9, never febrile, hypotension", day("37.9", hypotension=True), 0),
    (
        "37.5 masked, 1 vasopressor, cannula 4 L",
        day(
            "37.5",
            is_established=True,
            is_masked=True,
            hypotension=True,
            vasopressors=1,
            oxygen=Oxygen.LOW_FLOW,
            oxygen_l_min=Decimal(4),
        ),
        3,
    ),
    ("39 and cannula 6 L", day(oxygen=Oxygen.LOW_FLOW, oxygen_l_min=Decimal(6)), 2),
    ("39 and cannula 6.1 L", day(oxygen=Oxygen.LOW_FLOW, oxygen_l_min=Decimal("6.1")), 3),
    ("39 and cannula 7 L", day(oxygen=Oxygen.LOW_FLOW, oxygen_l_min=Decimal(7)), 3),
    ("37.99 is no fever", day("37.99"), 0),
    ("fever of another cause", day(fever_other_cause=True, hypotension=True), 0),
    ("masked but CRS never established", day("37.0", is_masked=True, hypotension=True), 0),
    ("established but not masked", day("37.0", is_established=True, hypotension=True), 0),
    ("masked, all support gone", day("37.0", is_established=True, is_masked=True), 0),
    ("intubated to protect the airway", day(oxygen=Oxygen.VENTILATION, oxygen_other_reason=True), 1),
    (
        "masked, ventilated to protect the airway",
        day("37.0", is_established=True, is_masked=True, oxygen=Oxygen.VENTILATION, oxygen_other_reason=True),
        0,
    ),
    (
        "masked, room air whatever it would have been for",
        day("37.0", is_established=True, is_masked=True, oxygen_other_reason=None),
        0,
    ),
    ("vasopressor given although pressure not called low", day(hypotension=False, vasopressors=1), 3),
]


@pytest.mark.parametrize(("name", "given_day", "grade"), VECTORS, ids=[name for name, *_ in VECTORS])
def test_known_cases_get_the_grade_of_the_consensus(name: str, given_day: CrsDay, grade: int) -> None:
    assert crs_grade(given_day) == grade


MISSING = [
    ("nothing recorded", CrsDay(None, None, None, None, None), None),
    ("temperature", day(None), None),
    ("temperature, but masked and on a vasopressor", day(None, is_established=True, is_masked=True, vasopressors=1), 3),
    ("temperature, masked, no support", day(None, is_established=True, is_masked=True), None),
    ("temperature, fever of another cause anyway", day(None, fever_other_cause=True), 0),
    ("hypotension", day(hypotension=None), None),
    ("hypotension, vasopressor known", day(hypotension=None, vasopressors=1), 3),
    ("vasopressors", day(hypotension=True, vasopressors=None), None),
    ("vasopressors, ventilated", day(vasopressors=None, oxygen=Oxygen.VENTILATION), 4),
    ("vasopressin", day(vasopressin=None), None),
    ("vasopressin, one vasopressor", day(vasopressors=1, vasopressin=None), 3),
    ("oxygen", day(oxygen=None), None),
    ("oxygen, two vasopressors", day(vasopressors=2, oxygen=None), 4),
    ("oxygen, one vasopressor", day(vasopressors=1, oxygen=None), None),
    ("cause of the fever", day(fever_other_cause=None), None),
    ("cause of a fever that is none", day("37.0", fever_other_cause=None), 0),
    ("whether masked", day("37.0", is_established=True, is_masked=None, vasopressors=1), None),
    ("whether masked, no support", day("37.0", is_established=True, is_masked=None), 0),
    ("whether the oxygen is for CRS", day(oxygen=Oxygen.CPAP, oxygen_other_reason=None), None),
    ("whether the oxygen is for CRS, two vasopressors", day(vasopressors=2, oxygen_other_reason=None), 4),
]


@pytest.mark.parametrize(("name", "given_day", "grade"), MISSING, ids=[name for name, *_ in MISSING])
def test_a_missing_component_leaves_the_grade_unknown_only_if_it_could_change_it(
    name: str, given_day: CrsDay, grade: int | None
) -> None:
    assert crs_grade(given_day) == grade


days = st.builds(
    CrsDay,
    temperature_max_c=st.none() | st.sampled_from([Decimal(t) for t in ("36.5", "37.9", "38.0", "40.1")]),
    hypotension=st.none() | st.booleans(),
    vasopressors=st.none() | st.integers(0, 3),
    vasopressin=st.none() | st.booleans(),
    oxygen=st.none() | st.sampled_from(Oxygen),
    oxygen_l_min=st.none() | st.sampled_from([Decimal(2), Decimal(6), Decimal(7)]),
    fever_other_cause=st.none() | st.booleans(),
    is_established=st.none() | st.booleans(),
    is_masked=st.none() | st.booleans(),
    oxygen_other_reason=st.none() | st.booleans(),
)
CHOICES: dict[str, list[object]] = {
    "temperature_max_c": [Decimal("36.5"), Decimal("38.0"), Decimal("40.1")],
    "hypotension": [False, True],
    "vasopressors": [0, 1, 2, 3],
    "vasopressin": [False, True],
    "oxygen": list(Oxygen),
    "fever_other_cause": [False, True],
    "is_established": [False, True],
    "is_masked": [False, True],
    "oxygen_other_reason": [False, True],
}


def completions(given_day: CrsDay) -> set[int | None]:
    """The grades of every complete day that the incomplete one could have been."""
    open_names = [name for name in CHOICES if getattr(given_day, name) is None]
    complete = [given_day]
    for name in open_names:
        complete = [replace(one, **{name: value}) for one in complete for value in CHOICES[name]]
    return {crs_grade(one) for one in complete}


@given(days)
def test_the_grade_is_known_exactly_when_every_completion_agrees(given_day: CrsDay) -> None:
    possible = completions(replace(given_day, oxygen_l_min=None))
    assert None not in possible
    expected = possible.pop() if len(possible) == 1 else None
    assert crs_grade(replace(given_day, oxygen_l_min=None)) == expected


STEPS: dict[str, list[object]] = {
    "temperature_max_c": [Decimal("36.5"), Decimal("38.0")],
    "hypotension": [False, True],
    "vasopressors": [0, 1, 2, 3],
    "vasopressin": [False, True],
    "oxygen": sorted(Oxygen, key=lambda oxygen: OXYGEN_GRADES[oxygen]),
}
complete_days = st.builds(
    CrsDay,
    **{name: st.sampled_from(values) for name, values in STEPS.items()},  # type: ignore[arg-type]
    is_established=st.booleans(),
    is_masked=st.booleans(),
)


@given(complete_days, st.sampled_from(sorted(STEPS)), st.data())
def test_worsening_one_component_never_lowers_the_grade(given_day: CrsDay, name: str, data: st.DataObject) -> None:
    values = STEPS[name]
    worse = data.draw(st.sampled_from(values[values.index(getattr(given_day, name)) :]))
    before, after = crs_grade(given_day), crs_grade(replace(given_day, **{name: worse}))
    assert before is not None
    assert after is not None
    assert after >= before


def test_every_oxygen_support_and_answer_has_a_grade() -> None:
    assert set(OXYGEN_GRADES) == set(Oxygen)
    assert set(VASOPRESSIN_GRADES) == {False, True}


def test_a_negative_number_of_vasopressors_is_refused() -> None:
    with pytest.raises(ValueError, match="negative"):
        crs_grade(day(vasopressors=-1))


@pytest.mark.parametrize(
    ("given_day", "gone"),
    [
        (WELL, True),
        (FEBRILE, False),
        (replace(WELL, oxygen=Oxygen.LOW_FLOW), False),
        (replace(WELL, oxygen=None), None),
        (replace(WELL, oxygen=None, vasopressors=1), False),
    ],
)
def test_the_signs_are_gone_when_fever_oxygen_and_vasopressors_are(given_day: CrsDay, gone: bool | None) -> None:
    assert crs_signs_gone(given_day) is gone


def test_whether_it_is_crs_at_all_may_be_unknown() -> None:
    assert has_crs(day(None)) is None
    assert has_crs(day()) is True
    assert has_crs(WELL) is False


def test_the_explanation_names_the_grade_and_each_row() -> None:
    assert explain(day(hypotension=True, oxygen=None)) == (
        "CRS grade unknown (ASTCT): fever 1, hypotension 2, hypoxia unknown"
    )
    assert explain(day(vasopressors=1)) == "CRS grade 3 (ASTCT): fever 1, hypotension 3, hypoxia 0"
    assert "no fever" in explain(day("37.9", hypotension=True))
