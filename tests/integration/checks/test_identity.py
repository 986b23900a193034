"""Cases entered twice, words that identify, and a second course that qualifies for the study."""

from __future__ import annotations

import pytest

from registry.checks import identity  # noqa: F401
from registry.models import InfusionCourse, Patient, Product
from sites.context import acting_as_system
from tests.integration.checks.case_of import INFUSED, day
from tests.integration.checks.spec_of import is_found

pytestmark = pytest.mark.django_db
AXI = {"generic_name": "axi"}
SAME = {"birth_year": 1960, "sex": "FEMALE"}


@pytest.mark.parametrize(
    ("sentence", "other", "infused_on", "found"),
    [
        ("alike in everything", SAME, INFUSED, True),
        ("born in another year", {**SAME, "birth_year": 1961}, INFUSED, False),
        ("of the other sex", {**SAME, "sex": "MALE"}, INFUSED, False),
        ("infused on another day", SAME, day(1), False),
        ("of unknown year of birth", {**SAME, "birth_year": None}, INFUSED, False),
    ],
)
def test_a_case_entered_twice_is_asked_about(sev, sentence, other, infused_on, found):
    _another_case(sev, other, infused_on)
    assert is_found(sev, "ID01_DUP", ("patient", SAME), ("infusion_course", {})) == found, sentence


def test_a_case_alike_of_another_hospital_is_left_to_linkage(sev, hou):
    _another_case(hou, SAME, INFUSED)
    assert not is_found(sev, "ID01_DUP", ("patient", SAME), ("infusion_course", {}))


def _another_case(site, values, infused_on):
    with acting_as_system("tests", reason="another case"):
        Product.objects.get_or_create(code="AXI", defaults=AXI)
        patient = Patient.objects.create(site=site, study_id="X-2", **values)
        InfusionCourse.objects.create(site=site, patient=patient, course_no=1, infused_on=infused_on, product_id="AXI")


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("call ana.ruiz@example.org", True),
        ("seen on 12/06/2021", True),
        ("seen on 2021-06-12", True),
        ("record 12345678", True),
        ("tel. 954 12 34 56", True),
        ("Dr. Ruiz saw her", True),
        ("Sra García", True),
        ("ICE 5/10, CAPD 12, ferritin 12000 ng/mL", False),
        ("drowsy since the morning", False),
        ("norepinephrine 0.1-0.2 on day +4", False),
        ("", False),
        (None, False),
    ],
)
def test_words_that_identify_are_asked_about(sev, words, found):
    assert is_found(sev, "ID02_PII_CRS_ASSESSMENT", ("crs_assessment", {"note": words})) == found


@pytest.mark.parametrize(
    ("topic", "name"),
    [
        ("icans_assessment", "note"),
        ("toxicity_therapy", "drug_other"),
        ("adverse_event", "term_other"),
        ("infection", "organism_other"),
        ("death", "cause_other"),
    ],
)
def test_the_words_of_every_form_are_read(sev, topic, name):
    assert is_found(sev, f"ID02_PII_{topic.upper()}", (topic, {name: "record 12345678"}))


REFRACTORY = {"intent": "REFRACTORY_CRS", "crs_grade_at_start": 3}


@pytest.mark.parametrize(
    ("sentence", "first", "second", "found"),
    [
        ("both qualify", REFRACTORY, REFRACTORY, True),
        ("the first is prophylaxis", {**REFRACTORY, "intent": "PROPHYLAXIS"}, REFRACTORY, False),
        ("the second is of grade 1", REFRACTORY, {**REFRACTORY, "crs_grade_at_start": 1}, False),
        ("the first is not graded", {**REFRACTORY, "crs_grade_at_start": None}, REFRACTORY, False),
    ],
)
def test_a_second_course_that_qualifies_is_asked_about(sev, sentence, first, second, found):
    rows = ("anakinra_course", {"anakinra_no": 1, **first}), ("anakinra_course", {"anakinra_no": 2, **second})
    assert is_found(sev, "ID04_CRID", *rows) == found, sentence
