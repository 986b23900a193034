"""One row at a time: rights, versions, computed values and history are those of a file."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from registry.metadata import topic_named
from registry.models import AnakinraCourse, CrsAssessment, Death, LabResult, Patient, Product, ToxicityTherapy
from registry.services import VersionConflict, record_change, record_create, record_delete
from sites.audit import event_model_of
from sites.context import acting_as_system
from tests.factories.files import create_products
from tests.walls import nobody_acting

pytestmark = pytest.mark.usefixtures("looking_on")
DAY = dt.date(2021, 6, 10)


@nobody_acting()
def create(topic, parent, by, **values):
    missing = values.pop("missing", {})
    return record_create(topic=topic_named(topic), parent=parent, values=values, missing=missing, by=by, reason="entry")


@nobody_acting()
def change(record, by, version=None, **values):
    topic = next(topic_named(code) for code in TOPICS if topic_named(code).model is type(record))
    return record_change(topic=topic, record=record, values=values, by=by, version=version or record.version)


TOPICS = ("patient", "infusion_course", "lab", "anakinra_course", "anakinra_segment", "crs_assessment")


@pytest.fixture
def patient(alice, sev):
    create_products()
    return create("patient", sev, alice, study_id="A-1", age_at_infusion=61)


@pytest.fixture
def course(patient, alice):
    axi = Product.objects.get(pk="AXI")
    return create("infusion_course", patient, alice, course_no=1, product=axi, infused_on=DAY, weight_kg=Decimal(70))


def test_a_row_belongs_to_the_site_of_its_parent_and_says_who_made_it(course, sev):
    assert course.site_id == sev.pk
    context = event_model_of(Patient).objects.get().pgh_context
    assert (context["user_label"], context["source"], context["reason"]) == ("alice@example.org", "web", "entry")


@pytest.mark.parametrize("name", ["bob", "ivan", "dana", "adam", "eve"])
def test_only_who_may_edit_at_the_site_may_write(cast, patient, name):
    with pytest.raises(PermissionDenied):
        create("disease", patient, cast[name])
    with pytest.raises(PermissionDenied):
        change(patient, cast[name], sex="MALE")
    with pytest.raises(PermissionDenied):
        record_delete(topic=topic_named("patient"), record=patient, by=cast[name], reason="no")
    assert Patient.objects.get().sex is None


def test_a_change_counts_the_version_and_one_that_changes_nothing_does_not(patient, alice):
    changed = change(patient, alice, sex="MALE")
    assert changed.version == 2
    assert change(changed, alice, sex="MALE").version == 2
    assert event_model_of(Patient).objects.count() == 2


def test_two_people_cannot_overwrite_each_other_unknowingly(patient, alice, carol):
    change(patient, carol, sex="MALE")
    with pytest.raises(VersionConflict) as conflict:
        change(patient, alice, version=1, sex="FEMALE")
    assert conflict.value.differing == {"sex": ("MALE", "FEMALE")}
    assert Patient.objects.get().sex == "MALE"


def test_a_value_takes_the_place_of_its_missing_reason(patient, alice):
    disease = create("disease", patient, alice, missing={"prior_lines": "UNK"})
    changed = record_change(
        topic=topic_named("disease"), record=disease, values={"prior_lines": 3}, by=alice, version=1
    )
    assert (changed.prior_lines, changed.missing) == (3, {})


def test_impossible_values_are_refused_by_field_and_leave_no_event(course, alice):
    with pytest.raises(ValidationError) as refused:
        change(course, alice, weight_kg=Decimal(400))
    assert "weight_kg" in refused.value.message_dict
    with pytest.raises(ValidationError):
        change(course, alice, ld_started_on=DAY)


def test_a_computed_value_cannot_be_filled_in(course, alice):
    with pytest.raises(ValueError, match="canonical_value"):
        create("lab", course, alice, analyte="CRP", sampled_on=DAY, canonical_value=Decimal(1))


def test_a_result_is_converted_as_in_a_file(course, alice):
    lab = create("lab", course, alice, analyte="FERRITIN", sampled_on=DAY, value=Decimal(500), unit="pmol/L")
    assert lab.canonical_value == Decimal("222.5")
    assert change(lab, alice, unit="ng/mL").canonical_value == Decimal(500)
    assert change(LabResult.objects.get(), alice, value=None).canonical_value is None


@pytest.mark.parametrize(("unit", "value", "field"), [("mg/L", 5, "unit"), ("ng/mL", 2_000_000, "value")])
def test_an_impossible_result_is_refused_as_in_a_file(course, alice, unit, value, field):
    with pytest.raises(ValidationError) as refused:
        create("lab", course, alice, analyte="FERRITIN", sampled_on=DAY, value=Decimal(value), unit=unit)
    assert list(refused.value.message_dict) == [field]


def test_the_first_segment_decides_the_dose_class(course, alice):
    anakinra = create("anakinra_course", course, alice, anakinra_no=1, started_on=DAY)
    dose = {"dose_mg": Decimal(100), "interval_h": Decimal(6), "route": "IV"}
    later = {"segment_no": 1, "segment_started_on": DAY + dt.timedelta(days=2), "route": "SC"}
    create("anakinra_segment", anakinra, alice, **{**dose, **later})
    create("anakinra_segment", anakinra, alice, segment_no=2, segment_started_on=DAY, **dose)
    stored = AnakinraCourse.objects.get()
    assert (stored.first_daily_mg, stored.first_mg_per_kg_day, stored.dose_class) == (400, Decimal("5.714"), "HIGH")
    assert (stored.dose_weight_kg, stored.dose_weight_source, stored.version) == (70, "LYMPHODEPLETION", 1)
    change(stored, alice, weight_kg=Decimal(80), weighed_on=DAY - dt.timedelta(days=1))
    stored.refresh_from_db()
    assert (stored.first_mg_per_kg_day, stored.dose_weight_source) == (5, "ANAKINRA_START")


def test_crs_stays_graded_without_fever_once_a_treatment_hides_it(course, alice):
    episode = create("crs_episode", course, alice, crs_no=1)
    quiet = {
        "has_other_fever_cause": False,
        "had_antipyretic": False,
        "has_hypotension": False,
        "vasopressors": 0,
        "has_vasopressin": False,
        "oxygen": "ROOM_AIR",
    }
    create("crs_assessment", episode, alice, **quiet, assessed_on=DAY, temp_max_c=Decimal("38.6"))
    low = {**quiet, "has_hypotension": True, "temp_max_c": Decimal("37.0")}
    create("crs_assessment", episode, alice, **low, assessed_on=DAY + dt.timedelta(days=1))
    assert list(CrsAssessment.objects.values_list("grade_computed", flat=True)) == [1, 0]
    create("toxicity_therapy", course, alice, therapy_no=1, drug="TOCILIZUMAB", started_on=DAY)
    assert list(CrsAssessment.objects.values_list("grade_computed", flat=True)) == [1, 2]


def test_an_ice_score_is_added_up_where_all_items_are_given(course, alice):
    episode = create("icans_episode", course, alice, icans_no=1)
    items = {"ice_orientation": 3, "ice_naming": 3, "ice_command": 1, "ice_writing": 0, "ice_attention": 0}
    plain = {"ice_assessable": "YES", "consciousness": "ALERT", "seizure": "NONE", "motor": "NONE"}
    plain |= {"oedema": "NONE", "icp_sign": "NONE", "has_other_cause": False}
    day = create("icans_assessment", episode, alice, assessed_on=DAY, **items, **plain)
    assert (day.ice_total, day.grade_computed, day.grade_rule) == (7, 1, "ASTCT-2019/1")


def test_a_steroid_has_its_equivalent_and_another_drug_none(course, alice):
    dose = {"dose": Decimal(2), "dose_unit": "MG_PER_KG", "interval_h": Decimal(12), "started_on": DAY}
    create("toxicity_therapy", course, alice, therapy_no=1, drug="METHYLPREDNISOLONE", **dose)
    create("toxicity_therapy", course, alice, therapy_no=2, drug="TOCILIZUMAB", **dose)
    found = dict(ToxicityTherapy.objects.values_list("therapy_no", "dexeq_mg_per_day"))
    assert found == {1: Decimal("52.5"), 2: None}


def test_a_progression_entered_later_changes_the_class_of_the_death(patient, course, alice):
    create("death", patient, alice, died_on=DAY + dt.timedelta(days=90), cause="INF_FUNGAL")
    assert Death.objects.get().trm_class_algorithm == "TRM"
    create("relapse", course, alice, relapse_no=1, kind="PROGRESSION", relapsed_on=DAY + dt.timedelta(days=60))
    death = Death.objects.get()
    assert (death.trm_class_algorithm, death.has_class_conflict) == ("MALIGNANCY", True)


def test_a_deleted_row_lives_on_in_the_history_with_the_reason(course, alice):
    lab = create("lab", course, alice, analyte="CRP", sampled_on=DAY)
    record_delete(topic=topic_named("lab"), record=lab, by=alice, reason="entered for the wrong patient")
    assert not LabResult.objects.exists()
    event = event_model_of(LabResult).objects.get(pgh_label="delete")
    assert (event.pgh_context["reason"], event.pgh_obj_id) == ("entered for the wrong patient", lab.pk)


def test_nobody_writes_as_the_system_by_accident(patient, alice):
    with acting_as_system("tests", reason="outer"):
        change(patient, alice, sex="MALE")
    labels = event_model_of(Patient).objects.order_by("pgh_id").values_list("pgh_context__user_label", flat=True)
    assert list(labels) == ["alice@example.org", "alice@example.org"]
