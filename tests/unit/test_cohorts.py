"""Criteria of cohorts: declared levels, refusals in words, and counts that are sums of whole groups."""

from __future__ import annotations

import polars as pl
import pytest

from exports.cohorts.checking import CohortError, checked_cohort
from exports.cohorts.counting import matching, rounded
from exports.cohorts.criteria import CRITERIA
from exports.cohorts.words import cohort_words
from exports.datasets.adsl import ADSL
from exports.leaving.cohort import meeting


@pytest.mark.parametrize("column", CRITERIA)
def test_every_criterion_is_a_column_of_the_subject_level_dataset_with_the_same_levels(column: str):
    declared = next(one for one in ADSL.columns if one.column == column)
    criterion = CRITERIA[column]
    assert criterion.is_number == (declared.type == "integer")
    if declared.choices:
        assert set(criterion.codes) <= {code for code, _label in declared.choices}


def test_a_cohort_comes_back_in_the_order_and_the_types_of_its_columns():
    asked = {"FUPDAYS": {"min": "28"}, "CRSMAX": {"in": ["4", "3", "4"]}, "PROD": {"in": ["LISO", "AXI"]}}
    cohort = checked_cohort(asked)
    assert cohort == {"CRSMAX": {"in": [3, 4]}, "FUPDAYS": {"min": 28}, "PROD": {"in": ["AXI", "LISO"]}}
    assert checked_cohort(cohort) == cohort


def test_a_checked_cohort_is_what_leaving_takes():
    people = pl.DataFrame({"PROD": ["AXI", "LISO", "AXI", None], "CRSMAX": [3, 4, 1, 4], "FUPDAYS": [30, 28, 90, 90]})
    cohort = checked_cohort({"CRSMAX": {"in": [3, 4]}, "PROD": {"in": ["AXI", "LISO"]}, "FUPDAYS": {"min": 28}})
    assert meeting(cohort, people).height == 2


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ([], "A cohort is a list of criteria"),
        ({"SITEPSEUD": {"in": ["S01"]}}, "Cases cannot be chosen by SITEPSEUD"),
        ({"PROD": {"in": ["AXI", "NONE"]}}, "CAR-T product: there is no level NONE"),
        ({"PROD": {"in": []}}, "CAR-T product: choose at least one level"),
        ({"PROD": {"min": "AXI"}}, "CAR-T product: say which levels are wanted"),
        ({"PROD": {"in": "AXI"}}, "CAR-T product: choose at least one level"),
        ({"PROD": ["AXI"]}, "CAR-T product: say which levels are wanted"),
        ({"CRSMAX": {"in": [True]}}, "Highest CRS grade (ASTCT): there is no level True"),
        ({"FUPDAYS": {"min": 29}}, "Follow-up of at least: there is no level 29"),
        ({"FUPDAYS": {"min": 28, "max": 60}}, "Follow-up of at least: say which levels are wanted"),
    ],
)
def test_what_is_not_declared_is_refused_in_words(asked: object, words: str):
    with pytest.raises(CohortError) as refusal:
        checked_cohort(asked)
    assert words in str(refusal.value)


def test_a_cohort_is_told_in_words():
    told = cohort_words({"FUPDAYS": {"min": 28}, "SEX": {"in": ["FEMALE"]}, "GONE": {"in": ["X"]}})
    assert told == [("Follow-up of at least", "28 days"), ("Sex", "female"), ("GONE", "X")]


GROUPS = [
    {"size": 12, "levels": {"PROD": "AXI", "FUPDAYS": "90", "SEX": "MALE"}},
    {"size": 14, "levels": {"PROD": "LISO", "FUPDAYS": "28", "SEX": "MALE"}},
    {"size": 11, "levels": {"PROD": "AXI", "SEX": "FEMALE"}},
]


@pytest.mark.parametrize(
    ("cohort", "count"),
    [
        ({}, 37),
        ({"PROD": {"in": ["AXI"]}}, 23),
        ({"PROD": {"in": ["AXI", "LISO"]}, "SEX": {"in": ["MALE"]}}, 26),
        ({"FUPDAYS": {"min": 60}}, 12),
        ({"FUPDAYS": {"min": 28}}, 26),
        ({"PROD": {"in": ["TISA"]}}, 0),
    ],
)
def test_a_count_is_the_sum_of_the_whole_groups_that_match(cohort: dict[str, dict[str, object]], count: int):
    assert matching(GROUPS, cohort) == count


@pytest.mark.parametrize(
    ("count", "shown"), [(0, None), (10, None), (11, 10), (12, 10), (13, 15), (17, 15), (18, 20), (1000, 1000)]
)
def test_a_small_count_is_not_shown_and_others_are_rounded(count: int, shown: int | None):
    assert rounded(count, small=11, round_to=5) == shown


def test_a_coarse_rounding_never_shows_nobody():
    assert rounded(5, small=5, round_to=20) == 20
