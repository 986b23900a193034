"""Completing, locking and unlocking: services, uploads and computed values."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from registry import intake
from registry.intake.words import wording
from registry.metadata import topic_named
from registry.models import (
    AnakinraCourse,
    CaseLock,
    CrsAssessment,
    FormStatus,
    LabResult,
    Patient,
    Signature,
    SiteLock,
    Upload,
    UploadFinding,
)
from registry.services import record_change, record_create, record_delete
from registry.services.locks import WriteRefused, case_lock, case_unlock, site_lock, site_unlock
from registry.services.status import form_complete, form_reopen
from sites.audit import event_model_of
from sites.context import acting_as, acting_as_system
from tests.factories.files import csv_file
from tests.factories.whole_case import INFUSED, whole_case

pytestmark = pytest.mark.usefixtures("nothing_blocks")


@pytest.fixture
def case(cast):
    patient = whole_case(cast.sev, "A-1", judge=cast.judy)
    with acting_as_system("tests", reason="looking on"):
        yield patient


def change(record, code, by, reason="", **values):
    return record_change(
        topic=topic_named(code), record=record, values=values, by=by, version=record.version, reason=reason
    )


def uploaded(cast, files, reason="", mode="all_or_none"):
    upload = intake.submit(site=cast.sev, by=cast.alice, files=files, mode=mode, reason=reason)
    intake.run(upload.pk)
    upload.refresh_from_db()
    found = UploadFinding.objects.filter(file__upload=upload)
    return upload, [(f.code, f.row, wording(f.code, f.params)) for f in found]


def lab_file(study_id="A-1", **row):
    return {"lab.csv": csv_file("lab", {"study_id": study_id, "sampled_on": "2021-04-01", **row})}


def test_a_completed_form_asks_for_a_reason_in_words_and_goes_on_to_after_it_is_opened(cast, case):
    form_complete(patient=case, topic="patient", by=cast.alice)
    with pytest.raises(WriteRefused, match="Patients.*A-1.*Say why"):
        change(case, "patient", cast.alice, sex="MALE")
    form_reopen(patient=case, topic="patient", by=cast.alice, reason="sex was wrong")
    with pytest.raises(WriteRefused):
        change(case, "patient", cast.alice, sex="MALE")
    assert change(case, "patient", cast.alice, reason="typed wrongly", sex="MALE").sex == "MALE"
    form_complete(patient=case, topic="patient", by=cast.alice)
    assert FormStatus.objects.get().is_complete
    reasons = event_model_of(FormStatus).objects.order_by("pgh_id").values_list("pgh_context__reason", flat=True)
    assert list(reasons) == ["form completed", "sex was wrong", "form completed"]


def test_only_a_coordinator_of_the_site_completes_and_only_a_data_manager_locks(cast, case):
    for name in ("bob", "ivan", "dana", "judy"):
        with pytest.raises(PermissionDenied):
            form_complete(patient=case, topic="lab", by=cast[name])
    for name in ("alice", "bob", "ivan", "judy", "adam"):
        with pytest.raises(PermissionDenied):
            case_lock(patient=case, by=cast[name], reason="analysis")
        with pytest.raises(PermissionDenied):
            site_lock(site=cast.sev, until_on=INFUSED, by=cast[name], reason="analysis")
    with pytest.raises(LookupError):
        form_complete(patient=case, topic="identity", by=cast.alice)


def test_a_lock_and_its_end_need_a_reason_and_are_in_the_history(cast, case):
    with pytest.raises(WriteRefused, match="Say why"):
        case_lock(patient=case, by=cast.dana, reason=" ")
    case_lock(patient=case, by=cast.dana, reason="analysis 1")
    case_lock(patient=case, by=cast.dana, reason="again")
    with pytest.raises(WriteRefused, match="Say why"):
        case_unlock(patient=case, by=cast.dana, reason="")
    case_unlock(patient=case, by=cast.dana, reason="wrong day of relapse")
    assert not CaseLock.objects.exists()
    events = event_model_of(CaseLock).objects.order_by("pgh_id")
    assert [(e.pgh_label, e.pgh_context["reason"], e.pgh_context["user_label"]) for e in events] == [
        ("insert", "analysis 1", "dana@example.org"),
        ("delete", "wrong day of relapse", "dana@example.org"),
    ]


def test_a_locked_form_is_refused_in_words_and_the_rest_of_the_case_is_not(cast, case):
    case_lock(patient=case, by=cast.dana, reason="analysis", topic="lab")
    lab = LabResult.objects.get()
    with pytest.raises(WriteRefused, match="Laboratory.*A-1 is locked"):
        change(lab, "lab", cast.alice, reason="good", value=Decimal(30), unit="g/L")
    with pytest.raises(WriteRefused, match="locked"):
        record_delete(topic=topic_named("lab"), record=lab, by=cast.alice, reason="good")
    with pytest.raises(WriteRefused, match="lock"):
        record_delete(topic=topic_named("patient"), record=case, by=cast.alice, reason="good")
    with pytest.raises(WriteRefused, match="locked"):
        form_complete(patient=case, topic="lab", by=cast.alice)
    assert change(case, "patient", cast.alice, sex="MALE").sex == "MALE"


def test_a_site_is_locked_up_to_a_day_extended_and_never_shortened_by_the_way(cast, case):
    day = dt.timedelta(days=1)
    site_lock(site=cast.sev, until_on=INFUSED - day, by=cast.dana, reason="analysis 1")
    assert change(case, "patient", cast.alice, sex="MALE").sex == "MALE"
    site_lock(site=cast.sev, until_on=INFUSED, by=cast.dana, reason="analysis 2")
    case.refresh_from_db()
    with pytest.raises(WriteRefused, match="locked"):
        change(case, "patient", cast.alice, sex="FEMALE")
    with pytest.raises(WriteRefused, match="later day"):
        site_lock(site=cast.sev, until_on=INFUSED - day, by=cast.dana, reason="less")
    site_unlock(site=cast.sev, by=cast.dana, reason="late corrections")
    assert change(case, "patient", cast.alice, sex="FEMALE").sex == "FEMALE"
    assert not SiteLock.objects.exists()


def test_computed_values_of_a_locked_form_stay_and_follow_when_it_is_unlocked(cast, case):
    case_lock(patient=case, by=cast.dana, reason="analysis", topic="anakinra_course")
    held = AnakinraCourse.objects.get().first_daily_mg
    segment = topic_named("anakinra_segment").model.objects.get()
    change(segment, "anakinra_segment", cast.alice, dose_mg=Decimal(400), interval_h=Decimal(24), route="IV")
    assert AnakinraCourse.objects.get().first_daily_mg == held != 400
    case_unlock(patient=case, by=cast.dana, reason="dose corrected", topic="anakinra_course")
    assert AnakinraCourse.objects.get().first_daily_mg == 400


def test_computed_values_of_a_completed_form_follow_without_a_reason(cast, case):
    form_complete(patient=case, topic="crs_assessment", by=cast.alice)
    before = CrsAssessment.objects.get().grade_rule
    course = topic_named("infusion_course").model.objects.get()
    change(course, "infusion_course", cast.alice, weight_kg=Decimal(71))
    assert CrsAssessment.objects.get().grade_rule != before


def test_unlocking_voids_the_signatures_of_the_case(cast, case):
    Signature.objects.create(
        site=cast.sev, patient=case, signed_by=cast.ivan, signer_name="Ivan", signed_at=timezone.now(),
        meaning="CORRECT", record_sha256="0" * 64, audit_position={},
    )  # fmt: skip
    site_lock(site=cast.sev, until_on=INFUSED, by=cast.dana, reason="analysis")
    site_unlock(site=cast.sev, by=cast.dana, reason="late corrections")
    assert Signature.objects.get().void_reason == "late corrections"


def test_an_upload_names_each_locked_row_by_form_and_case_and_saves_nothing(cast, case):
    case_lock(patient=case, by=cast.dana, reason="analysis")
    upload, found = uploaded(cast, lab_file(analyte="CRP"), reason="good")
    assert upload.state == "REFUSED"
    assert [(code, row) for code, row, _ in found] == [("case_locked", 2)]
    assert "Laboratory" in found[0][2]
    assert "A-1" in found[0][2]
    assert LabResult.objects.count() == 1


def test_the_good_rows_of_an_upload_are_those_of_cases_that_are_not_locked(cast, case):
    whole_case(cast.sev, "A-2", judge=cast.judy)
    site_lock(site=cast.sev, until_on=INFUSED, by=cast.dana, reason="analysis")
    late = {"study_id": "A-3", "infused_on": "2022-01-01"}
    early = {"study_id": "A-4", "infused_on": "2021-01-01"}
    files = {
        "patient.csv": csv_file("patient", {"study_id": "A-3"}, {"study_id": "A-4"}),
        "infusion_course.csv": csv_file("infusion_course", late, early),
        "lab.csv": csv_file("lab", *({"study_id": n, "sampled_on": "2022-01-02"} for n in ("A-1", "A-2", "A-3"))),
    }
    upload, found = uploaded(cast, files, mode="good_rows_only")
    assert upload.state == "DONE"
    assert sorted((code, row) for code, row, _ in found) == [("case_locked", 2), ("case_locked", 3), ("case_locked", 3)]
    assert LabResult.objects.filter(course__patient__study_id="A-3").count() == 1
    assert not Patient.objects.get(study_id="A-4").infusion_courses.exists()


def test_an_upload_that_changes_nothing_meets_no_lock(cast, case):
    uploaded(cast, lab_file(analyte="CRP"))
    case_lock(patient=case, by=cast.dana, reason="analysis")
    upload, found = uploaded(cast, lab_file(analyte="CRP"))
    assert (upload.state, found) == ("DONE", [])


def test_an_upload_to_a_completed_form_needs_a_reason_said_per_case(cast, case):
    form_complete(patient=case, topic="lab", by=cast.alice)
    upload, found = uploaded(cast, lab_file(analyte="CRP"))
    assert upload.state == "REFUSED"
    assert [(code, row) for code, row, _ in found] == [("reason_needed", 2)]
    assert "A-1" in found[0][2]
    upload, found = uploaded(cast, lab_file(analyte="CRP"), reason="late results")
    assert (upload.state, found) == ("DONE", [])
    event = event_model_of(LabResult).objects.latest("pgh_id")
    assert (event.pgh_context["reason"], event.pgh_context["source"]) == ("late results", "upload")
    assert Upload.objects.count() == 2


def test_a_row_below_another_case_can_still_be_made_while_one_is_locked(cast, case):
    case_lock(patient=case, by=cast.dana, reason="analysis")
    with acting_as(cast.alice):
        made = record_create(topic=topic_named("patient"), parent=cast.sev, values={"study_id": "A-7"}, by=cast.alice)
    assert made.study_id == "A-7"
