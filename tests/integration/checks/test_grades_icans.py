"""ICANS of children is graded by CAPD, and haemorrhage gives no grade."""

from __future__ import annotations

import datetime as dt

import pytest

from registry.checks import grades_icans  # noqa: F401
from tests.integration.checks.case_of import day
from tests.integration.checks.spec_of import is_found

pytestmark = pytest.mark.django_db
ICE = {"ice_total": 8, "ice_assessable": "YES"}


@pytest.mark.parametrize(
    ("sentence", "patient", "values", "found"),
    [
        ("11 years old, ICE", {"age_at_infusion": 11}, ICE, True),
        ("12 years old, ICE", {"age_at_infusion": 12}, ICE, False),
        ("11 years old, one item of ICE", {"age_at_infusion": 11}, {"ice_naming": 3}, True),
        ("11 years old, ICE and CAPD", {"age_at_infusion": 11}, {**ICE, "capd": 5}, False),
        ("11 years old, neither", {"age_at_infusion": 11}, {}, False),
        ("age not known, 11 at most by year of birth", {"birth_year": 2010}, ICE, True),
        ("age not known, perhaps 12 by year of birth", {"birth_year": 2009}, ICE, False),
        ("12 years old whatever the year of birth", {"age_at_infusion": 12, "birth_year": 2010}, ICE, False),
        ("adult with developmental delay", {"age_at_infusion": 30, "has_developmental_delay": True}, ICE, True),
        ("neither age nor delay known", {}, ICE, False),
    ],
)
def test_capd_replaces_ice_in_children(sev, sentence, patient, values, found):
    assert is_found(sev, "GR08_CAPD", ("patient", patient), ("icans_assessment", values)) == found, sentence


def findings(ice, number=4):
    return (
        "icans_assessment",
        {
            "assessed_on": day(number),
            "ice_assessable": "YES",
            "ice_total": ice,
            "consciousness": "ALERT",
            "seizure": "NONE",
            "motor": "NONE",
            "oedema": "NONE",
            "icp_sign": "NONE",
            "has_other_cause": False,
        },
    )


def episode(grade, haemorrhage=True):
    return "icans_episode", {"max_grade": grade, "had_haemorrhage": haemorrhage, "onset_on": dt.date(2021, 6, 12)}


@pytest.mark.parametrize(
    ("sentence", "rows", "found"),
    [
        ("grade 4, findings of grade 1", [episode(4), findings(8)], True),
        ("grade 4, findings of grade 0", [episode(4), findings(10)], True),
        ("grade 1, findings of grade 1", [episode(1), findings(8)], False),
        ("grade 1 on the second of two days", [episode(1), findings(10, 3), findings(8)], False),
        ("grade 0", [episode(0), findings(10)], False),
        ("a day not known", [episode(4), findings(8, 3), findings(None)], False),
        ("no day recorded", [episode(4)], False),
        ("no haemorrhage", [episode(4, haemorrhage=False), findings(8)], False),
        ("haemorrhage not known", [episode(4, haemorrhage=None), findings(8)], False),
        ("highest grade not known", [episode(None), findings(8)], False),
        ("a death", [episode(5), findings(8)], False),
    ],
)
def test_haemorrhage_gives_no_grade(sev, sentence, rows, found):
    assert is_found(sev, "GR12_ICH", *rows) == found, sentence
