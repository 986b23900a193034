"""Deaths: the class by algorithm, by site and by adjudicators, and what a grade 5 needs."""

from __future__ import annotations

import pytest

from registry.rules.outcome import (
    CAUSE_CLASSES,
    CAUSE_OF_GRADE_FIVE,
    ClassSource,
    DeathCause,
    Toxicity,
    TrmClass,
    TrmVerdict,
    adjudicated_class,
    grade_five_fits,
    is_nonrelapse_death,
    settled_class,
    trm_class,
)

TRM, MALIGNANCY, UNKNOWN = TrmClass.TRM, TrmClass.MALIGNANCY, TrmClass.UNKNOWN


def test_every_cause_has_a_class_and_every_toxicity_a_cause() -> None:
    assert set(CAUSE_CLASSES) == set(DeathCause)
    assert set(CAUSE_OF_GRADE_FIVE) == set(Toxicity)


@pytest.mark.parametrize("cause", DeathCause)
def test_without_progression_the_cause_decides(cause: DeathCause) -> None:
    verdict = trm_class(cause, progressed_before=False, day_from_infusion=12)
    assert verdict == TrmVerdict(CAUSE_CLASSES[cause], has_conflict=False)


@pytest.mark.parametrize(
    ("cause", "progressed", "day", "related", "expected", "conflict"),
    [
        (DeathCause.ICANS, True, 30, False, TRM, True),
        (DeathCause.ICANS, True, 31, False, MALIGNANCY, True),
        (DeathCause.CRS, True, 0, False, TRM, True),
        (DeathCause.IEC_HS, True, 20, False, TRM, True),
        (DeathCause.ICANS, True, None, False, MALIGNANCY, True),
        (DeathCause.INF_BACTERIAL, True, 20, True, TRM, True),
        (DeathCause.INF_BACTERIAL, True, 20, False, MALIGNANCY, True),
        (DeathCause.INF_BACTERIAL, True, 20, None, MALIGNANCY, True),
        (DeathCause.MALIGNANCY, True, 90, False, MALIGNANCY, False),
        (DeathCause.UNKNOWN, True, 90, False, MALIGNANCY, False),
        (DeathCause.LATER_THERAPY, True, 90, False, MALIGNANCY, True),
        (DeathCause.ACCIDENT, True, 90, False, MALIGNANCY, True),
        (None, True, 90, False, MALIGNANCY, False),
        (None, False, 90, False, UNKNOWN, False),
        (DeathCause.UNKNOWN, False, 90, False, UNKNOWN, False),
        (DeathCause.INF_FUNGAL, None, 20, False, UNKNOWN, False),
        (DeathCause.MALIGNANCY, None, 20, False, MALIGNANCY, False),
    ],
)
def test_progression_makes_a_death_of_the_malignancy_except_for_early_toxic_ones(
    cause: DeathCause | None,
    progressed: bool | None,
    day: int | None,
    related: bool | None,
    expected: TrmClass,
    conflict: bool,
) -> None:
    verdict = trm_class(cause, progressed_before=progressed, day_from_infusion=day, is_anakinra_related=related)
    assert verdict == TrmVerdict(expected, conflict)


def test_a_death_is_not_taken_as_related_to_anakinra_unless_someone_says_so() -> None:
    assert trm_class(DeathCause.INF_VIRAL, progressed_before=True, day_from_infusion=20).trm_class == MALIGNANCY


@pytest.mark.parametrize(
    ("cause", "progressed", "expected"),
    [
        (DeathCause.CRS, False, True),
        (DeathCause.SECOND_MALIGNANCY, False, True),
        (DeathCause.ACCIDENT, False, True),
        (DeathCause.UNKNOWN, False, True),
        (DeathCause.INF_VIRAL, True, False),
        (DeathCause.MALIGNANCY, False, False),
        (DeathCause.MALIGNANCY, None, False),
        (DeathCause.CRS, None, None),
    ],
)
def test_relapse_first_counts_no_death_after_progression(
    cause: DeathCause, progressed: bool | None, expected: bool | None
) -> None:
    assert is_nonrelapse_death(cause, progressed_before=progressed) is expected


@pytest.mark.parametrize(
    ("verdicts", "expected"),
    [
        ([], None),
        ([TRM], None),
        ([TRM, None], None),
        ([TRM, TRM], TRM),
        ([TRM, MALIGNANCY], None),
        ([TRM, MALIGNANCY, MALIGNANCY], MALIGNANCY),
        ([TRM, MALIGNANCY, UNKNOWN], None),
    ],
)
def test_two_adjudicators_have_to_agree(verdicts: list[TrmClass | None], expected: TrmClass | None) -> None:
    assert adjudicated_class(verdicts) == expected


@pytest.mark.parametrize(
    ("adjudicated", "site", "algorithm", "expected"),
    [
        (TRM, MALIGNANCY, UNKNOWN, (TRM, ClassSource.ADJUDICATED)),
        (None, MALIGNANCY, TRM, (MALIGNANCY, ClassSource.SITE)),
        (None, None, TRM, (TRM, ClassSource.ALGORITHM)),
        (None, None, None, None),
    ],
)
def test_adjudicators_stand_above_the_site_above_the_algorithm(
    adjudicated: TrmClass | None,
    site: TrmClass | None,
    algorithm: TrmClass | None,
    expected: tuple[TrmClass, ClassSource] | None,
) -> None:
    assert settled_class(adjudicated, site, algorithm) == expected


def test_a_grade_5_needs_a_death_of_that_toxicity() -> None:
    assert grade_five_fits(Toxicity.ICANS, DeathCause.ICANS)
    assert not grade_five_fits(Toxicity.ICANS, DeathCause.CRS)
    assert not grade_five_fits(Toxicity.CRS, None)
