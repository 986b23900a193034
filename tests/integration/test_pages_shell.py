"""The frame of every page: who sees what on the bar, language, error pages, headers, audit of what a page writes."""

from __future__ import annotations

import pytest
from django.http import HttpResponse, StreamingHttpResponse
from django.test import Client, RequestFactory
from django.urls import path, reverse

from config.urls import handler403, handler404, handler500
from config.urls import urlpatterns as real_urls
from sites.access import guard
from sites.audit import event_model_of
from sites.middleware import ContextMiddleware
from sites.models import Site, User
from sites.roles import Permission

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


@guard(Permission.CASE_EDIT)
def for_coordinators(request):
    return HttpResponse("cases")


def breaks(request):
    Site.objects.update(name="half done")
    raise ZeroDivisionError


urlpatterns = [*real_urls, path("test/cases/", for_coordinators), path("test/breaks/", breaks)]
__all__ = ["handler403", "handler404", "handler500"]
with_test_pages = pytest.mark.urls(__name__)


def policy_of(answer) -> set[str]:
    return {part.strip() for part in answer.headers["Content-Security-Policy"].split(";")}


@with_test_pages
@pytest.mark.parametrize(
    ("person", "address", "status"),
    [
        (None, "/accounts/sign-in/", 200),
        (None, "/accounts/password/reset/", 200),
        (None, "/", 302),
        (None, "/nowhere/", 404),
        ("alice", "/", 200),
        ("alice", "/accounts/password/change/", 200),
        ("ivan", "/test/cases/", 403),
        ("adam", "/admin/", 200),
        ("adam", "/admin/study_sites/user/", 200),
        ("alice", "/test/breaks/", 500),
    ],
)
def test_every_answer_carries_the_strict_policy_and_nothing_inline(cast, person, address, status) -> None:
    client = Client(raise_request_exception=False)
    if person:
        client.force_login(cast[person])
    answer = client.get(address)
    assert answer.status_code == status
    assert policy_of(answer) == set(POLICY.split("; "))
    page = answer.content.decode()
    assert " style=" not in page
    assert "<style" not in page
    assert " onclick=" not in page
    assert not [tag for tag in page.split("<script")[1:] if "src=" not in tag.split(">")[0]]


@pytest.mark.parametrize(
    ("person", "items"),
    [
        ("alice", ["Work list"]),
        ("adam", ["Work list", "Registry"]),
        ("eve", ["Work list"]),
    ],
)
def test_the_bar_shows_what_a_person_may_open_and_nothing_else(cast, signed_in, person, items) -> None:
    page = signed_in(cast[person]).get("/")
    titles = [str(link["title"]) for link in page.context["bar_links"]()]
    assert titles[0] == items[0]
    assert ("Registry" in titles) is ("Registry" in items)


def test_the_bar_names_a_persons_sites(cast, signed_in) -> None:
    assert "SEV · Alice" in signed_in(cast.alice).get("/").content.decode()


@with_test_pages
def test_a_guard_sends_strangers_to_sign_in_and_others_to_a_page_that_explains(cast, client, signed_in) -> None:
    assert client.get("/test/cases/").url == f"{reverse('account_login')}?next=/test/cases/"
    assert signed_in(cast.alice).get("/test/cases/").content == b"cases"
    refused = signed_in(cast.ivan).get("/test/cases/")
    assert refused.status_code == 403
    assert b"You may not open this page" in refused.content
    assert for_coordinators.required_permission is Permission.CASE_EDIT


def test_a_page_that_is_not_there_says_so_in_words(cast, signed_in) -> None:
    answer = signed_in(cast.alice).get("/nowhere/")
    assert answer.status_code == 404
    assert b"There is no such page" in answer.content


@with_test_pages
def test_a_page_that_breaks_writes_nothing_and_gives_its_number(cast) -> None:
    client = Client(raise_request_exception=False)
    client.force_login(cast.alice)
    answer = client.get("/test/breaks/")
    assert answer.status_code == 500
    assert answer.headers["X-Request-ID"] in answer.content.decode()
    assert not Site.objects.filter(name="half done").exists()


def test_a_form_without_its_token_is_refused_in_words(cast) -> None:
    answer = Client(enforce_csrf_checks=True).post(reverse("account_login"), {"login": "x"})
    assert answer.status_code == 403
    assert b"This form is too old" in answer.content


def test_the_language_switch_keeps_the_page_and_is_remembered(cast, signed_in) -> None:
    client = signed_in(cast.alice)
    page = reverse("account_change_password")
    answer = client.post(reverse("choose_language"), {"language": "es", "next": page})
    assert answer.url == page
    assert '<html lang="es">' in client.get(page).content.decode()
    assert User.objects.get(pk=cast.alice.pk).language == "es"
    assert '<html lang="es">' in signed_in(cast.alice).get("/").content.decode()
    event = event_model_of(User).objects.filter(pgh_label="update").latest("pgh_id")
    assert (event.language, event.pgh_context["user_label"], event.pgh_context["source"]) == (
        "es",
        "alice@example.org",
        "web",
    )
    assert event.pgh_context["request_id"] == answer.headers["X-Request-ID"]


def test_strangers_choose_a_language_too(client, db) -> None:
    client.post(reverse("choose_language"), {"language": "es", "next": "/"})
    assert "Iniciar sesión" in client.get(reverse("account_login")).content.decode()


@pytest.mark.parametrize("language", ["xx", "", "en-us'"])
def test_an_unknown_language_changes_nothing(cast, signed_in, language) -> None:
    signed_in(cast.alice).post(reverse("choose_language"), {"language": language, "next": "/"})
    assert User.objects.get(pk=cast.alice.pk).language == "en"


def test_the_switch_does_not_lead_to_another_place(cast, signed_in) -> None:
    answer = signed_in(cast.alice).post(
        reverse("choose_language"), {"language": "es", "next": "https://elsewhere.example/"}
    )
    assert answer.url == "/"


def test_the_browsers_language_holds_until_a_person_has_one(client, db) -> None:
    page = client.get(reverse("account_login"), headers={"accept-language": "es-ES"})
    assert '<html lang="es">' in page.content.decode()


def test_the_demonstration_says_that_its_data_are_simulated(cast, signed_in, settings) -> None:
    settings.QUELL_DEMO = True
    assert b"values are simulated" in signed_in(cast.alice).get("/").content
    settings.QUELL_DEMO = False
    assert b"simulated" not in signed_in(cast.alice).get("/").content


def test_a_stream_is_refused_because_it_outlives_its_context(cast) -> None:
    request = RequestFactory().get("/")
    request.user, request.session = cast.alice, {}
    with pytest.raises(RuntimeError, match="streamed"):
        ContextMiddleware(lambda _: StreamingHttpResponse(iter(["x"])))(request)


def test_dates_are_day_first_in_both_languages() -> None:
    from datetime import date

    from django.utils import formats, translation

    for language, shown in (("en", "5 Mar 2025"), ("es", "5 mar 2025")):
        with translation.override(language):
            assert formats.date_format(date(2025, 3, 5), "DATE_FORMAT").lower() == shown.lower()
            assert formats.get_format("DATE_INPUT_FORMATS")[0] == "%d/%m/%Y"
