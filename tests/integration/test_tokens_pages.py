"""The pages of tokens: what a person sees of their own, the secret that is shown once, revoking, and administrators."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from sites.context import acting_as, acting_as_system
from sites.models import ApiToken, Site, User
from sites.tokens import token_create, token_revoke
from tests.cast import NAMES, PASSWORD
from tests.integration.token_programs import program, token_of

pytestmark = pytest.mark.django_db
LIST, NEW = reverse("tokens"), reverse("token_new")
ASKED = reverse("account_reauthenticate")


def fresh(user: User) -> Client:
    """Return a browser in which somebody has just signed in."""
    client = Client()
    client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})
    return client


def filled(client: Client, **fields: Any) -> dict[str, Any]:
    """Return the form as it is sent, with its key."""
    key = client.get(NEW).context["form"]["key"].value()
    return {"key": str(key), "label": "nightly import", "scopes": ["read", "write"], "days": "30", **fields}


def revoke(token: ApiToken) -> str:
    return reverse("token_revoke", args=[token.pk])


@pytest.mark.parametrize("name", NAMES)
def test_everybody_who_is_signed_in_has_the_pages_and_nothing_on_them_at_first(cast, name) -> None:
    client = fresh(cast[name])
    shown = client.get(LIST).content.decode()
    assert "You have no tokens." in shown
    assert "Description of the interface" in shown
    assert f'href="{reverse("api_docs")}"' in shown
    assert client.get(NEW).status_code == 200
    assert f'href="{LIST}"' in client.get("/").content.decode()
    assert f'href="{LIST}"' in client.get(reverse("sign_ins")).content.decode()


@pytest.mark.parametrize("path", [LIST, NEW, reverse("token_revoke", args=[uuid.UUID(int=7)])])
def test_strangers_are_sent_to_sign_in(cast, client, path) -> None:
    assert client.get(path).url.startswith(reverse("account_login"))
    assert client.post(path).url.startswith(reverse("account_login"))


def test_the_secret_is_shown_in_the_answer_and_never_again(cast) -> None:
    client = fresh(cast.alice)
    made = client.post(NEW, filled(client))
    secret = made.context["secret"]
    assert made.status_code == 200
    assert made.content.decode().count(secret) == 1
    assert made.headers["Cache-Control"] == "no-store"
    assert "http://testserver/api/" in made.content.decode()
    assert program(secret).get("/api/queries/").status_code == 200
    listed = client.get(LIST).content.decode()
    assert secret not in listed
    assert f"…{secret[-4:]}" in listed
    assert secret not in str(dict(client.session))
    token = ApiToken.objects.get()
    assert (token.owner, token.label, token.scopes) == (cast.alice, "nightly import", ["read", "write"])
    assert token.sites == []
    assert token.expires_at - token.created_at == timedelta(days=30)


def test_the_same_form_sent_again_makes_no_second_token_and_leads_to_the_list(cast) -> None:
    client = fresh(cast.alice)
    form = filled(client)
    assert client.post(NEW, form).status_code == 200
    again = client.post(NEW, form)
    assert (again.status_code, again.url) == (302, LIST)
    assert ApiToken.objects.count() == 1
    assert client.post(NEW, filled(client)).status_code == 200
    assert ApiToken.objects.count() == 2


def test_the_key_of_somebody_elses_token_takes_nothing_over(cast) -> None:
    token, secret = token_of(cast.bob)
    client = fresh(cast.alice)
    answer = client.post(NEW, filled(client, key=str(token.pk)))
    assert answer.context["form"].errors
    assert ApiToken.objects.get().owner == cast.bob
    assert program(secret).get("/api/queries/").status_code == 200


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"label": ""}, "This field is required."),
        ({"label": "x" * 81}, "at most 80 characters"),
        ({"scopes": []}, "Choose what the token is good for."),
        ({"scopes": ["everything"]}, "everything is not one of the available choices"),
        ({"days": "365"}, "365 is not one of the available choices"),
        ({"days": ""}, "This field is required."),
        ({"key": "no key"}, "Enter a valid UUID."),
    ],
)
def test_what_cannot_be_taken_is_said_and_what_was_typed_stays(cast, wrong, words) -> None:
    client = fresh(cast.carol)
    answer = client.post(NEW, filled(client, **{"label": "my own import", "sites": [str(cast.hou.pk)], **wrong}))
    shown = answer.content.decode()
    assert answer.status_code == 200
    assert words in shown
    assert "That did not work" in shown
    assert not ApiToken.objects.exists()
    form = answer.context["form"]
    assert form["sites"].value() == [str(cast.hou.pk)]
    assert form["label"].value() == wrong.get("label", "my own import")


def test_too_many_tokens_are_refused_in_words(cast) -> None:
    for _number in range(20):
        token_of(cast.alice)
    client = fresh(cast.alice)
    assert "You have 20 tokens. Revoke one" in client.post(NEW, filled(client)).content.decode()
    assert ApiToken.objects.count() == 20


@pytest.mark.parametrize(("name", "codes"), [("alice", None), ("carol", ["HOU", "SEV"]), ("dana", ["HOU", "SEV"])])
def test_hospitals_are_offered_to_whoever_has_several(cast, name, codes) -> None:
    form = fresh(cast[name]).get(NEW).context["form"]
    offered = [label.split()[0] for _key, label in form.fields["sites"].choices] if "sites" in form.fields else None
    assert offered == codes


def test_a_hospital_ticked_narrows_the_token_and_stands_in_the_list(cast) -> None:
    client = fresh(cast.carol)
    client.post(reverse("switch_site"), {"site": str(cast.sev.pk), "next": "/"})
    assert client.post(NEW, filled(client, sites=[str(cast.hou.pk)])).status_code == 200
    assert ApiToken.objects.get().sites == [cast.hou.pk]
    assert [token.site_codes for token in client.get(LIST).context["page"]] == [["HOU"]]


def test_a_hospital_that_is_not_ones_own_is_refused(cast) -> None:
    with acting_as_system("tests", reason="a third hospital"):
        other = Site.objects.create(code="BCN", name="Barcelona", country="ES", time_zone="Europe/Madrid")
    client = fresh(cast.carol)
    answer = client.post(NEW, filled(client, sites=[str(other.pk)]))
    assert "sites" in answer.context["form"].errors
    alice = fresh(cast.alice)
    alice.post(NEW, filled(alice, sites=[str(cast.hou.pk)]))
    assert ApiToken.objects.get().sites == []


def test_an_old_sign_in_is_asked_who_it_is_and_what_was_sent_is_kept_for_it(cast, settings) -> None:
    client = fresh(cast.carol)
    form = filled(client, sites=[str(cast.sev.pk)])
    settings.ACCOUNT_REAUTHENTICATION_TIMEOUT = 0
    asked = client.post(NEW, form)
    assert asked.url.startswith(ASKED)
    assert not ApiToken.objects.exists()
    settings.ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
    made = client.post(asked.url, {"password": PASSWORD})
    assert made.context["token"].sites == [cast.sev.pk]


def test_the_question_who_it_is_leads_on_to_the_token(cast, signed_in) -> None:
    client = signed_in(cast.alice)
    asked = client.post(NEW, {"label": "import", "scopes": ["read"], "days": "7"})
    assert asked.url.startswith(ASKED)
    wrong = client.post(asked.url, {"password": "wrong"})
    assert wrong.status_code == 200
    assert not ApiToken.objects.exists()
    made = client.post(asked.url, {"password": PASSWORD})
    secret = made.context["secret"]
    assert made.headers["Cache-Control"] == "no-store"
    assert program(secret).get("/api/queries/").status_code == 200
    assert secret not in str(dict(client.session))


def test_the_list_says_what_works_what_has_expired_and_what_was_revoked(cast, signed_in) -> None:
    tokens = [token_of(cast.alice, days=days)[0] for days in (30, 1, 7)]
    with acting_as(cast.alice):
        token_revoke(token=tokens[2], by=cast.alice)
    with acting_as_system("tests", reason="time goes by"):
        past = timezone.now() - timedelta(days=9)
        ApiToken.objects.filter(pk=tokens[1].pk).update(created_at=past, expires_at=past + timedelta(days=1))
    answer = signed_in(cast.alice).get(LIST)
    shown = answer.content.decode()
    assert [token.pk for token in answer.context["page"]][0] == tokens[0].pk
    assert [shown.count(f">{word}<") for word in ("works", "expired", "revoked", "never")] == [1, 1, 1, 3]
    assert "in 29 days" in shown
    assert shown.count(f'href="{reverse("token_revoke", args=[tokens[0].pk])}"') == 1
    assert revoke(tokens[1]) not in shown
    assert revoke(tokens[2]) not in shown


def test_revoking_asks_once_more_and_then_programs_stop(cast, signed_in) -> None:
    token, secret = token_of(cast.alice)
    client = signed_in(cast.alice)
    assert "Programs that use it stop at once." in client.get(revoke(token)).content.decode()
    assert program(secret).get("/api/queries/").status_code == 200
    answer = client.post(revoke(token), follow=True)
    assert answer.redirect_chain[-1][0] == LIST
    assert "The token is revoked." in answer.content.decode()
    assert program(secret).get("/api/queries/").status_code == 401
    first = ApiToken.objects.get().revoked_at
    for method in (client.get, client.post):
        assert "Nothing was done" in method(revoke(token), follow=True).content.decode()
    assert ApiToken.objects.get().revoked_at == first


@pytest.mark.parametrize("name", ["bob", "carol", "dana", "judy", "eve"])
def test_the_tokens_of_others_do_not_exist_for_anybody_else(cast, signed_in, name) -> None:
    token, secret = token_of(cast.alice)
    client = signed_in(cast[name])
    assert client.get(LIST).context["others"].object_list == []
    for method in (client.get, client.post):
        there, nowhere = (method(reverse("token_revoke", args=[key])) for key in (token.pk, uuid.uuid4()))
        assert (there.status_code, nowhere.status_code) == (404, 404)
    assert program(secret).get("/api/queries/").status_code == 200


def test_administrators_see_the_living_tokens_of_others_and_revoke_them(cast, signed_in) -> None:
    (living, secret), (dead, _secret) = token_of(cast.alice, sites=[cast.sev.pk]), token_of(cast.bob)
    with acting_as(cast.bob):
        token_revoke(token=dead, by=cast.bob)
    client = signed_in(cast.adam)
    page = client.get(LIST)
    assert [(token.owner, token.site_codes) for token in page.context["others"]] == [(cast.alice, ["SEV"])]
    assert "Tokens of others" in page.content.decode()
    assert client.get(revoke(dead)).status_code == 404
    asked = client.get(revoke(living)).content.decode()
    assert "Alice" in asked
    client.post(revoke(living))
    assert program(secret).get("/api/queries/").status_code == 401
    assert client.get(LIST).context["others"].object_list == []


def test_long_lists_have_leaves_of_their_own(cast, signed_in) -> None:
    with acting_as_system("tests", reason="arrange"):
        people = [
            User.objects.create(email=f"p{number}@example.org", full_name=f"P{number:02}") for number in range(51)
        ]
        for person in [*people, *[cast.adam] * 2]:
            token_create(by=person, label="import", scopes=["read"], days=7)
    client = signed_in(cast.adam)
    first, second = client.get(LIST), client.get(LIST, {"others": "2"})
    assert len(first.context["others"]) == 50
    assert [token.owner for token in second.context["others"]] == [people[50]]
    assert len(second.context["page"]) == 2


def test_the_pages_speak_spanish(cast) -> None:
    with acting_as_system("tests", reason="the language"):
        User.objects.filter(pk=cast.alice.pk).update(language="es")
    client = fresh(cast.alice)
    token, _secret = token_of(cast.alice)
    for path, word in ((LIST, "funciona"), (NEW, "Crear el token"), (revoke(token), "Revocar")):
        assert word in client.get(path).content.decode()
    assert "Se muestra solo esta vez" in client.post(NEW, filled(client)).content.decode()
