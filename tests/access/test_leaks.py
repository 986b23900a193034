"""What could give away another site's cases without showing them: counts, search, choices, refusals, totals, order."""

from __future__ import annotations

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from registry import intake
from registry.models import Patient, UploadFinding
from sites.context import acting_as_system
from tests.factories.files import create_products, csv_file, one_case
from tests.factories.whole_case import whole_case


@pytest.fixture
def there(cast):
    """Sixty cases at Houston, one of which bears the study id that Sevilla is about to use."""
    names = [f"HOU-{number:04d}" for number in range(59)]
    with acting_as_system("tests", reason="another site's cases"):
        create_products()
        Patient.objects.bulk_create(Patient(site=cast.hou, study_id=name) for name in [*names, "SHARED-1"])
    return cast


def text(client, name, **asked) -> str:
    """Return what a page says: its words without the tags, whose random tokens may hold any letters and digits."""
    return re.sub(r"<[^>]*>", " ", client.get(reverse(name), asked).content.decode())


def test_the_counts_of_the_first_page_are_those_of_the_own_site(there, signed_in) -> None:
    page = text(signed_in(there.alice), "home")
    assert "HOU" not in page
    assert not re.search(r"\b60\b", page)


@pytest.mark.parametrize("asked", [{"q": "HOU"}, {"q": "SHARED"}, {"site": "HOU"}, {}])
def test_search_filter_and_paging_say_nothing_of_another_site(there, signed_in, asked) -> None:
    client = signed_in(there.alice)
    page = client.get(reverse("cases"), asked)
    assert list(page.context["cases"]) == []
    assert page.context["following"] is None
    assert [site.code for site in page.context["sites"]] == ["SEV"]
    assert "Houston" not in page.content.decode()


def test_the_order_of_ones_own_list_does_not_move_with_cases_of_another_site(there, signed_in) -> None:
    with acting_as_system("tests", reason="own cases"):
        Patient.objects.bulk_create(Patient(site=there.sev, study_id=name) for name in ("B-2", "A-1", "C-3"))
    listed = signed_in(there.alice).get(reverse("cases")).context["cases"]
    assert [case.study_id for case in listed] == ["A-1", "B-2", "C-3"]


def _found(cast, study_id) -> list[tuple[str, str]]:
    rows = csv_file("patient", {"study_id": study_id, "sex": "MALE"})
    upload = intake.submit(site=cast.sev, by=cast.alice, files={"patient.csv": rows}, commit=False)
    intake.run(upload.pk)
    with acting_as_system("tests", reason="look"):
        found = UploadFinding.objects.filter(file__upload=upload).values_list("column", "code")
        return [*found, ("new", str(upload.files.get().new_rows))]


def test_an_upload_cannot_tell_that_a_study_id_exists_at_another_site(there, monkeypatch) -> None:
    monkeypatch.setattr("registry.intake.submitting.current_app.send_task", lambda *_, **__: None)
    assert _found(there, "SHARED-1") == _found(there, "FREE-1") == [("new", "1")]


def test_choices_of_the_upload_form_and_its_errors_name_own_sites_alone(there, signed_in) -> None:
    client = signed_in(there.alice)
    assert "Houston" not in text(client, "upload_new")
    files = [SimpleUploadedFile(name, content) for name, content in one_case().items()]
    sent = {"site": str(there.hou.pk), "files": files, "number_style": "point", "blank_cells": "keep", "reason": ""}
    answer = client.post(reverse("upload_new"), sent)
    assert answer.status_code == 200
    assert "Houston" not in answer.content.decode()


def test_an_investigator_without_a_grant_sees_no_release_and_no_count_of_them(there, signed_in) -> None:
    whole_case(there.hou, "HOU-WHOLE", judge=there.judy)
    page = text(signed_in(there.ivan), "releases")
    assert "HOU" not in page
    assert not re.search(r"\b60\b", page)


def test_the_administration_offers_no_list_of_cases_to_choose_from(there, signed_in) -> None:
    client = signed_in(there.adam)
    asked = {"app_label": "registry", "model_name": "infusioncourse", "field_name": "patient", "term": "HOU"}
    assert client.get(reverse("admin:autocomplete"), asked).status_code == 403
    for page in ("admin:index", "admin:study_sites_site_changelist", "admin:registry_product_add"):
        assert "HOU-00" not in client.get(reverse(page)).content.decode()
