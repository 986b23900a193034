"""The pages of uploads: hand in, look, decide; nobody else's uploads exist for anybody."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from registry import intake
from registry.models import Patient, Upload
from registry.models.uploads import UploadState
from tests.factories.files import create_products, csv_file, one_case
from tests.walls import nobody_acting

pytestmark = pytest.mark.usefixtures("looking_on")


@pytest.fixture(autouse=True)
def products(db):
    create_products()


@pytest.fixture
def messages(monkeypatch):
    """Collect what would wake a worker."""
    sent: list[tuple] = []
    monkeypatch.setattr(
        "registry.intake.submitting.current_app.send_task", lambda name, args, **_: sent.append((name, args))
    )
    return sent


def checked(site, by, files=None) -> Upload:
    upload = intake.submit(site=site, by=by, files=files or one_case(), commit=False)
    with nobody_acting():
        intake.run(upload.pk)
    upload.refresh_from_db()
    return upload


def with_problems() -> dict[str, bytes]:
    rows = csv_file("patient", {"study_id": "A-1", "sex": "MALE"}, {"study_id": "A-2", "sex": "=HYPERLINK(1)"})
    return {"patient.csv": rows}


def send(client, site, files, **choices):
    given = {"number_style": "point", "blank_cells": "keep", "reason": "", **choices}
    sent = [SimpleUploadedFile(name, content) for name, content in files.items()]
    return client.post(reverse("upload_new"), {"site": str(site.pk), "files": sent, **given})


def test_alice_hands_in_files_and_a_worker_is_woken_with_an_id_alone(
    alice, sev, signed_in, messages, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        response = send(signed_in(alice), sev, one_case())
    upload = Upload.objects.get()
    assert response.url == reverse("upload", args=[upload.pk])
    assert messages == [("registry.upload_run", [str(upload.pk)])]
    assert Patient.objects.count() == 0


def test_a_file_that_is_no_csv_is_refused_on_the_form_in_words(alice, sev, signed_in):
    response = send(signed_in(alice), sev, {"patient.xlsx": b"PK\x03\x04"})
    assert "CSV UTF-8" in response.content.decode()
    assert Upload.objects.count() == 0


def test_alice_cannot_upload_for_houston(alice, hou, signed_in):
    assert send(signed_in(alice), hou, one_case()).status_code == 200
    assert Upload.objects.count() == 0


@pytest.mark.parametrize("name", ["ivan", "dana", "judy", "adam", "eve"])
def test_who_may_not_upload_gets_no_page(cast, name, signed_in):
    client = signed_in(cast[name])
    for address in ("uploads", "upload_new"):
        assert client.get(reverse(address)).status_code == 403


def test_strangers_are_sent_to_sign_in(client):
    assert client.get(reverse("uploads")).status_code == 302


def test_bob_finds_nothing_where_alices_upload_is(alice, bob, sev, signed_in):
    upload = checked(sev, alice, with_problems())
    file = upload.files.get()
    client = signed_in(bob)
    assert "A-1" not in client.get(reverse("uploads")).content.decode()
    assert client.get(reverse("upload", args=[upload.pk])).status_code == 404
    assert client.get(reverse("upload_findings", args=[upload.pk])).status_code == 404
    assert client.get(reverse("upload_rejected", args=[upload.pk, file.pk])).status_code == 404
    assert client.post(reverse("upload_decide", args=[upload.pk]), {"act": "discard"}).status_code == 404
    assert Upload.objects.get().state == UploadState.CHECKED


def test_a_page_asks_again_while_work_goes_on_and_stops_when_it_is_done(alice, sev, signed_in):
    upload = intake.submit(site=sev, by=alice, files=one_case(), commit=False)
    address, client = reverse("upload", args=[upload.pk]), signed_in(alice)
    working = client.get(address)
    assert 'hx-trigger="every 3s"' in working.content.decode()
    assert "<noscript>" in working.content.decode()
    intake.run(upload.pk)
    assert "hx-trigger" not in client.get(address).content.decode()


def test_alice_saves_a_checked_upload(alice, sev, signed_in, messages):
    upload = checked(sev, alice)
    client = signed_in(alice)
    assert "Save all rows" in client.get(reverse("upload", args=[upload.pk])).content.decode()
    client.post(reverse("upload_decide", args=[upload.pk]), {"act": "all_or_none"})
    intake.run(upload.pk)
    assert "2 rows were saved." in client.get(reverse("upload", args=[upload.pk])).content.decode()
    assert Patient.objects.count() == 1


def test_problems_are_listed_and_only_good_rows_can_be_saved(alice, sev, signed_in, messages):
    upload = checked(sev, alice, with_problems())
    client = signed_in(alice)
    page = client.get(reverse("upload", args=[upload.pk])).content.decode()
    assert "Save all rows" not in page
    assert "Save only the 1 good row" in page
    assert "This is not on the list." in page
    client.post(reverse("upload_decide", args=[upload.pk]), {"act": "good_rows_only"})
    intake.run(upload.pk)
    assert list(Patient.objects.values_list("study_id", flat=True)) == ["A-1"]
    page = client.get(reverse("upload", args=[upload.pk])).content.decode()
    assert "were left out" in page


def test_downloads_hold_no_formula(alice, sev, signed_in):
    upload = checked(sev, alice, with_problems())
    client = signed_in(alice)
    listed = client.get(reverse("upload_findings", args=[upload.pk])).content.decode("utf-8-sig")
    rejected = client.get(reverse("upload_rejected", args=[upload.pk, upload.files.get().pk]))
    assert "'=HYPERLINK(1)" in listed
    assert "'=HYPERLINK(1)" in rejected.content.decode("utf-8-sig")
    assert rejected["Cache-Control"] == "no-store"


def test_a_discarded_upload_saves_nothing_and_cannot_be_saved_any_more(alice, sev, signed_in, messages):
    upload = checked(sev, alice)
    client, address = signed_in(alice), reverse("upload_decide", args=[upload.pk])
    client.post(address, {"act": "discard"})
    client.post(address, {"act": "all_or_none"})
    intake.run(upload.pk)
    assert Upload.objects.get().state == UploadState.CANCELLED
    assert Patient.objects.count() == 0


def test_an_unknown_act_is_not_found(alice, sev, signed_in):
    upload = checked(sev, alice)
    assert signed_in(alice).post(reverse("upload_decide", args=[upload.pk]), {"act": "x"}).status_code == 404


def test_the_list_is_empty_at_first_and_says_what_to_do(alice, signed_in):
    assert "Nothing has been uploaded yet." in signed_in(alice).get(reverse("uploads")).content.decode()


def test_a_template_is_the_header_of_its_topic(alice, signed_in):
    content = signed_in(alice).get(reverse("upload_template", args=["lab"])).content
    assert content.startswith(b"\xef\xbb\xbfstudy_id,course_no,analyte,sampled_on,sampled_at,value")
    assert signed_in(alice).get(reverse("upload_template", args=["death_review"])).status_code == 404


def test_the_home_page_names_uploads_that_wait(alice, sev, signed_in):
    checked(sev, alice, with_problems())
    assert "upload has problems or waits for your decision." in signed_in(alice).get(reverse("home")).content.decode()


def test_the_sweeper_wakes_workers_without_a_broker_too(alice, sev, monkeypatch, django_capture_on_commit_callbacks):
    def down(*_args, **_kwargs):
        raise OSError("no broker")

    monkeypatch.setattr("registry.intake.submitting.current_app.send_task", down)
    upload = intake.submit(site=sev, by=alice, files=one_case())
    with django_capture_on_commit_callbacks(execute=True):
        intake.enqueue(upload)
    upload.refresh_from_db()
    assert upload.state == UploadState.QUEUED


def test_every_link_of_the_upload_form_leads_somewhere(alice, signed_in):
    page = signed_in(alice).get(reverse("upload_new")).content.decode()
    assert 'href=""' not in page
    assert page.count(f'href="{reverse("uploads")}"') >= 2


def test_problems_are_said_in_spanish_to_who_reads_spanish(alice, sev, signed_in):
    upload = checked(sev, alice, with_problems())
    alice.language = "es"
    alice.save()
    page = signed_in(alice).get(reverse("upload", args=[upload.pk])).content.decode()
    assert "Esto no está en la lista" in page
