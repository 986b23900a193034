"""IEC-HS and blood counts after CAR-T: provisional rules, tested as they are built."""

from __future__ import annotations

from decimal import Decimal

import pytest

from registry.rules.icaht import early_icaht_grade, early_t_icaht_grade, late_icaht_grade, longest_spell
from registry.rules.iechs import (
    REASON_GRADES,
    TIERS,
    CriteriaMet,
    IecHsCriterion,
    IecHsGradeReason,
    criteria_met,
    ferritin_raised,
    iechs_grade,
)


def series(*runs: tuple[int, str]) -> dict[int, Decimal]:
    """Counts of days 0 to 30 from (days, value) runs; the last run goes on to the end."""
    values = [Decimal(value) for days, value in runs for _ in range(days)]
    values += [values[-1]] * (31 - len(values))
    return dict(enumerate(values))


@pytest.mark.parametrize(
    ("runs", "grade"),
    [
        ([(31, "2")], 0),
        ([(1, "0.5"), (1, "0.51")], 1),
        ([(6, "0.5"), (1, "2")], 1),
        ([(7, "0.5"), (1, "2")], 2),
        ([(13, "0.5"), (1, "2")], 2),
        ([(14, "0.5"), (1, "2")], 3),
        ([(30, "0.5"), (1, "2")], 3),
        ([(31, "0.5")], 4),
        ([(6, "0.1"), (1, "2")], 1),
        ([(7, "0.1"), (1, "2")], 3),
        ([(13, "0.1"), (1, "2")], 3),
        ([(14, "0.1"), (1, "2")], 4),
        ([(4, "0.4"), (2, "0.9"), (4, "0.4"), (1, "2")], 2),
        ([(4, "0.4"), (3, "0.9"), (4, "0.4"), (1, "2")], 1),
    ],
)
def test_early_neutropenia_is_graded_by_depth_and_days(runs: list[tuple[int, str]], grade: int) -> None:
    assert early_icaht_grade(series(*runs)) == grade


@pytest.mark.parametrize(
    ("runs", "grade"),
    [
        ([(31, "50")], 0),
        ([(1, "49"), (1, "80")], 1),
        ([(6, "49"), (1, "80")], 1),
        ([(7, "49"), (1, "80")], 2),
        ([(31, "20")], 2),
        ([(1, "19"), (1, "80")], 3),
        ([(13, "19"), (1, "80")], 3),
        ([(14, "19"), (1, "80")], 4),
    ],
)
def test_early_thrombocytopenia_is_graded_by_depth_and_days(runs: list[tuple[int, str]], grade: int) -> None:
    assert early_t_icaht_grade(series(*runs)) == grade


def test_days_without_a_count_leave_the_grade_unknown_only_if_they_matter() -> None:
    every_third_day = {day: Decimal(2) for day in range(0, 31, 3)}
    assert early_icaht_grade(every_third_day) == 0
    assert early_icaht_grade({0: Decimal(2), 30: Decimal(2)}) is None
    assert early_icaht_grade({}) is None
    assert early_icaht_grade({day: Decimal("0.05") for day in range(15)}) == 4


def test_days_after_the_end_of_observation_do_not_count() -> None:
    assert early_icaht_grade({day: Decimal("0.4") for day in range(5)}, last_day=4) == 1


@pytest.mark.parametrize(
    ("counts", "grade"),
    [
        ([], None),
        (["0.1"], None),
        (["0.1", "2"], 0),
        (["0.1", "1.5"], 1),
        (["1.5", "1.51"], 0),
        (["1.0", "1.0"], 2),
        (["0.5", "0.1", "0.5"], 3),
        (["0.1", "0.05"], 4),
    ],
)
def test_late_neutropenia_needs_two_counts_at_a_limit(counts: list[str], grade: int | None) -> None:
    late = {31 + day: Decimal(count) for day, count in enumerate(counts)}
    assert late_icaht_grade({30: Decimal("0.01")} | late) == grade


@pytest.mark.parametrize(
    ("days", "length"), [([], 0), ([3], 1), ([1, 2, 3], 3), ([1, 4], 4), ([1, 5], 1), ([1, 2, 6, 7, 8, 20], 3)]
)
def test_spells_with_fewer_than_3_days_between_are_one(days: list[int], length: int) -> None:
    assert longest_spell(days) == length


@pytest.mark.parametrize(
    ("ferritin", "normal", "baseline", "raised"),
    [
        ("601", "300", "900", True),
        ("600", "300", "900", False),
        ("1801", None, "900", True),
        ("1800", None, "900", None),
        (None, "300", "900", None),
        ("5000", None, None, None),
    ],
)
def test_ferritin_is_raised_above_twice_normal_or_baseline(
    ferritin: str | None, normal: str | None, baseline: str | None, raised: bool | None
) -> None:
    assert (
        ferritin_raised(*(None if text is None else Decimal(text) for text in (ferritin, normal, baseline))) is raised
    )


def test_findings_are_counted_by_their_weight() -> None:
    found = [IecHsCriterion.FERRITIN, IecHsCriterion.CYTOPENIA, IecHsCriterion.LDH, IecHsCriterion.FEVER]
    assert criteria_met(found) == CriteriaMet(has_required=True, common=1, other=2)
    assert criteria_met([]) == CriteriaMet(has_required=False, common=0, other=0)


@pytest.mark.parametrize(
    ("manifestations", "grade"),
    [
        ([], None),
        ([IecHsGradeReason.OBSERVATION], 1),
        ([IecHsGradeReason.DIRECTED_THERAPY, IecHsGradeReason.FIBRINOGEN_REPLACED], 2),
        ([IecHsGradeReason.KIDNEY_INJURY, IecHsGradeReason.OBSERVATION], 3),
        ([IecHsGradeReason.DIALYSIS], 4),
        ([IecHsGradeReason.DEATH, IecHsGradeReason.DIALYSIS], 5),
    ],
)
def test_the_worst_manifestation_grades_iec_hs(manifestations: list[IecHsGradeReason], grade: int | None) -> None:
    assert iechs_grade(manifestations) == grade


def test_every_finding_has_a_tier_and_every_manifestation_a_grade() -> None:
    assert set(TIERS) == set(IecHsCriterion)
    assert set(REASON_GRADES) == set(IecHsGradeReason)
    assert set(REASON_GRADES.values()) == {1, 2, 3, 4, 5}
