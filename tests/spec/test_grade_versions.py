"""Named versions of the grades: the one in force, and what each other one answers otherwise."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.rules import crs, icans
from registry.rules.crs import CrsDay, Oxygen, crs_grade
from registry.rules.grade_versions import (
    CRS_VERSIONS,
    ICANS_VERSIONS,
    NAME_MAX,
    VERSIONS,
    UnknownVersion,
    version_names,
    versions_named,
)
from registry.rules.grading import highest
from registry.rules.icans import (
    Consciousness,
    IcansDay,
    IceAssessable,
    IcpSign,
    Motor,
    Oedema,
    Seizure,
    icans_grade,
)
from registry.rules.outcome import Toxicity
from registry.rules.provenance import PROVISIONAL, is_provisional

VASO2, ANY_O2 = "ASTCT-2019/1-vaso2", "ASTCT-2019/1-anyO2"
CAPD1, ANY_CAUSE = "ASTCT-2019/1-capd1", "ASTCT-2019/1-anycause"
FEBRILE = CrsDay(Decimal("39.0"), False, 0, False, Oxygen.ROOM_AIR)
SHOCK = replace(FEBRILE, hypotension=True, vasopressin=True)
WELL = IcansDay(
    IceAssessable.YES, Consciousness.ALERT, Seizure.NONE, Motor.NONE, Oedema.NONE, IcpSign.NONE, ice_total=10
)
CHILD = replace(WELL, ice_total=None, by_capd=True, capd_total=0)


def crs_as(name: str, day: CrsDay) -> int | None:
    return versions_named(name)[Toxicity.CRS].grade(day)


def icans_as(name: str, day: IcansDay) -> int | None:
    return versions_named(name)[Toxicity.ICANS].grade(day)


CRS = [
    ("vasopressin alone", VASO2, SHOCK, 3, 2),
    ("vasopressin alone, no hypotension ticked", VASO2, replace(SHOCK, hypotension=False), 3, 2),
    ("vasopressin beside a vasopressor", VASO2, replace(SHOCK, vasopressors=1), 3, 3),
    ("vasopressin beside two", VASO2, replace(SHOCK, vasopressors=2), 4, 4),
    ("vasopressin and who knows what else", VASO2, replace(SHOCK, vasopressors=None), None, None),
    ("perhaps vasopressin", VASO2, replace(SHOCK, vasopressin=None), None, 2),
    ("no vasopressin", VASO2, replace(SHOCK, vasopressin=False), 2, 2),
    ("no fever", VASO2, replace(SHOCK, temperature_max_c=Decimal("36.5")), 0, 0),
    ("ventilated for the airway", ANY_O2, replace(FEBRILE, oxygen=Oxygen.VENTILATION, oxygen_other_reason=True), 1, 4),
    ("ventilated, nobody knows why", ANY_O2, replace(FEBRILE, oxygen=Oxygen.CPAP, oxygen_other_reason=None), None, 4),
    ("ventilated for hypoxia", ANY_O2, replace(FEBRILE, oxygen=Oxygen.BIPAP), 4, 4),
    ("oxygen not recorded", ANY_O2, replace(FEBRILE, oxygen=None), None, None),
]
ICANS = [
    ("a CAPD score of 0", CAPD1, CHILD, 0, 1),
    ("a CAPD score of 1", CAPD1, replace(CHILD, capd_total=1), 1, 1),
    ("a CAPD score of 9", CAPD1, replace(CHILD, capd_total=9), 3, 3),
    ("no CAPD score", CAPD1, replace(CHILD, capd_total=None), None, None),
    ("a CAPD score that does not count", CAPD1, replace(WELL, capd_total=0), 0, 0),
    ("drowsy from sedation", ANY_CAUSE, replace(WELL, consciousness=Consciousness.VOICE, other_cause=True), 0, 2),
    ("nobody knows the cause", ANY_CAUSE, replace(WELL, seizure=Seizure.PROLONGED, other_cause=None), None, 4),
    ("nothing found", ANY_CAUSE, WELL, 0, 0),
    ("not examined", ANY_CAUSE, replace(WELL, ice_assessable=IceAssessable.OTHER, other_cause=True), None, None),
]


@pytest.mark.parametrize(("name", "version", "day", "now", "then"), CRS, ids=[name for name, *_ in CRS])
def test_a_version_of_crs_differs_where_it_says_so(
    name: str, version: str, day: CrsDay, now: int | None, then: int | None
) -> None:
    assert (crs_as(crs.RULE_VERSION, day), crs_as(version, day)) == (now, then)


@pytest.mark.parametrize(("name", "version", "day", "now", "then"), ICANS, ids=[name for name, *_ in ICANS])
def test_a_version_of_icans_differs_where_it_says_so(
    name: str, version: str, day: IcansDay, now: int | None, then: int | None
) -> None:
    assert (icans_as(icans.RULE_VERSION, day), icans_as(version, day)) == (now, then)


complete_days = st.builds(
    CrsDay,
    temperature_max_c=st.sampled_from([Decimal("36.5"), Decimal("38.0")]),
    hypotension=st.booleans(),
    vasopressors=st.integers(0, 3),
    vasopressin=st.booleans(),
    oxygen=st.sampled_from(Oxygen),
    is_established=st.booleans(),
    is_masked=st.booleans(),
    oxygen_other_reason=st.booleans(),
)


@given(complete_days)
def test_only_vasopressin_alone_and_oxygen_for_another_reason_are_ever_graded_otherwise(day: CrsDay) -> None:
    if not (day.vasopressin and day.vasopressors == 0):
        assert crs_as(VASO2, day) == crs_grade(day)
    if not day.oxygen_other_reason:
        assert crs_as(ANY_O2, day) == crs_grade(day)


def test_the_version_in_force_comes_first_and_is_the_rule_itself() -> None:
    assert (CRS_VERSIONS[0].name, CRS_VERSIONS[0].grade) == (crs.RULE_VERSION, crs_grade)
    assert (ICANS_VERSIONS[0].name, ICANS_VERSIONS[0].grade) == (icans.RULE_VERSION, icans_grade)


def test_names_are_told_apart_and_fit_beside_the_grade() -> None:
    for toxicity in VERSIONS:
        names = version_names(toxicity)
        assert len(set(names)) == len(names)
        assert all(0 < len(name) <= NAME_MAX for name in names)


def test_a_name_may_be_that_of_a_version_of_both_or_of_one() -> None:
    assert set(versions_named("ASTCT-2019/1")) == {Toxicity.CRS, Toxicity.ICANS}
    assert set(versions_named(VASO2)) == {Toxicity.CRS}
    assert set(versions_named("ASTCT-2019/1", [Toxicity.ICANS])) == {Toxicity.ICANS}


def test_an_unknown_name_is_answered_with_the_known_ones() -> None:
    with pytest.raises(UnknownVersion, match=f"'LEE-2014'.*CRS: ASTCT-2019/1, {VASO2}.*ICANS: .*{ANY_CAUSE}"):
        versions_named("LEE-2014")
    with pytest.raises(UnknownVersion) as refused:
        versions_named(VASO2, [Toxicity.ICANS])
    assert "CRS" not in str(refused.value)


@pytest.mark.parametrize(
    ("grades", "stated"),
    [([], None), ([0], 0), ([1, 3, 2], 3), ([None], None), ([3, None], None), ([4, None], 4)],
)
def test_the_highest_grade_of_an_episode_is_stated_when_no_day_could_be_higher(
    grades: list[int | None], stated: int | None
) -> None:
    assert highest(grades) == stated


def test_every_version_that_is_not_in_force_answers_a_question_that_a_clinician_has_yet_to_decide() -> None:
    assert is_provisional("grade_versions.VERSIONS")
    assert {"crs.VASOPRESSIN_GRADES", "crs.CrsDay", "icans.CAPD_GRADES", "icans.icans_rows"} <= set(PROVISIONAL)
