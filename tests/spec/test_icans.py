"""The ASTCT grade of ICANS: every cell of the table, ICE and CAPD, what is missing, and what can never happen."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.rules.icans import (
    CONSCIOUSNESS_GRADES,
    ICP_GRADES,
    MOTOR_GRADES,
    OEDEMA_GRADES,
    SEIZURE_GRADES,
    Consciousness,
    IcansDay,
    IceAssessable,
    IcpSign,
    Motor,
    Oedema,
    Seizure,
    explain,
    icans_grade,
    ice_total,
    uses_capd,
)

WELL = IcansDay(
    IceAssessable.YES, Consciousness.ALERT, Seizure.NONE, Motor.NONE, Oedema.NONE, IcpSign.NONE, ice_total=10
)


def day(**changes: object) -> IcansDay:
    return replace(WELL, **changes)  # type: ignore[arg-type]


def child(**changes: object) -> IcansDay:
    return replace(WELL, by_capd=True, ice_total=None, **changes)  # type: ignore[arg-type]


CELLS = [
    *[(f"ICE {score}", day(ice_total=score), grade) for score, grade in enumerate((3, 3, 3, 2, 2, 2, 2, 1, 1, 1, 0))],
    ("ICE 0, awake", day(ice_total=0, consciousness=Consciousness.ALERT), 3),
    ("ICE not possible, unarousable", day(ice_total=None, ice_assessable=IceAssessable.UNAROUSABLE), 4),
    ("ICE 0, unarousable", day(ice_total=0, ice_assessable=IceAssessable.UNAROUSABLE), 4),
    ("alert", day(consciousness=Consciousness.ALERT), 0),
    ("ICE 10 but drowsy", day(consciousness=Consciousness.SPONTANEOUS), 1),
    ("awakens to voice", day(consciousness=Consciousness.VOICE), 2),
    ("awakens only to touch", day(consciousness=Consciousness.TACTILE), 3),
    ("unarousable", day(consciousness=Consciousness.UNAROUSABLE), 4),
    ("clinical seizure", day(seizure=Seizure.CLINICAL_RESOLVING), 3),
    ("non-convulsive seizure", day(seizure=Seizure.NONCONVULSIVE_RESOLVING), 3),
    ("prolonged seizure", day(seizure=Seizure.PROLONGED), 4),
    ("repetitive seizures", day(seizure=Seizure.REPETITIVE), 4),
    ("hemiparesis", day(motor=Motor.FOCAL_WEAKNESS), 4),
    ("focal oedema", day(oedema=Oedema.FOCAL), 3),
    ("diffuse oedema", day(oedema=Oedema.DIFFUSE), 4),
    ("posturing", day(icp_sign=IcpSign.POSTURING), 4),
    ("sixth nerve palsy", day(icp_sign=IcpSign.CN6_PALSY), 4),
    ("papilloedema", day(icp_sign=IcpSign.PAPILLOEDEMA), 4),
    ("Cushing triad", day(icp_sign=IcpSign.CUSHING), 4),
    ("the worst row decides", day(ice_total=8, consciousness=Consciousness.VOICE, oedema=Oedema.FOCAL), 3),
    ("child, CAPD 0", child(capd_total=0), 0),
    ("child, CAPD 1", child(capd_total=1), 1),
    ("child, CAPD 8", child(capd_total=8, consciousness=Consciousness.SPONTANEOUS), 1),
    ("child, CAPD 8, to voice", child(capd_total=8, consciousness=Consciousness.VOICE), 2),
    ("child, CAPD 9", child(capd_total=9), 3),
    ("child, CAPD 32", child(capd_total=32), 3),
    ("child, CAPD not possible", child(ice_assessable=IceAssessable.UNAROUSABLE), 4),
    ("child, seizure", child(capd_total=2, seizure=Seizure.CLINICAL_RESOLVING), 3),
    ("child, an ICE score is not read", replace(child(capd_total=2), ice_total=0), 1),
]


@pytest.mark.parametrize(("name", "given_day", "grade"), CELLS, ids=[name for name, *_ in CELLS])
def test_every_cell_of_the_table_gives_its_grade(name: str, given_day: IcansDay, grade: int) -> None:
    assert icans_grade(given_day) == grade


NOTHING = IcansDay(None, None, None, None, None, None)
MISSING = [
    ("nothing recorded", NOTHING, None),
    ("ICE", day(ice_total=None), None),
    ("ICE, sedated", day(ice_total=None, ice_assessable=IceAssessable.OTHER), None),
    ("ICE, unarousable by consciousness", day(ice_total=None, consciousness=Consciousness.UNAROUSABLE), 4),
    ("ICE, seizure of grade 3", day(ice_total=None, seizure=Seizure.CLINICAL_RESOLVING), None),
    ("consciousness", day(consciousness=None), None),
    ("consciousness, ICE 0", day(ice_total=0, consciousness=None, ice_assessable=None), None),
    ("whether ICE could be done, score given", day(ice_total=8, ice_assessable=None), 1),
    ("seizure", day(seizure=None), None),
    ("motor", day(motor=None), None),
    ("oedema", day(oedema=None), None),
    ("pressure sign", day(icp_sign=None), None),
    ("everything but a grade 4", replace(NOTHING, motor=Motor.FOCAL_WEAKNESS), 4),
    ("everything but a grade 3", replace(NOTHING, oedema=Oedema.FOCAL), None),
    ("child without CAPD", child(), None),
    ("cause of the findings", day(ice_total=5, other_cause=None), None),
    ("cause of findings that are none", day(other_cause=None), 0),
    ("another cause explains the findings", day(ice_total=5, other_cause=True), 0),
    ("another cause explains drowsiness", day(consciousness=Consciousness.SPONTANEOUS, other_cause=True), 0),
    (
        "sedated and ventilated: nobody could examine",
        day(
            ice_total=None,
            ice_assessable=IceAssessable.OTHER,
            consciousness=Consciousness.UNAROUSABLE,
            other_cause=True,
        ),
        None,
    ),
]


@pytest.mark.parametrize(("name", "given_day", "grade"), MISSING, ids=[name for name, *_ in MISSING])
def test_a_missing_row_leaves_the_grade_unknown_unless_another_gives_4(
    name: str, given_day: IcansDay, grade: int | None
) -> None:
    assert icans_grade(given_day) == grade


def ranked(grades: dict) -> list:  # type: ignore[type-arg]
    return sorted(grades, key=grades.__getitem__)


STEPS: dict[str, list[object]] = {
    "consciousness": ranked(dict(CONSCIOUSNESS_GRADES)),
    "seizure": ranked(dict(SEIZURE_GRADES)),
    "motor": ranked(dict(MOTOR_GRADES)),
    "oedema": ranked(dict(OEDEMA_GRADES)),
    "icp_sign": ranked(dict(ICP_GRADES)),
    "ice_total": list(range(10, -1, -1)),
}
complete_days = st.builds(
    IcansDay,
    ice_assessable=st.just(IceAssessable.YES),
    **{name: st.sampled_from(values) for name, values in STEPS.items()},  # type: ignore[arg-type]
)


@given(complete_days, st.sampled_from(sorted(STEPS)), st.data())
def test_worsening_one_component_never_lowers_the_grade(given_day: IcansDay, name: str, data: st.DataObject) -> None:
    values = STEPS[name]
    worse = data.draw(st.sampled_from(values[values.index(getattr(given_day, name)) :]))
    before, after = icans_grade(given_day), icans_grade(replace(given_day, **{name: worse}))
    assert before is not None
    assert after is not None
    assert after >= before


@given(complete_days, st.sampled_from(sorted(STEPS)))
def test_losing_a_component_never_changes_the_grade_to_another_one(given_day: IcansDay, name: str) -> None:
    assert icans_grade(replace(given_day, **{name: None})) in {None, icans_grade(given_day)}


@given(complete_days, st.sampled_from(sorted(STEPS)))
def test_a_grade_below_4_is_unknown_when_any_row_is_lost(given_day: IcansDay, name: str) -> None:
    lost = replace(given_day, **{name: None})
    others_give_4 = icans_grade(replace(given_day, **{name: STEPS[name][0]})) == 4
    highest_of_row = icans_grade(replace(given_day, **{name: STEPS[name][-1]}))
    rest = icans_grade(replace(given_day, **{name: STEPS[name][0]}))
    expected_known = others_give_4 or (name != "ice_total" and highest_of_row == rest)
    assert (icans_grade(lost) is not None) is expected_known


@pytest.mark.parametrize(
    ("table", "codes"),
    [
        (CONSCIOUSNESS_GRADES, Consciousness),
        (SEIZURE_GRADES, Seizure),
        (MOTOR_GRADES, Motor),
        (OEDEMA_GRADES, Oedema),
        (ICP_GRADES, IcpSign),
    ],
)
def test_every_answer_has_a_grade(table: dict, codes: type) -> None:  # type: ignore[type-arg]
    assert set(table) == set(codes)


@pytest.mark.parametrize(
    ("points", "total"),
    [
        ((4, 3, 1, 1, 1), 10),
        ((0, 0, 0, 0, 0), 0),
        ((2, 3, 1, 0, 1), 7),
        ((4, None, 1, 1, 1), None),
        ((None, None, None, None, None), None),
    ],
)
def test_the_ice_score_is_the_sum_of_all_its_domains(points: tuple[int | None, ...], total: int | None) -> None:
    assert ice_total(*points) == total


@pytest.mark.parametrize("points", [(5, 3, 1, 1, 1), (4, 4, 1, 1, 1), (4, 3, 2, None, 1), (4, 3, 1, 1, -1)])
def test_a_domain_with_too_many_points_is_refused(points: tuple[int | None, ...]) -> None:
    with pytest.raises(ValueError, match="points"):
        ice_total(*points)


@pytest.mark.parametrize("score", [-1, 11])
def test_a_score_outside_its_range_is_refused(score: int) -> None:
    with pytest.raises(ValueError, match="outside the table"):
        icans_grade(day(ice_total=score))


@pytest.mark.parametrize(
    ("age", "delay", "expected"), [(11, False, True), (12, False, False), (40, True, True), (40, False, False)]
)
def test_capd_replaces_ice_under_12_years_or_with_delay(age: int, delay: bool, expected: bool) -> None:
    assert uses_capd(age, delay) is expected


def test_the_explanation_names_the_grade_and_each_row() -> None:
    assert explain(day(ice_total=4, motor=None)) == (
        "ICANS grade unknown (ASTCT): ICE or CAPD score 2, consciousness 0, seizure 0, motor weakness unknown, "
        "cerebral oedema 0, raised intracranial pressure 0"
    )


def test_no_component_is_forgotten_by_the_specs() -> None:
    rest = {"ice_assessable", "capd_total", "by_capd", "other_cause"}
    assert {field.name for field in fields(IcansDay)} == set(STEPS) | rest
