"""Files of identities: checked, merged and counted like every other file, and stored sealed."""

from __future__ import annotations

import pytest
from django.urls import reverse

from registry.intake import run, submit
from registry.intake.words import wording
from registry.models import CaseLock, Patient, PatientIdentity
from registry.models.uploads import BlankCells, Upload, UploadFinding, UploadMode, UploadState
from sites.audit import event_model_of
from sites.context import acting_as_system
from tests.cast import Cast
from tests.factories.files import csv_file

pytestmark = pytest.mark.django_db
EMPTY = {"given_name": "", "family_name": ""}


def row(study_id: str, number: str = "", born: str = "1958-03-16", **more: str) -> dict[str, str]:
    return {"study_id": study_id, "local_record_number": number, "birth_date": born, **more}


def send(cast: Cast, *rows: dict[str, str], **options) -> Upload:
    files = {"identity.csv": csv_file("identity", *rows, **EMPTY)}
    return done(cast, files, **options)


def done(cast: Cast, files: dict[str, bytes], **options) -> Upload:
    upload = submit(site=cast.sev, by=cast.alice, files=files, reason="files", **options)
    run(upload.pk)
    with acting_as_system("tests", reason="look"):
        return Upload.objects.prefetch_related("files").get(pk=upload.pk)


def counts(upload: Upload) -> tuple[int, int, int, int]:
    with acting_as_system("tests", reason="look"):
        file = upload.files.get(topic="identity")
    return file.new_rows, file.changed_rows, file.same_rows, file.problems


def findings(upload: Upload) -> list[tuple[int | None, str, str, str]]:
    with acting_as_system("tests", reason="look"):
        found = UploadFinding.objects.filter(file__upload=upload).order_by("row", "column")
        return [(one.row, one.code, one.column, wording(one.code, one.params)) for one in found]


def stored() -> dict[str, PatientIdentity]:
    with acting_as_system("tests", reason="look"):
        return {record.patient.study_id: record for record in PatientIdentity.objects.select_related("patient")}


@pytest.fixture
def patients(cast: Cast) -> None:
    rows = [{"study_id": f"S-{n}", "sex": "FEMALE"} for n in range(1, 4)]
    assert done(cast, {"patient.csv": csv_file("patient", *rows)}).state == UploadState.DONE


def test_a_new_file_a_changed_row_and_the_same_file_again(cast: Cast, patients):
    assert counts(send(cast, row("S-1", "007"), row("S-2", "8"))) == (2, 0, 0, 0)
    assert counts(send(cast, row("S-1", "007"), row("S-2", "9"))) == (0, 1, 1, 0)
    assert counts(send(cast, row("S-1", "007"), row("S-2", "9"))) == (0, 0, 2, 0)
    found = stored()
    assert (found["S-1"].local_record_number, found["S-1"].version) == ("007", 1)
    assert (found["S-2"].local_record_number, found["S-2"].version) == ("9", 2)
    with acting_as_system("tests", reason="look"):
        assert event_model_of(PatientIdentity).objects.count() == 3


def test_an_empty_cell_keeps_or_overwrites_and_a_reason_empties(cast: Cast, patients):
    send(cast, row("S-1", "7"), row("S-2", "8"))
    assert counts(send(cast, row("S-1", "", ""), row("S-2", "8", "UNK"))) == (0, 1, 1, 0)
    assert (stored()["S-2"].birth_date, stored()["S-2"].missing) == (None, {"birth_date": "UNK"})
    assert counts(send(cast, row("S-1", "", "1958-03-16"), blank_cells=BlankCells.OVERWRITE)) == (0, 1, 0, 0)
    assert stored()["S-1"].local_record_number is None


def test_a_new_patient_and_the_identity_in_one_upload(cast: Cast):
    files = {
        "patient.csv": csv_file("patient", {"study_id": "S-1", "sex": "MALE"}),
        "identity.csv": csv_file("identity", row("S-1", "7"), **EMPTY),
    }
    assert counts(done(cast, files)) == (1, 0, 0, 0)


