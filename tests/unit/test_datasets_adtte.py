"""Times to death, relapse, infection and the end of corticosteroids: origins, competing events, who is left out."""

from __future__ import annotations

from typing import Any

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from exports.datasets.adtte import ADTTE, COLUMNS, left_out
from exports.datasets.adtte_parameters import parameters
from registry.rules.outcome import DeathCause, TrmClass, adjudicated_class, is_nonrelapse_death, settled_class
from tests.unit.analysis_cases import (
    Row,
    alive,
    all_together,
    anakinra,
    course,
    death,
    relapse,
    response,
    row,
    time,
    times,
)
from tests.unit.small_tables import assert_codes_are_declared, assert_declared_well, small_tables

START = 4


def story(**tables: Any) -> dict[str, Any]:
    """Return a patient with anakinra from day 4, alive on day 200 unless told otherwise."""
    return {"anakinra_course": [anakinra(START)], "follow_up": [alive()], **tables}


def infection(day: int | None, number: int = 1, **values: Any) -> Row:
    return course(**{"infection_no": number, "diagnosed_day": day, "grade": 3, "was_treated_iv": 0, **values})


def steroid(start: int, end: int | None, number: int = 1, drug: str = "DEXAMETHASONE") -> Row:
    return course(therapy_no=number, drug=drug, started_day=start, ended_day=end)


def test_every_column_is_declared_well_and_every_subject_has_every_parameter():
    assert_declared_well(ADTTE)
    tables = small_tables(patient=[row(), row(subject_key="S2")], infusion_course=[course()])
    rows = ADTTE.rows(tables, {})
    assert rows.height == 2 * len(list(parameters()))
    assert_codes_are_declared(ADTTE, rows)


def test_a_death_on_day_28_is_a_death_of_day_28():
    told = story(death=[death(28, site="TRM")], follow_up=[row(last_contact_day=28, vital_status="DEAD")])
    assert time("TRM28", **told) == time("OS", **told) == (28, 1, None)
    assert time("TRMA", **told) == (24, 1, None)
    assert times(**told)["TRM28"]["READDY"] == 28


def test_the_death_goes_before_the_censoring_of_the_same_day():
    told = story(death=[death(40, site="TRM")], follow_up=[alive(40)])
    assert time("TRM60", **told) == (40, 1, None)


def test_a_death_of_the_malignancy_or_of_another_class_competes():
    for site, words in (("MALIGNANCY", "DEATH_MALIGNANCY"), ("OTHER", "DEATH_OTHER")):
        found = times(**story(death=[death(30, site=site)]))["TRM28"]
        assert (found["AVAL"], found["EVSTAT"], found["CNSR"], found["EVNTDESC"]) == (30, 2, 2, words)


def test_a_death_of_unknown_class_has_no_time_to_treatment_related_death_but_a_survival_time():
    told = story(death=[death(30, cause="UNKNOWN", site="UNKNOWN")])
    assert time("TRM28", **told) == (None, None, "CLASS_UNKNOWN")
    assert time("OS", **told) == (30, 1, None)


def test_relapse_before_a_death_coded_as_treatment_related_splits_the_two_variants():
    told = story(death=[death(50, site="TRM")], relapse=[relapse(40)])
    assert time("TRM28", **told) == (50, 1, None)
    assert time("NRM", **told) == (40, 2, None)
    assert time("NRMA", **told) == (36, 2, None)
    assert time("PFS", **told) == time("REL", **told) == (40, 1, None)


def test_relapse_on_the_day_of_death_goes_first():
    told = story(death=[death(40, site="TRM")], relapse=[relapse(40)])
    assert time("NRM", **told) == (40, 2, None)
    assert times(**told)["PFS"]["EVNTDESC"] == "RELAPSE"


def test_a_relapse_recorded_after_the_death_changes_nothing():
    told = story(death=[death(40, site="TRM")], relapse=[relapse(60)])
    assert time("NRM", **told) == (40, 1, None)
    assert time("REL", **told) == (40, 2, None)


def test_a_death_of_persistent_disease_without_relapse_is_no_non_relapse_death():
    assert time("NRM", **story(death=[death(40, cause="MALIGNANCY")])) == (40, 2, None)


def test_a_death_of_the_malignancy_without_a_relapse_before_it_is_one_on_that_day():
    told = story(death=[death(40, cause="MALIGNANCY")])
    assert time("REL", **told) == time("PFS", **told) == (40, 1, None)
    assert times(**told)["REL"]["EVNTDESC"] == "DEATH_MALIGNANCY"
    other = story(death=[death(40, cause="INF_VIRAL")])
    assert (time("REL", **other), time("NRM", **other)) == ((40, 2, None), (40, 1, None))


