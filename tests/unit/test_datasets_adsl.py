"""What ADSL knows of a subject: the index course, doses, responses, deaths, and what is empty and why."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from exports.datasets.adsl import ADSL
from exports.datasets.adsl_people import AGE_CODES, MERGED
from exports.datasets.dose_groups import GROUP_CODES, dose_group
from exports.freeze import policy
from registry.rules.anakinra import AnakinraRoute, dose_class
from registry.rules.dosing import daily_mg
from registry.rules.outcome import TrmClass, adjudicated_class, settled_class
from registry.rules.patient import age_group
from registry.rules.response import Criteria, Response, allowed_responses, best_response, is_responder
from tests.unit.analysis_cases import (
    Row,
    alive,
    all_together,
    anakinra,
    course,
    death,
    grades,
    relapse,
    response,
    row,
    subject_level,
)
from tests.unit.small_tables import assert_codes_are_declared, assert_declared_well, small_tables


def segment(start: int, end: int | None, dose: str, interval: str = "24", number: int = 1, **values: Any) -> Row:
    daily = daily_mg(Decimal(dose), Decimal(interval))
    told = {"segment_no": number, "anakinra_no": 1, "route": "IV", "daily_mg": daily}
    days = {"segment_started_day": start, "segment_ended_day": end}
    return course(**{**told, **days, "dose_mg": Decimal(dose), "interval_h": Decimal(interval), **values})


def steroid(start: int, end: int | None, dexeq: str | None, drug: str = "DEXAMETHASONE", number: int = 1) -> Row:
    dose = None if dexeq is None else Decimal(dexeq)
    return course(therapy_no=number, drug=drug, started_day=start, ended_day=end, dexeq_mg_per_day=dose)


def test_every_column_is_declared_well_and_holds_only_its_codes():
    assert_declared_well(ADSL)
    assert_codes_are_declared(ADSL, ADSL.rows(small_tables(patient=[row()], infusion_course=[course()]), {}))


def test_merged_levels_are_called_as_the_policy_calls_them():
    assert MERGED == policy.MERGED


def test_the_age_group_is_that_of_the_rule_and_nobody_is_older_than_90():
    people = [{"patient": [row(age_at_infusion=age)]} for age in range(90)]
    frame = ADSL.rows(all_together(people), {})
    for age, group in frame.select("AGE", "AGEGR").rows():
        assert group == AGE_CODES[age_group(age)]
    assert subject_level(patient=[row(age_at_infusion=90)])["AGE"] == 90
    unknown = subject_level(patient=[row(age_at_infusion__mr="UNK")])
    assert (unknown["AGE"], unknown["AGE__mr"], unknown["AGEGR"]) == (None, "UNK", None)


def test_performance_status_counts_from_30_days_before_lymphodepletion_and_is_never_converted():
    def kps(**values: Any) -> tuple[int | None, str | None]:
        found = subject_level(infusion_course=[course(ld_started_day=-5, **values)])
        return found["KPS"], found["KPS__mr"]

    assert kps(kps=80, kps_day=-35) == (80, None)
    assert kps(kps=80) == (80, None)
    assert kps(kps=80, kps_day=-36) == (None, "ND")
    assert kps(kps=80, kps_day=-4) == (None, "ND")
    assert kps(kps=80, kps_day=-7, kps_source="CONVERTED") == (None, "ND")
    assert kps(kps__mr="UNK") == (None, "UNK")


def test_the_index_course_is_the_first_refractory_one_of_grade_2_or_more():
    prophylaxis = anakinra(1, intent="PROPHYLAXIS")
    mild = anakinra(3, anakinra_no=2, icans_grade_at_start=1)
    severe = anakinra(6, anakinra_no=3, icans_grade_at_start=3)
    ungraded = anakinra(4, anakinra_no=2)
    for courses, start, rule in (
        ([prophylaxis, mild, severe], 6, "STUDY"),
        ([prophylaxis, ungraded, severe], 4, "STUDY"),
        ([prophylaxis, mild], 3, "REFRACTORY"),
        ([prophylaxis], 1, "ANY"),
    ):
        found = subject_level(anakinra_course=courses)
        assert (found["ANASTDY"], found["IDXRULE"]) == (start, rule)


def test_without_anakinra_everything_of_it_is_empty_and_the_flags_say_no():
    found = subject_level(follow_up=[alive()])
    assert (found["SAFFL"], found["RESFL"], found["MVAFL"]) == (0, 0, 0)
    for name in ("ANASTDY", "DOSE24", "DOSEGRP", "MGKGD", "STER_PRE", "TOCIN_PRE", "GRATSTRT", "ONS2ANA"):
        assert found[name] is None
    assert found["FUPDAYS"] == 200


def test_the_dose_is_that_of_the_first_segment_whatever_came_later():
    course_row = anakinra(5, ended_day=9, dose_weight_kg=Decimal("80.0"), first_daily_mg=Decimal("200"))
    segments = [segment(5, 6, "100", "12"), segment(7, 9, "200", "8", number=2)]
    found = subject_level(anakinra_course=[course_row], anakinra_segment=segments)
    assert (found["DOSE24"], found["MGKGD"], found["DOSEGRP"], found["ROUTE1"]) == (200, 2.5, "LOW", "IV")
    assert (found["DOSEMAX"], found["CUMDOSE"], found["DOSEMEAN"], found["DURANA"]) == (600, 2200, 440, 5)
    assert found["DOSE72AVG"] == (200 + 200 + 600) / 3


def test_of_two_segments_of_the_first_day_the_registry_has_told_the_first():
    course_row = anakinra(5, first_daily_mg=Decimal("600"))
    segments = [segment(5, 5, "100"), segment(5, 8, "200", "8", number=2)]
    assert subject_level(anakinra_course=[course_row], anakinra_segment=segments)["DOSE24"] == 600


def test_a_missing_weight_leaves_the_dose_per_kg_empty_and_the_covariates_incomplete():
    told = {"anakinra_segment": [segment(5, 8, "100")]}
    found = subject_level(anakinra_course=[anakinra(5, weight_kg__mr="ND")], **told)
    assert (found["DOSE24"], found["WEIGHT"], found["WEIGHT__mr"], found["MGKGD"]) == (100, None, "ND", None)
    assert (found["SAFFL"], found["MVAFL"]) == (1, 0)


def test_totals_stay_empty_while_a_dose_or_the_last_day_is_unknown():
    open_end = subject_level(anakinra_course=[anakinra(5)], anakinra_segment=[segment(5, None, "100")])
    assert (open_end["DOSEMAX"], open_end["CUMDOSE"], open_end["DOSEMEAN"]) == (100, None, None)
    unknown = {**segment(7, 9, "100", number=2), "daily_mg": None, "dose_mg": None}
    dose = subject_level(anakinra_course=[anakinra(5)], anakinra_segment=[segment(5, 6, "100"), unknown])
    assert (dose["DOSE24"], dose["DOSEMAX"], dose["CUMDOSE"], dose["DOSE72AVG"]) == (100, None, None, None)


def test_the_course_starts_with_its_first_segment_where_its_own_day_is_not_known():
    found = subject_level(anakinra_course=[anakinra(None)], anakinra_segment=[segment(6, 8, "100")])
    assert found["ANASTDY"] == 6


@settings(deadline=None, max_examples=30)
@given(
    st.lists(
        st.tuples(
            st.none() | st.decimals("1", "3000", places=2),
            st.none() | st.decimals("1", "168", places=1),
            st.none() | st.sampled_from(AnakinraRoute),
        ),
        min_size=20,
    )
)
def test_the_dose_group_is_that_of_the_scalar_rule(doses: list[tuple[Decimal | None, Decimal | None, Any]]):
    at_limits = [(Decimal("2.5") * j, Decimal("0.3") * j, AnakinraRoute.IV) for j in range(1, 200)]
    schema = {"dose": pl.Decimal(8, 2), "hours": pl.Decimal(5, 1), "route": pl.String}
    frame = pl.DataFrame([*doses, *at_limits], schema=schema, orient="row")
    found = frame.select(dose_group("dose", "hours", "route")).to_series()
    for (dose, hours, route), group in zip([*doses, *at_limits], found, strict=True):
        wanted = dose_class(daily_mg(dose, hours), route)
        assert group == (GROUP_CODES[wanted] if wanted else None), (dose, hours, route)


def test_highest_grades_are_0_without_an_episode_and_empty_without_a_grade():
    none = subject_level()
    assert (none["CRSMAX"], none["ICANSMAX"]) == (0, 0)
    graded = subject_level(
        crs_episode=[course(crs_no=1, max_grade=2)],
        crs_assessment=grades("crs", (3, 3)),
        icans_assessment=grades("icans", (3, None)),
    )
    assert (graded["CRSMAX"], graded["ICANSMAX"]) == (3, None)


def test_the_grade_at_start_is_the_recorded_one_else_of_that_day_else_of_the_day_before():
    days = {"icans_assessment": grades("icans", (3, 4), (4, 3), (6, 2))}
    assert subject_level(anakinra_course=[anakinra(5, icans_grade_at_start=1)], **days)["ICANATST"] == 1
    assert subject_level(anakinra_course=[anakinra(5)], **days)["ICANATST"] == 3
    assert subject_level(anakinra_course=[anakinra(6)], **days)["ICANATST"] == 2
    assert subject_level(anakinra_course=[anakinra(8)], **days)["ICANATST"] is None
    found = subject_level(anakinra_course=[anakinra(5)], **days)
    assert (found["CRSATST"], found["GRATSTRT"], found["RESFL"]) == (0, 3, 1)


def test_days_from_onset_count_from_the_last_episode_of_an_active_toxicity():
    episodes = {
        "icans_episode": [course(icans_no=1, onset_day=1), course(icans_no=2, onset_day=7)],
        "crs_episode": [course(crs_no=1, onset_day=0)],
    }
    only_icans = anakinra(9, icans_grade_at_start=2, crs_grade_at_start=0)
    both = anakinra(9, icans_grade_at_start=2, crs_grade_at_start=1)
    assert subject_level(anakinra_course=[only_icans], **episodes)["ONS2ANA"] == 2
    assert subject_level(anakinra_course=[both], **episodes)["ONS2ANA"] == 9


def test_corticosteroids_before_count_on_the_first_day_and_the_day_before():
    def before(*rows: Row) -> tuple[int, float | None, int | None]:
        found = subject_level(anakinra_course=[anakinra(5)], toxicity_therapy=list(rows))
        return found["STER_PRE"], found["DEXEQ_PRE"], found["HDSTER"]

    assert before() == (0, 0, 0)
    assert before(steroid(1, 3, "40")) == (1, 0, 0)
    assert before(steroid(1, 4, "10")) == (1, 10, 0)
    assert before(steroid(1, 4, "10"), steroid(5, 9, "30", "PREDNISONE", 2)) == (1, 30, 1)
    assert before(steroid(1, 9, "10"), steroid(4, 9, "10", "PREDNISONE", 2)) == (1, 20, 1)
    assert before(steroid(6, 9, "40")) == (0, 0, 0)
    assert before(steroid(1, 9, None)) == (1, None, None)
    assert before(steroid(1, 9, "25"), steroid(1, 9, None, number=2)) == (1, None, 1)


def test_a_corticosteroid_without_a_last_day_may_have_gone_on_to_anakinra():
    def before(*steroids: Row) -> tuple[Any, ...]:
        found = subject_level(anakinra_course=[anakinra()], toxicity_therapy=list(steroids))
        return found["STER_PRE"], found["DEXEQ_PRE"], found["HDSTER"]

    assert before(steroid(2, None, "40")) == (1, None, None)
    assert before(steroid(2, 3, "40")) == (1, 0.0, 0)
    assert before(steroid(2, None, "8"), steroid(4, 6, "40", number=2)) == (1, None, 1)
    assert before(steroid(5, None, "40")) == (1, 40.0, 1)


def test_doses_of_tocilizumab_are_counted_to_the_first_day_of_anakinra():
    def toci(start: int, number: int = 1, **values: Any) -> Row:
        return course(therapy_no=number, drug="TOCILIZUMAB", started_day=start, **{"ended_day": start, **values})

    every_12_h = toci(4, interval_h=Decimal(12), ended_day=9)
    rows = [every_12_h, toci(2, 2), toci(5, 3), toci(6, 4)]
    assert subject_level(anakinra_course=[anakinra(5)], toxicity_therapy=rows)["TOCIN_PRE"] == 3 + 1 + 1


def test_the_best_response_is_before_progression_and_by_day_90():
    def best(*rows: Row, **tables: Any) -> tuple[str | None, int | None]:
        found = subject_level(response=list(rows), **tables)
        return found["BESTRESP"], found["ORRFL"]

    assert best(response(28, "PMR"), response(90, "CMR", 2)) == ("CMR", 1)
    assert best(response(28, "NMR"), response(91, "CMR", 2)) == ("NMR", 0)
    assert best(response(28, "PMR"), response(60, "CMR", 2), relapse=[relapse(60)]) == ("PMR", 1)
    assert best(response(28, "PMD"), response(60, "CMR", 2)) == ("PMD", 0)
    anew = [relapse(None, new_therapy_day=50)]
    assert best(response(28, "NMR"), response(60, "CMR", 2), relapse=anew) == ("NMR", 0)
    assert best(response(28, "NE")) == ("NE", None)
    assert best(response(None, "CMR")) == (None, None)


def test_an_assessment_before_the_infusion_is_no_response_to_it():
    found = subject_level(response=[response(-10, "CMR"), response(28, "SD", number=2)])
    assert (found["BESTRESP"], found["ORRFL"]) == ("SD", 0)


def test_without_an_assessment_death_and_progression_by_day_90_are_no_response():
    assert subject_level(death=[death(20)])["ORRFL"] == 0
    assert subject_level(death=[death(91)])["ORRFL"] is None
    assert subject_level(relapse=[relapse(30)])["ORRFL"] == 0
    assert subject_level(follow_up=[alive()])["ORRFL"] is None


def test_missing_criteria_are_those_of_the_disease():
    told = {"response": [response(28, "VGPR", criteria=None)], "disease": [row(diagnosis="MM")]}
    found = subject_level(**told)
    assert (found["BESTRESP"], found["RESPCRIT"], found["ORRFL"]) == ("VGPR", "IMWG", 1)


@settings(deadline=None, max_examples=15)
@given(data=st.data())
def test_best_response_and_responder_are_those_of_the_scalar_rules(data: st.DataObject):
    cohort = []
    for _subject in range(25):
        criteria = data.draw(st.sampled_from(Criteria))
        answers = data.draw(st.lists(st.sampled_from(allowed_responses(criteria)), max_size=4))
        cohort.append(
            (criteria, [answer for answer in answers if answer not in (Response.PD, Response.PMD, Response.RELAPSE)])
        )
    tables = [
        {"response": [response(20 + n, answer, n, criteria) for n, answer in enumerate(answers, 1)]}
        for criteria, answers in cohort
    ]
    found = ADSL.rows(all_together(tables), {}).rows_by_key("USUBJID", named=True, unique=True)
    for number, (criteria, answers) in enumerate(cohort):
        wanted, got = best_response(criteria, answers), found[f"S{number}"]
        assert (got["ORRFL"] is None) == (is_responder(criteria, wanted) is None)
        assert got["ORRFL"] in (None, int(bool(is_responder(criteria, wanted))))
        assert got["BESTRESP"] == wanted


verdicts = st.none() | st.sampled_from(TrmClass)


@settings(deadline=None, max_examples=15)
@given(
    st.lists(
        st.tuples(st.lists(verdicts, max_size=3), verdicts, verdicts),
        min_size=20,
        max_size=40,
    )
)
def test_the_class_of_a_death_is_settled_as_the_scalar_rule_does(cohort: list[Any]):
    tables = [
        {
            "death": [death(40, site=site, trm_class_algorithm=algorithm)],
            "death_review": [row(review_no=n, trm_class=verdict) for n, verdict in enumerate(reviews, 1)],
        }
        for reviews, site, algorithm in cohort
    ]
    found = ADSL.rows(all_together(tables), {}).rows_by_key("USUBJID", named=True, unique=True)
    sources = {"ADJUDICATED": "ADJ", "SITE": "SITE", "ALGORITHM": "ALGO"}
    for number, (reviews, site, algorithm) in enumerate(cohort):
        settled = settled_class(adjudicated_class(reviews), site, algorithm)
        got = found[f"S{number}"]
        assert got["DTHCLASS"] == (settled and settled[0])
        assert got["DTHCLSRC"] == (settled and sources[settled[1]])


def test_the_living_have_no_treatment_related_death_and_an_unknown_class_is_no_answer():
    assert (subject_level(follow_up=[alive()])["TRMFL"], subject_level(follow_up=[alive()])["NRMFL"]) == (0, 0)
    assert subject_level(death=[death(30, cause="UNKNOWN", site="UNKNOWN")])["TRMFL"] is None
    assert subject_level(death=[death(30, site="TRM")])["TRMFL"] == 1


def test_a_relapse_without_a_day_or_under_a_later_infusion_came_before_the_death():
    assert subject_level(death=[death(30)], relapse=[relapse(None)])["NRMFL"] == 0
    assert subject_level(death=[death(500)], relapse=[relapse(20, course_no=2)])["NRMFL"] == 0
    assert subject_level(death=[death(30)], relapse=[relapse(31)])["NRMFL"] == 1


def test_follow_up_ends_with_death_else_with_the_last_contact():
    assert subject_level(death=[death(30)], follow_up=[alive(60)])["FUPDAYS"] == 30
    assert subject_level(death=[death(None)], follow_up=[alive(60)])["FUPDAYS"] is None
    assert subject_level(follow_up=[alive(60)])["FUPDAYS"] == 60
