"""What no estimator accepts is refused, with words that tell what to do."""

from __future__ import annotations

import math
import pickle

import pytest

from exports.survival.cumulative_incidence import cumulative_incidence
from exports.survival.errors import NotEstimable
from exports.survival.gray import gray_test
from exports.survival.kaplan_meier import kaplan_meier


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"time": [1, -2]}, "below 0"),
        ({"time": [1, None]}, "missing"),
        ({"time": [1, math.nan]}, "missing or infinite"),
        ({"time": ["1", "2"]}, "not numbers"),
        ({"time": [[1, 2]]}, "dimensions"),
        ({"status": [1]}, "1 values for 2 times"),
        ({"status": [1, -1]}, "codes other than"),
        ({"status": [1, 0.5]}, "codes other than"),
        ({"group": ["a", None]}, "not text"),
        ({"group": ["a", ""]}, "not text"),
        ({"group": ["a"]}, "1 values for 2 times"),
        ({"entry": [0, 2]}, "never at risk"),
        ({"entry": [0, math.inf]}, "missing or infinite"),
    ],
)
def test_input_that_is_not_complete_is_refused_with_advice(wrong, words):
    with pytest.raises(NotEstimable, match=words) as caught:
        cumulative_incidence(**{"time": [1, 2], "status": [1, 0], "group": ["a", "b"]} | wrong)
    assert caught.value.code == "BAD_INPUT"
    assert str(caught.value) == f"{caught.value.message} {caught.value.advice}"


def test_other_questions_that_have_no_answer_are_refused():
    found = cumulative_incidence([1, 2], [1, 0])["all"]
    for question in (
        lambda: found.at(-1),
        lambda: found.at(math.nan),
        lambda: found.curve(0),
        lambda: kaplan_meier([1, 2], [1, 2]),
        lambda: gray_test([1, 2], [1, 0], ["a", "b"], rho=math.nan),
    ):
        with pytest.raises(NotEstimable) as caught:
            question()
        assert caught.value.code == "BAD_INPUT"
    with pytest.raises(NotEstimable) as caught:
        kaplan_meier([], [])
    assert caught.value.code == "TOO_FEW"


def test_an_error_crosses_a_process_boundary_with_its_parts():
    error = pickle.loads(pickle.dumps(NotEstimable("NO_EVENT", "Nobody had an event.", "Give the counts.")))
    assert (error.code, error.message, error.advice) == ("NO_EVENT", "Nobody had an event.", "Give the counts.")
