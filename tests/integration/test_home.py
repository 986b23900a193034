"""The home page: what each role finds to do, in both languages, and how other applications add to it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from registry.models import Death, DeathReview, Patient
from registry.selectors.deaths import deaths_visible
from registry.selectors.home import deaths_to_assign
from sites import home
from sites.context import acting_as, acting_as_system
from sites.home import Card, cards_for, links_for, register_cards, register_link
from sites.models import Agreement, User
from sites.roles import Permission, Role

EXPECTED = [
    ("alice", "en", ["Work list", "Cases of your site", "2 cases (SEV 2)"]),
    ("alice", "es", ["Lista de trabajo", "Casos de su centro", "2 casos (SEV 2)"]),
    ("carol", "en", ["Cases of your sites", "3 cases (HOU 1, SEV 2)"]),
    ("ivan", "en", ["Cases of your site", "2 cases (SEV 2)"]),
    ("bob", "es", ["Casos de su centro", "1 caso (HOU 1)"]),
    ("dana", "en", ["Cases of all sites", "3 cases", "Every active site has a valid agreement"]),
    ("dana", "es", ["Casos de todos los centros", "Todos los centros activos tienen acuerdo"]),
    ("judy", "en", ["Deaths to judge", "1 death waits for your judgement."]),
    ("judy", "es", ["Muertes por juzgar", "1 muerte espera su juicio."]),
    ("adam", "en", ["People without a role", "1 person can sign in but not do anything.", "Registry"]),
    ("adam", "es", ["Personas sin función", "Registro"]),
    ("eve", "en", ["You have no role yet", "Ask the administrator"]),
    ("eve", "es", ["Aún no tiene ninguna función", "Pida una función al administrador"]),
]


@pytest.fixture
def cases(cast):
    """Two cases at Sevilla, one at Houston, and a death there that judy is to judge."""
    with acting_as_system("tests", reason="arrange"):
        sites = [cast.sev, cast.sev, cast.hou]
        patients = [Patient(site=site, study_id=f"S{number}") for number, site in enumerate(sites)]
        Patient.objects.bulk_create(patients)
        death = Death.objects.create(site=cast.hou, patient=patients[2])
        DeathReview.objects.create(site=cast.hou, death=death, review_no=1, adjudicator=cast.judy)
    return cast


def words(page) -> str:
    return " ".join(page.content.decode().replace('<strong class="card__count">', "").replace("</strong>", "").split())


@pytest.mark.parametrize(("person", "language", "sentences"), EXPECTED)
def test_each_role_is_told_what_there_is_to_do(cases, signed_in, person, language, sentences) -> None:
    with acting_as_system("tests", reason="the language of the test"):
        User.objects.filter(pk=cases[person].pk).update(language=language)
    page = words(signed_in(cases[person]).get("/"))
    assert [sentence for sentence in sentences if sentence not in page] == []


@pytest.mark.parametrize("person", ["judy", "adam", "eve"])
def test_those_without_clinical_data_are_told_no_counts_of_cases(cases, signed_in, person) -> None:
    page = words(signed_in(cases[person]).get("/"))
    assert "SEV 2" not in page
    assert "HOU 1" not in page


def test_cases_are_counted_no_further_than_is_told(cast, signed_in, monkeypatch) -> None:
    monkeypatch.setattr("registry.selectors.home.COUNTED_AT_MOST", 3)
    monkeypatch.setattr("registry.web.home_cards.COUNTED_AT_MOST", 3)
    with acting_as_system("tests", reason="arrange"):
        Patient.objects.bulk_create(Patient(site=cast.sev, study_id=f"S{number}") for number in range(5))
        Patient.objects.create(site=cast.hou, study_id="H1")
    assert "More than 3 cases (SEV more than 3)" in words(signed_in(cast.alice).get("/"))
    assert "More than 3 cases (HOU 1, SEV more than 3)" in words(signed_in(cast.carol).get("/"))
    assert "More than 3 cases</p>" in words(signed_in(cast.dana).get("/"))


def test_who_has_many_sites_is_told_the_sum_alone(cases, signed_in, monkeypatch) -> None:
    monkeypatch.setattr("registry.selectors.home.SITES_TOLD", 1)
    page = words(signed_in(cases.carol).get("/"))
    assert "3 cases" in page
    assert "HOU 1" not in page


def test_deaths_are_counted_as_they_are_listed(cast) -> None:
    with acting_as_system("tests", reason="arrange"):
        asked = [[], [None], [None, None], ["TRM", "TRM"], ["TRM", "OTHER"], ["TRM", "OTHER", None], ["TRM", None]]
        people = [cast.judy, cast.adam, cast.eve]
        for number, classes in enumerate(asked):
            patient = Patient.objects.create(site=cast.sev, study_id=f"D{number}")
            death = Death.objects.create(site=cast.sev, patient=patient)
            for review_no, trm_class in enumerate(classes, start=1):
                DeathReview.objects.create(
                    site=cast.sev,
                    death=death,
                    review_no=review_no,
                    adjudicator=people[review_no - 1],
                    trm_class=trm_class,
                )
    with acting_as(cast.dana):
        assert deaths_to_assign(cast.dana) == deaths_visible(cast.dana).filter(wants_adjudicator=True).count() == 3


def test_a_coordinator_is_told_nothing_of_another_site(cases, signed_in) -> None:
    assert "HOU" not in words(signed_in(cases.alice).get("/"))


def test_an_agreement_that_ends_is_urgent_for_those_who_answer_for_it(cases, signed_in) -> None:
    with acting_as_system("tests", reason="an agreement that ends"):
        Agreement.objects.filter(site=cases.sev, kind="ETHICS").delete()
        until = timezone.localdate() + timedelta(days=30)
        Agreement.objects.filter(site=cases.hou, kind="DATA_USE").update(valid_until=until)
    for person in ("dana", "adam"):
        page = words(signed_in(cases[person]).get("/"))
        assert "SEV: Ethics approval missing" in page
        assert "HOU: Data use agreement ends" in page
        assert ("Add the new agreement" in page) is (person == "adam")
    assert "Ethics approval" not in words(signed_in(cases.alice).get("/"))


@pytest.fixture
def registers(monkeypatch):
    """Let a test register cards and links of its own."""
    monkeypatch.setattr(home, "_cards", dict(home._cards))
    monkeypatch.setattr(home, "_links", dict(home._links))


def cards_shown(user) -> list[Card]:
    with acting_as(user):
        return cards_for(user)


def test_an_application_adds_cards_for_the_roles_it_names(cast, registers) -> None:
    register_cards("test", lambda user: [Card("Only in this test", user.email, 3)], roles=[Role.COORDINATOR], order=1)
    assert cards_shown(cast.alice)[0] == Card("Only in this test", "alice@example.org", 3)
    assert "Only in this test" not in [card.title for card in cards_shown(cast.ivan)]
    register_cards("test", lambda user: [], roles=[Role.COORDINATOR])
    assert "Only in this test" not in [card.title for card in cards_shown(cast.alice)]


def test_an_application_adds_items_to_the_bar_of_those_who_may_use_them(cast, registers) -> None:
    register_link("test", "Only in this test", "home", permissions=[Permission.CASE_UPLOAD], order=1)
    assert "Only in this test" in [str(link.title) for link in links_for(cast.alice)]
    assert "Only in this test" not in [str(link.title) for link in links_for(cast.ivan)]