def test_a_number_that_another_case_has_is_refused_with_that_study_id(cast: Cast, patients):
    send(cast, row("S-1", "0077"))
    sent = send(cast, row("S-2", "77"), row("S-3", "5"))
    assert sent.state == UploadState.REFUSED
    words = "This record number is recorded already, for the case S-1. Correct the number, or use that case."
    assert findings(sent) == [(2, "record_number_taken", "local_record_number", words)]
    assert stored().keys() == {"S-1"}
    twice = send(cast, row("S-2", "5"), row("S-3", "05"))
    assert [(found[0], found[1]) for found in findings(twice)] == [(3, "record_number_taken")]


def test_good_rows_are_saved_without_the_others(cast: Cast, patients):
    rows = [row("S-1", "1"), row("S-2", "2", "1958-13-01"), row("S-9", "3"), row("S-3", "4"), row("S-3", "5")]
    sent = send(cast, *rows, mode=UploadMode.GOOD_ROWS_ONLY)
    assert stored().keys() == {"S-1"}
    assert [(found[0], found[1]) for found in findings(sent)] == [
        (3, "no_such_day"),
        (4, "parent_missing"),
        (5, "duplicate"),
        (6, "duplicate"),
    ]


def test_names_are_refused_by_column_where_the_site_has_them_off(cast: Cast, patients):
    sent = send(cast, row("S-1", "1", family_name="Prueba"), row("S-2", "2", family_name="Ensayo"))
    words = "This site does not record names. Delete the column, or ask an administrator to allow names."
    assert findings(sent) == [(None, "names_off", "family_name", words)]
    assert not stored()
    with acting_as_system("tests", reason="names are agreed on"):
        cast.sev.names_enabled = True
        cast.sev.save()
    assert counts(send(cast, row("S-1", "1", family_name="Prueba"))) == (1, 0, 0, 0)


def test_no_finding_keeps_an_identity_in_plain_text(cast: Cast, patients):
    send(cast, row("S-1", "0077"), row("S-2", "0" * 41 + "8"))
    send(cast, row("S-1", "7"), row("S-2", "7"), row("S-3", "8", "16/03/1958"))
    with acting_as_system("tests", reason="look"):
        found = list(UploadFinding.objects.values_list("column", "value", "params"))
    assert len(found) == 3
    assert all(value == "" for column, value, _params in found)


def test_another_sites_patient_is_absent(cast: Cast, patients):
    sent = submit(
        site=cast.hou, by=cast.bob, files={"identity.csv": csv_file("identity", row("S-1", "7"), **EMPTY)}, reason="x"
    )
    run(sent.pk)
    assert [found[1] for found in findings(sent)] == ["parent_missing"]


def test_a_file_that_waits_is_sealed_and_comes_back_as_it_was_typed(cast: Cast, patients, signed_in):
    sent = send(cast, row("S-1", "NHC-55"), row("S-9", "NHC-66"), commit=False)
    with acting_as_system("tests", reason="look"):
        file = sent.files.get()
        assert bytes(file.content).startswith(b"v1.t1.")
    page = signed_in(cast.alice).get(reverse("upload_rejected", args=[sent.pk, file.pk]))
    assert "S-9,NHC-66,1958-03-16" in page.content.decode()
    assert "NHC-55" not in page.content.decode()


def test_a_locked_case_is_a_problem_of_its_row_and_not_of_the_file(cast: Cast, patients):
    send(cast, row("S-1", "1"), row("S-2", "2"))
    with acting_as_system("tests", reason="data cut"):
        patient = Patient.objects.get(study_id="S-1")
        CaseLock.objects.create(patient=patient, site=cast.sev, locked_by=cast.dana, reason="data cut")
    sent = send(cast, row("S-1", "3"), row("S-2", "4"), mode=UploadMode.GOOD_ROWS_ONLY)
    assert [(found[0], found[1]) for found in findings(sent)] == [(2, "case_locked")]
    assert {key: record.local_record_number for key, record in stored().items()} == {"S-1": "1", "S-2": "4"}
