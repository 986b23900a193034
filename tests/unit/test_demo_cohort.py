"""The raw files of the demonstration come to the figures of the vector file, by the rules alone."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from decimal import Decimal

import pytest

from registry.demo.calendar import DATA_CUT
from registry.demo.hospitals import HOSPITALS
from registry.demo.vector import SOURCE, targets
from registry.metadata import topic_named
from registry.rules.anakinra import AnakinraRoute, dose_class
from registry.rules.labs import ANALYTES, Analyte, to_canonical
from registry.rules.patient import age_at
from registry.rules.scores import kps_ecog_agree
from registry.rules.therapy import DoseUnit, TherapyDrug, dexeq_mg_per_day
from tests.unit import demo_files as raw

PATIENTS = raw.vector()
IDS = [row["id"] for row in PATIENTS]
COSTIM = {"AXI": "CD28", "BREXU": "CD28", "IDE": "4-1BB", "TISA": "4-1BB"}
RESPONDER = {"CMR", "CR", "PMR", "PR", "SCR", "VGPR", "CRI", "CRH"}

per_patient = pytest.mark.parametrize("want", PATIENTS, ids=IDS)


def test_the_cohort_is_built_from_the_same_rows_as_the_reference_vectors():
    assert SOURCE.read_bytes() == (raw.VECTORS / "s04_cohort43_headline.csv").read_bytes()
    assert [target.id for target in targets()] == IDS


def test_every_patient_is_at_the_hospital_that_stands_for_the_site_of_the_vector_file():
    hospitals = {hospital.vector_code: hospital.code for hospital in HOSPITALS}
    held = {row["study_id"]: code for code, files in raw.raw_files().items() for row in raw.read(files["patient.csv"])}
    assert held == {row["id"]: hospitals[row["site"]] for row in PATIENTS}
    assert Counter(hospital.country for hospital in HOSPITALS) == {"US": 5, "ES": 4}


@per_patient
def test_dose_and_dose_class_follow_from_the_first_segment_and_the_weight(want):
    daily, per_kg, route = raw.dose_of(want["id"])
    assert per_kg == Decimal(want["dose_mgkgd"])
    assert dose_class(daily, AnakinraRoute(route)) == want["group"].upper()


def test_the_dose_groups_are_15_and_28():
    classes = Counter(dose_class(daily, AnakinraRoute(route)) for daily, _per_kg, route in map(raw.dose_of, IDS))
    assert classes == {"LOW": 15, "HIGH": 28}


@per_patient
def test_the_covariates_are_those_of_the_vector_file(want):
    course = raw.one("infusion_course", want["id"])
    birth = raw.day(raw.one("identity", want["id"])["birth_date"])
    patient = raw.one("patient", want["id"])
    assert course["kps"] == want["kps"]
    assert kps_ecog_agree(int(course["kps"]), raw.whole(course["ecog"])) in (True, None)
    assert COSTIM[course["product"]] == want["costim"]
    assert age_at(birth, raw.day(course["infused_on"])) == int(patient["age_at_infusion"]) == int(want["age"])
    assert birth.year == int(patient["birth_year"])
    assert _ferritin_before_lymphodepletion(want["id"]) == Decimal(want["ferritin"])


def _ferritin_before_lymphodepletion(study_id: str) -> Decimal:
    started = raw.day(raw.one("infusion_course", study_id)["ld_started_on"])
    samples = [
        (raw.day(row["sampled_on"]), to_canonical(Analyte.FERRITIN, Decimal(row["value"]), row["unit"]))
        for row in raw.of("lab", study_id)
        if row["analyte"] == "FERRITIN"
    ]
    return max(sample for sample in samples if 0 <= (started - sample[0]).days <= 14)[1]


@per_patient
def test_anakinra_starts_on_its_day_for_a_toxicity_of_grade_2_or_more(want):
    infused, start = raw.infused_on(want["id"]), raw.started_on(want["id"])
    course = raw.one("anakinra_course", want["id"])
    grades = (raw.crs_grades if course["indication"] == "CRS" else raw.icans_grades)(want["id"])
    assert (start - infused).days == int(want["entry"])
    assert grades[start] >= 2
    assert grades[start - dt.timedelta(days=1)] >= 2
    typed = {"CRS": "crs_grade_at_start", "ICANS": "icans_grade_at_start"}[course["indication"]]
    assert int(course[typed]) == grades[start]


@pytest.mark.parametrize("by_clinician", [False, True])
@per_patient
def test_resolution_comes_from_the_daily_components_and_from_the_reported_grades_on_its_day(want, by_clinician):
    assert raw.resolution(want["id"], by_clinician=by_clinician) == (int(want["t_res"]), int(want["s_res"]))


@per_patient
def test_the_episode_says_the_same_as_its_days(want):
    for topic, grades in (("icans", raw.icans_grades(want["id"])), ("crs", raw.crs_grades(want["id"]))):
        for episode in raw.of(f"{topic}_episode", want["id"]):
            ill = [on for on, grade in grades.items() if grade]
            assert raw.day(episode["onset_on"]) == min(grades)
            assert int(episode["max_grade"]) == max(grade for grade in grades.values() if grade is not None)
            assert (raw.yes(episode["is_resolved"]), bool(episode["resolved_on"])) in ((True, True), (False, False))
            if episode["resolved_on"]:
                assert raw.day(episode["resolved_on"]) == min(on for on in grades if on > max(ill))


@per_patient
def test_an_unresolved_patient_was_last_assessed_at_last_contact_or_the_day_before_death(want):
    if want["s_res"] != "1":
        last = raw.day(raw.one("follow_up", want["id"])["last_contact_on"])
        days_before = (last - max(raw.icans_grades(want["id"]))).days
        assert days_before == (0 if want["s_res"] == "0" else 1)


@per_patient
def test_survival_and_cause_of_death(want):
    contact, deaths = raw.one("follow_up", want["id"]), raw.of("death", want["id"])
    (last,) = raw.event_days(want["id"], [contact["last_contact_on"]])
    assert last == int(want["t_os"]) == int(want["t_trm"])
    assert (contact["vital_status"] == "DEAD", len(deaths)) == (want["s_os"] == "1", int(want["s_os"]))
    for death in deaths:
        assert death["died_on"] == contact["last_contact_on"]
        assert (death["trm_class_site"], death["cause"] == "MALIGNANCY") == {
            "1": ("TRM", False),
            "2": ("MALIGNANCY", True),
        }[want["s_trm"]]
    assert last - int(want["entry"]) == int(want["t_trm_ana"])


@per_patient
def test_progression_is_the_relapse_record_and_death_the_death_record(want):
    relapses = list(raw.event_days(want["id"], (row["relapsed_on"] for row in raw.of("relapse", want["id"]))))
    deaths = list(raw.event_days(want["id"], (row["died_on"] for row in raw.of("death", want["id"]))))
    events = relapses + deaths
    assert min(events, default=int(want["t_os"])) == int(want["t_pfs"])
    assert bool(events) == (want["s_pfs"] == "1")
    seen = raw.of("response", want["id"])
    worse = [row["assessed_on"] for row in seen if row["response"] in ("PD", "PMD", "RELAPSE")]
    assert list(raw.event_days(want["id"], worse)) == relapses
    if want["s_pfs"] == "0":
        assert max(raw.event_days(want["id"], (row["assessed_on"] for row in seen))) == int(want["t_pfs"])


@per_patient
def test_response_by_day_90_and_never_later_in_a_non_responder(want):
    responses = {
        (raw.day(row["assessed_on"]) - raw.infused_on(want["id"])).days
        for row in raw.of("response", want["id"])
        if row["response"] in RESPONDER
    }
    assert any(14 <= on <= 90 for on in responses) == (want["response"] == "1")
    assert bool(responses) == (want["response"] == "1")


def test_33_of_43_responded_3_stopped_for_side_effects_and_40_were_treated_for_icans():
    responders = {row["study_id"] for row in raw.rows("response") if row["response"] in RESPONDER}
    assert (len(responders), len(PATIENTS)) == (33, 43)
    assert Counter(row["indication"] for row in raw.rows("anakinra_course")) == {"ICANS": 40, "CRS": 3}
    intents = Counter(row["intent"] for row in raw.rows("anakinra_course"))
    assert intents == {"REFRACTORY_ICANS": 40, "REFRACTORY_CRS": 3}
    stopped = [row["study_id"] for row in raw.rows("anakinra_course") if row["stop_reason"] == "ADVERSE_EVENT"]
    linked = {row["study_id"] for row in raw.rows("adverse_event") if row["action"] == "STOPPED"}
    assert len(stopped) == 3
    assert set(stopped) == linked


@per_patient
def test_the_toxicity_was_refractory_to_high_dose_steroids_or_tocilizumab(want):
    start, course = raw.started_on(want["id"]), raw.one("anakinra_course", want["id"])
    before = [row for row in raw.of("toxicity_therapy", want["id"]) if raw.day(row["started_on"]) < start]
    if course["intent"] == "REFRACTORY_CRS":
        assert any(row["drug"] == "TOCILIZUMAB" for row in before)
    else:
        assert any(_dexeq(row) >= 20 for row in before if row["drug"] == "DEXAMETHASONE")


def _dexeq(row: raw.Raw) -> Decimal:
    assert row["dose_unit"] == DoseUnit.MG
    return dexeq_mg_per_day(TherapyDrug(row["drug"]), Decimal(row["dose"]), Decimal(row["interval_h"]))


def test_clinicians_mostly_grade_as_the_rule_does_and_differ_by_one_grade_at_most():
    differing, unknown = [], 0
    for want in PATIENTS:
        for topic, grades in (("icans", raw.icans_grades(want["id"])), ("crs", raw.crs_grades(want["id"]))):
            for row in raw.of(f"{topic}_assessment", want["id"]):
                computed = grades[raw.day(row["assessed_on"])]
                unknown += computed is None
                differing += [abs(int(row["grade_reported"]) - computed)] if computed is not None else []
    assert Counter(differing)[1] == 6
    assert set(differing) == {0, 1}
    assert 2 <= unknown <= 4


def test_a_day_without_signs_that_come_back_within_48_hours_is_no_resolution():
    start, grades = raw.started_on("P0004"), raw.icans_grades("P0004")
    assert [grades[start + dt.timedelta(days=days)] for days in (10, 11, 13, 14)] == [0, 1, 1, 0]
    assert raw.resolution("P0004", by_clinician=False) == (14, 1)


def test_two_runs_write_the_same_bytes_and_say_that_they_are_simulated(tmp_path):
    from registry.demo.files import write_cohort

    for name in ("one", "two"):
        assert write_cohort(tmp_path / name)["patient"] == 43
    one, two = (sorted((tmp_path / name).rglob("*.*")) for name in ("one", "two"))
    assert [path.read_bytes() for path in one] == [path.read_bytes() for path in two]
    assert "SIMULATED" in (tmp_path / "one" / "README.txt").read_text("utf-8")


def test_nothing_is_recorded_after_death_or_last_contact_and_no_episode_begins_before_infusion():
    last = {row["study_id"]: raw.day(row["last_contact_on"]) for row in raw.rows("follow_up")}
    for topic in _topics():
        for row in raw.rows(topic):
            for name, text in row.items():
                if name.endswith("_on") and len(text) == 10:
                    assert raw.day(text) <= last[row["study_id"]] < DATA_CUT, (topic, name, row)
    for topic in ("crs_episode", "icans_episode", "iechs_episode"):
        assert all(raw.day(row["onset_on"]) >= raw.infused_on(row["study_id"]) for row in raw.rows(topic))


def test_infusions_lie_in_2019_to_2022_and_follow_the_study_ids_at_each_hospital():
    for files in raw.raw_files().values():
        days = [raw.day(row["infused_on"]) for row in raw.read(files["infusion_course.csv"])]
        assert days == sorted(days)
        assert dt.date(2019, 1, 1) <= days[0] <= days[-1] <= dt.date(2022, 12, 31)


def test_headers_are_the_columns_of_the_codebook_and_hold_nothing_derived():
    for files in raw.raw_files().values():
        for name, content in files.items():
            topic = topic_named(name.removesuffix(".csv"))
            assert content.decode().splitlines()[0].split(",") == list(topic.columns)


def test_every_value_passes_the_declared_limits_lists_and_lengths():
    for topic in _topics():
        fields = {field.name: field for field in topic_named(topic).entered_fields}
        for row in raw.rows(topic):
            for name, text in row.items():
                if name in fields and text and text not in ("ND", "UNK", "NA"):
                    _check(fields[name], text)


def _check(field, text: str) -> None:
    if field.is_relation or (getattr(field, "partial", False) and len(text) < 10):
        return
    value = {"yes": True, "no": False}[text] if field.get_internal_type() == "BooleanField" else text
    field.clean(field.to_python(value), None)


def test_only_fields_that_may_be_empty_have_a_missing_reason():
    for topic in _topics():
        optional = {field.name for field in topic_named(topic).entered_fields if field.null}
        for row in raw.rows(topic):
            assert {name for name, text in row.items() if text in ("ND", "UNK", "NA")} <= optional


def test_every_row_has_a_key_of_its_own():
    for topic in _topics():
        keys = [tuple(row[column] for column in topic_named(topic).key_columns) for row in raw.rows(topic)]
        assert len(keys) == len(set(keys))


def test_laboratory_values_convert_into_the_hard_limits_and_hospitals_differ_in_units():
    units: dict[str, set[str]] = {}
    for row in raw.rows("lab"):
        analyte = Analyte(row["analyte"])
        canonical = to_canonical(analyte, Decimal(row["value"]), row["unit"])
        assert ANALYTES[analyte].limits.breach(canonical) != "HARD"
        units.setdefault(row["analyte"], set()).add(row["unit"])
    assert units["FERRITIN"] == {"ng/mL", "ug/L"}
    assert units["CRP"] == {"mg/L", "mg/dL"}
    assert units["LDH"] == {"U/L", "ukat/L"}


def test_names_are_switched_off_and_missing_reasons_occur():
    assert {row["given_name"] + row["family_name"] for row in raw.rows("identity")} == {""}
    reasons = Counter(text for topic in _topics() for row in raw.rows(topic) for text in row.values())
    assert all(reasons[reason] > 20 for reason in ("ND", "UNK", "NA"))


def _topics() -> list[str]:
    return sorted({name.removesuffix(".csv") for files in raw.raw_files().values() for name in files})
