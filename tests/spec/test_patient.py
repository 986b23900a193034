"""Age is counted in completed years at infusion and leaves the registry capped."""

from __future__ import annotations

from datetime import date

import pytest

from registry.rules.patient import AgeGroup, age_at, age_group, age_range, capped_age


@pytest.mark.parametrize(
    ("birth", "on", "age"),
    [
        (date(1960, 5, 10), date(2024, 5, 9), 63),
        (date(1960, 5, 10), date(2024, 5, 10), 64),
        (date(2000, 2, 29), date(2023, 2, 28), 22),
        (date(2000, 2, 29), date(2023, 3, 1), 23),
        (date(2024, 5, 10), date(2024, 5, 10), 0),
    ],
)
def test_age_is_completed_years(birth: date, on: date, age: int) -> None:
    assert age_at(birth, on) == age


def test_nobody_is_infused_before_birth() -> None:
    with pytest.raises(ValueError, match="before birth"):
        age_at(date(2024, 5, 10), date(2024, 5, 9))
    with pytest.raises(ValueError, match="year of birth"):
        age_range(2025, date(2024, 5, 9))


@pytest.mark.parametrize(("birth_year", "ages"), [(1960, (63, 64)), (2024, (0, 0)), (2023, (0, 1))])
def test_a_year_of_birth_leaves_two_ages_open(birth_year: int, ages: tuple[int, int]) -> None:
    assert age_range(birth_year, date(2024, 5, 9)) == ages


@pytest.mark.parametrize(
    ("age", "group"),
    [
        (0, AgeGroup.UNDER_40),
        (39, AgeGroup.UNDER_40),
        (40, AgeGroup.FROM_40_TO_64),
        (64, AgeGroup.FROM_40_TO_64),
        (65, AgeGroup.FROM_65_TO_74),
        (74, AgeGroup.FROM_65_TO_74),
        (75, AgeGroup.FROM_75),
        (101, AgeGroup.FROM_75),
    ],
)
def test_age_groups_begin_at_40_65_and_75(age: int, group: AgeGroup) -> None:
    assert age_group(age) == group


@pytest.mark.parametrize(("age", "capped"), [(89, 89), (90, 90), (91, 90)])
def test_age_leaves_the_registry_capped_at_90(age: int, capped: int) -> None:
    assert capped_age(age) == capped