def test_a_second_relapse_without_a_day_does_not_come_before_a_death_that_the_first_does_not():
    told = story(death=[death(40)], relapse=[relapse(60), relapse(None, number=2)])
    assert time("NRM", **told) == (40, 1, None)


def test_an_assessment_that_says_nothing_or_lies_before_the_infusion_censors_nothing():
    told = [response(28, "PMR"), response(60, "NE", number=2), response(90, None, number=3)]
    assert time("PFS", **story(response=told)) == time("REL", **story(response=told)) == (28, 0, None)
    assert time("PFS", **story(response=[response(-4, "SD")])) == (0, 0, None)


def test_every_parameter_has_words_of_its_own():
    assert len({parameter.label for parameter in parameters()}) == len(list(parameters()))


def test_a_progressive_response_is_a_progression():
    told = story(response=[response(28, "PMR"), response(60, "PMD", number=2)])
    assert time("PFS", **told) == (60, 1, None)
    assert times(**told)["PFS"]["SRCKEY"] == "course_no=1|response_no=2"


def test_without_an_event_the_last_assessment_censors_progression_and_the_last_contact_survival():
    told = story(response=[response(28, "PMR"), response(90, "CMR", number=2)])
    assert time("PFS", **told) == time("REL", **told) == (90, 0, None)
    assert time("OS", **told) == time("NRM", **told) == (200, 0, None)
    assert time("PFS", **story()) == (0, 0, None)
    assert times(**story())["PFS"]["EVNTDESC"] == "NO_ASSESSMENT"


def test_dates_that_are_not_known_to_the_day_leave_the_subject_out_and_say_so():
    assert time("OS", **story(death=[death(None)])) == (None, None, "DEATH_NO_DAY")
    assert time("OS", **story(follow_up=[alive(None)])) == (None, None, "CONTACT_NO_DAY")
    assert time("PFS", **story(relapse=[relapse(None)])) == (None, None, "PROG_NO_DAY")
    assert time("TRMA", **story(anakinra_course=[anakinra(None)])) == (None, None, "START_NO_DAY")
    assert time("INFX", **story(infection=[infection(None)])) == (None, None, "INFECTION_NO_DAY")


def test_a_status_of_dead_without_a_death_is_a_death_without_a_day():
    assert time("OS", **story(follow_up=[row(last_contact_day=30, vital_status="DEAD")])) == (
        None,
        None,
        "DEATH_NO_DAY",
    )


def test_a_later_event_without_a_day_does_not_hide_the_first():
    assert time("REL", **story(relapse=[relapse(40), relapse(None, number=2)])) == (40, 1, None)
    assert time("REL", **story(relapse=[relapse(None), relapse(40, number=2)])) == (None, None, "PROG_NO_DAY")


def test_a_relapse_under_a_second_infusion_is_on_another_clock():
    second = relapse(30, course_no=2)
    assert time("REL", **story(relapse=[second])) == (None, None, "PROG_NO_DAY")
    assert time("REL", **story(relapse=[relapse(100), second])) == (100, 1, None)


def test_without_anakinra_only_times_from_infusion_exist():
    told = story(anakinra_course=[], death=[death(30, site="TRM")])
    assert time("TRM28", **told) == (30, 1, None)
    assert times(**told)["TRM28"]["ENTRYDY"] is None
    for code in ("TRMA", "NRMA", "INFX", "STEROFF", "RES"):
        assert time(code, **told) == (None, None, "NO_ANAKINRA")


def test_times_from_infusion_say_the_day_of_delayed_entry():
    found = times(**story())
    assert (found["OS"]["ENTRYDY"], found["TRMA"]["ENTRYDY"], found["TRMA"]["ORIGDY"]) == (START, None, START)


def test_a_time_that_would_end_before_its_origin_is_left_out():
    assert time("NRMA", **story(relapse=[relapse(2)])) == (None, None, "BEFORE_ORIGIN")


def test_the_first_severe_infection_to_day_60_counts():
    mild = infection(10, grade=2)
    assert time("INFX", **story(infection=[mild, infection(20, number=2)])) == (16, 1, None)
    assert time("INFX", **story(infection=[{**mild, "was_treated_iv": 1}])) == (6, 1, None)
    assert time("INFX", **story(infection=[infection(3)])) == (60, 0, None)
    assert time("INFX", **story(infection=[infection(65)])) == (60, 0, None)
    assert time("INFX", **story(infection=[infection(64)])) == (60, 1, None)


def test_death_competes_with_infection_only_to_day_60():
    assert time("INFX", **story(death=[death(30)])) == (26, 2, None)
    assert time("INFX", **story(death=[death(100)])) == (60, 0, None)
    assert time("INFX", **story(follow_up=[alive(30)])) == (26, 0, None)


