"""The generator of simulated registries: what the database computed is what the rules compute."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from django.core.management import CommandError, call_command
from django.db.models import F

from registry.demo.bulk.generate import generate_registry, site_count
from registry.demo.only import RealDataHere
from registry.metadata import topics
from registry.models import AnakinraCourse, CrsEpisode, FollowUp, InfusionCourse, LabResult, Patient, Product
from registry.rules.labs import Analyte, to_canonical
from registry.services import derive_patients
from sites.audit import event_model_of
from sites.context import acting_as_system
from sites.models import Site
from tests.walls import as_owner

PATIENTS = 400


@pytest.fixture
def generated(db) -> Iterator[dict[str, int]]:
    counts = generate_registry(patients=PATIENTS, seed=1)
    with acting_as_system("test", reason="looking on"):
        yield counts


@pytest.mark.django_db
def test_rows_are_written_for_every_topic_that_people_fill_in(generated):
    assert generated["patient"] == generated["follow_up"] == PATIENTS
    assert generated["lab"] == 10 * PATIENTS
    assert 8 * PATIENTS <= generated["crs_assessment"] + generated["icans_assessment"] <= 12 * PATIENTS
    assert {entry.code for entry in topics()} - generated.keys() == {"death_review", "further_infusion"}
    assert generated == {entry.code: entry.model.objects.count() for entry in topics() if entry.code in generated}


@pytest.mark.django_db
def test_computed_values_are_those_of_the_rules(generated):
    # The database has not seen these rows yet: by what it knows of empty tables it may plan for minutes of work.
    with as_owner() as cursor:
        cursor.execute(f"ANALYZE {', '.join(entry.model._meta.db_table for entry in topics())}")
    with acting_as_system("test", reason="compute again"):
        assert derive_patients(Patient.objects.values_list("id", flat=True)) == 0
    for result in LabResult.objects.exclude(value=None):
        assert result.canonical_value == to_canonical(Analyte(result.analyte), result.value, result.unit)


@pytest.mark.django_db
def test_values_are_missing_with_a_reason_and_some_are_wrong(generated):
    missing = list(LabResult.objects.filter(value=None).values_list("missing", flat=True))
    assert 0.02 * generated["lab"] < len(missing) < 0.06 * generated["lab"]
    assert all(reasons == {"value": "ND"} for reasons in missing)
    assert InfusionCourse.objects.filter(missing__kps="ND").exists()
    lost_day = FollowUp.objects.filter(last_contact_on__lt=F("patient__deaths__died_on"))
    early = CrsEpisode.objects.filter(onset_on__lt=F("course__infused_on"))
    assert lost_day.exists() or early.exists()
    assert set(AnakinraCourse.objects.values_list("dose_class", flat=True)) >= {"HIGH", "LOW", "OTHER_SC_HIGH"}


@pytest.mark.django_db
def test_every_row_has_an_event_that_says_who_and_why(generated):
    for entry in topics():
        events = event_model_of(entry.model).objects
        assert events.count() == generated.get(entry.code, 0)
    event = event_model_of(LabResult).objects.first()
    assert event.pgh_context["user_label"] == "registry_generate"
    assert event.pgh_context["reason"] == "simulated registry for benchmarks"


@pytest.mark.django_db
def test_another_seed_adds_another_registry_and_the_same_seed_is_refused(generated):
    generate_registry(patients=20, seed=2)
    assert Patient.objects.count() == PATIENTS + 20
    with pytest.raises(CommandError, match="generated already"):
        call_command("registry_generate", "--patients", "20", "--seed", "1")


@pytest.mark.django_db
def test_the_same_seed_gives_the_same_rows(generated):
    first = list(LabResult.objects.order_by("id").values_list("id", "site", "value", "sampled_on", "sampled_at"))
    with acting_as_system("test", reason="once more"):
        for entry in reversed(list(topics())):
            entry.model.objects.all().delete()
    remove_sites()
    generate_registry(patients=PATIENTS, seed=1)
    second = LabResult.objects.order_by("id").values_list("id", "site", "value", "sampled_on", "sampled_at")
    assert list(second) == first


def remove_sites() -> None:
    with acting_as_system("test", reason="once more"):
        for site in Site.objects.all():
            site.agreements.all().delete()
            site.delete()


@pytest.mark.django_db
def test_simulated_data_are_refused_beside_a_real_site_and_in_production(settings):
    with acting_as_system("test", reason="a real site"):
        Site.objects.create(code="REAL", name="A real hospital", country="US", time_zone="America/Chicago")
    with pytest.raises(RealDataHere, match="REAL"):
        generate_registry(patients=10, seed=1)
    settings.SETTINGS_MODULE = "config.settings.prod"
    with pytest.raises(CommandError, match="production"):
        call_command("registry_generate", "--patients", "10")


@pytest.mark.django_db
def test_reference_lists_are_loaded_once_and_keep_what_an_administrator_changed():
    call_command("reference_load")
    with acting_as_system("test", reason="a correction"):
        Product.objects.filter(code="AXI").update(brand_name="Corrected")
    call_command("reference_load")
    assert Product.objects.get(code="AXI").brand_name == "Corrected"
    assert event_model_of(Product).objects.filter(code="TISA").count() == 1
    assert Product.objects.get(code="AXI").first_approved_on == date(2017, 10, 18)


def test_the_number_of_sites_grows_with_the_root_of_the_patients():
    assert [site_count(patients) for patients in (100, 1_000, 10_000, 100_000)] == [9, 13, 40, 126]
