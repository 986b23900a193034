"""The clinician's grade of a day against the computed one: one apart asks, two apart blocks."""

from __future__ import annotations

import pytest

from registry.checks import grades_computed  # noqa: F401
from tests.integration.checks.case_of import FEVER, ICE_5
from tests.integration.checks.spec_of import is_found

pytestmark = pytest.mark.django_db
CODES = {
    "crs_assessment": ("GR01_CRS_COMP", "GR01_CRS_COMP_2"),
    "icans_assessment": ("GR02_ICANS_COMP", "GR02_ICANS_COMP_2"),
}


@pytest.mark.parametrize(
    ("sentence", "topic", "components", "reported", "one_apart", "far_apart"),
    [
        ("CRS of grade 1, agreed", "crs_assessment", FEVER, 1, False, False),
        ("CRS of grade 1, said to be 0", "crs_assessment", FEVER, 0, True, False),
        ("CRS of grade 1, said to be 2", "crs_assessment", FEVER, 2, True, False),
        ("CRS of grade 1, said to be 3", "crs_assessment", FEVER, 3, False, True),
        ("CRS of grade 1, said to be 4", "crs_assessment", FEVER, 4, False, True),
        ("a death of CRS on the day", "crs_assessment", FEVER, 5, False, False),
        ("CRS not graded by the clinician", "crs_assessment", FEVER, None, False, False),
        ("CRS, a component missing", "crs_assessment", {**FEVER, "oxygen": None}, 4, False, False),
        ("ICANS of grade 2, agreed", "icans_assessment", ICE_5, 2, False, False),
        ("ICANS of grade 2, said to be 1", "icans_assessment", ICE_5, 1, True, False),
        ("ICANS of grade 2, said to be 3", "icans_assessment", ICE_5, 3, True, False),
        ("ICANS of grade 2, said to be 0", "icans_assessment", ICE_5, 0, False, True),
        ("ICANS of grade 2, said to be 4", "icans_assessment", ICE_5, 4, False, True),
        ("a death of ICANS on the day", "icans_assessment", ICE_5, 5, False, False),
        ("ICANS not graded by the clinician", "icans_assessment", ICE_5, None, False, False),
        ("ICANS, a component missing", "icans_assessment", {**ICE_5, "motor": None}, 0, False, False),
    ],
)
@pytest.mark.parametrize("is_far", [False, True])
def test_grades_agree(sev, sentence, topic, components, reported, one_apart, far_apart, is_far):
    day = (topic, {**components, "grade_reported": reported})
    assert is_found(sev, CODES[topic][is_far], day) == (far_apart if is_far else one_apart), sentence