def test_corticosteroids_are_off_after_three_days_without_any():
    assert time("STEROFF", **story(toxicity_therapy=[steroid(2, 8)])) == (5, 1, None)
    again = [steroid(2, 8), steroid(11, 12, number=2, drug="PREDNISONE")]
    assert time("STEROFF", **story(toxicity_therapy=again)) == (9, 1, None)
    later = [steroid(2, 8), steroid(12, 13, number=2)]
    assert time("STEROFF", **story(toxicity_therapy=later)) == (5, 1, None)


def test_three_days_without_corticosteroids_must_be_lived_and_seen():
    assert time("STEROFF", **story(toxicity_therapy=[steroid(2, 8)], death=[death(11)])) == (7, 2, None)
    assert time("STEROFF", **story(toxicity_therapy=[steroid(2, 8)], death=[death(12)])) == (5, 1, None)
    assert time("STEROFF", **story(toxicity_therapy=[steroid(2, 8)], follow_up=[alive(10)])) == (6, 0, None)


def test_who_takes_no_corticosteroid_or_has_no_last_day_of_one_is_left_out():
    assert time("STEROFF", **story(toxicity_therapy=[steroid(0, 2)])) == (None, None, "NO_STEROID")
    assert time("STEROFF", **story(toxicity_therapy=[steroid(2, None)])) == (None, None, "STEROID_NO_END")


def test_who_is_left_out_can_be_counted():
    tables = small_tables(
        patient=[row(), row(subject_key="S2")],
        infusion_course=[course()],
        follow_up=[alive(None), {**alive(), "subject_key": "S2"}],
    )
    counted = left_out(ADTTE.rows(tables, {})).filter(PARAMCD="OS")
    assert counted.rows() == [("OS", "CONTACT_NO_DAY", 1)]


causes = st.none() | st.sampled_from(DeathCause)
classes = st.none() | st.sampled_from(TrmClass)


endings = st.fixed_dictionaries(
    {
        "cause": causes,
        "site": classes,
        "algorithm": classes,
        "reviews": st.lists(classes, max_size=3),
        "died": st.integers(START, 100),
        "relapsed": st.none() | st.integers(START, 100),
    }
)


def told(end: dict[str, Any]) -> dict[str, Any]:
    return story(
        death=[death(end["died"], cause=end["cause"], site=end["site"], trm_class_algorithm=end["algorithm"])],
        death_review=[row(review_no=number, trm_class=verdict) for number, verdict in enumerate(end["reviews"], 1)],
        relapse=[] if end["relapsed"] is None else [relapse(end["relapsed"])],
    )


@settings(deadline=None, max_examples=15)
@given(cohort=st.lists(endings, min_size=20, max_size=40))
def test_both_variants_are_what_the_scalar_rules_say(cohort: list[dict[str, Any]]):
    rows = ADTTE.rows(all_together([told(end) for end in cohort]), {}).to_dicts()
    found = {(found["USUBJID"], found["PARAMCD"]): found for found in rows}
    for number, end in enumerate(cohort):
        by_cause, by_relapse = found[f"S{number}", "TRMA"], found[f"S{number}", "NRM"]
        settled = settled_class(adjudicated_class(end["reviews"]), end["site"], end["algorithm"])
        if settled is None or settled[0] == TrmClass.UNKNOWN:
            assert by_cause["EXCLRSN"] == "CLASS_UNKNOWN"
        else:
            assert by_cause["EVSTAT"] == (1 if settled[0] == TrmClass.TRM else 2)
            assert by_cause["AVAL"] == end["died"] - START
        progressed = end["relapsed"] is not None and end["relapsed"] <= end["died"]
        is_nrm = is_nonrelapse_death(end["cause"], progressed_before=progressed)
        assert by_relapse["EVSTAT"] == (1 if is_nrm else 2)
        assert by_relapse["ADY"] == (end["relapsed"] if progressed else end["died"])


def test_every_row_has_a_time_or_a_reason_and_never_both():
    tables = small_tables(
        patient=[row(subject_key=f"S{number}") for number in range(1, 4)],
        infusion_course=[course()],
        follow_up=[alive(), {**alive(None), "subject_key": "S2"}],
        death=[{**death(None), "subject_key": "S3"}],
        anakinra_course=[anakinra(START)],
    )
    rows = ADTTE.rows(tables, {})
    assert rows.filter(pl.col("AVAL").is_null() == pl.col("EXCLRSN").is_null()).is_empty()
    assert [column.column for column in COLUMNS] == rows.columns
