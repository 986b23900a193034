"""A site's files become its cases, through the same door for one row and for a hundred thousand."""

from __future__ import annotations

import pytest

from registry import intake
from registry.models import InfusionCourse, LabResult, Patient, Upload
from registry.models.uploads import UploadState
from tests.factories.files import create_products, csv_file, one_case


@pytest.fixture(autouse=True)
def products(db):
    create_products()


def upload(site, by, files, **options) -> Upload:
    sent = intake.submit(site=site, by=by, files=files, **options)
    intake.run(sent.pk)
    sent.refresh_from_db()
    return sent


def findings(sent: Upload) -> list[tuple]:
    return [
        (file.topic, found.row, found.column, found.code) for file in sent.files.all() for found in file.findings.all()
    ]


def counts(sent: Upload) -> dict[str, tuple[int, int, int]]:
    return {file.topic: (file.new_rows, file.changed_rows, file.same_rows) for file in sent.files.all()}


def test_alice_uploads_a_new_case_and_it_belongs_to_sevilla(alice, sev):
    sent = upload(sev, alice, {**one_case(), "lab.csv": csv_file("lab", {"value": "500", "unit": "pmol/L"})})
    assert findings(sent) == []
    assert sent.state == UploadState.DONE
    assert counts(sent) == {"patient": (1, 0, 0), "infusion_course": (1, 0, 0), "lab": (1, 0, 0)}
    patient = Patient.objects.get()
    assert (patient.site_id, patient.study_id, patient.age_at_infusion) == (sev.pk, "A-1", 61)
    assert InfusionCourse.objects.get().product_id == "AXI"
    assert str(LabResult.objects.get().canonical_value) == "222.500000"
