"""The page of the tokens of a release: seen by whoever may take it, shown once, revoked, in both languages."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from exports.models import Release, ReleaseToken
from exports.services.redcap_tokens import MOST_LIVING
from sites.context import acting_as, acting_as_system
from sites.models import User
from tests.cast import Cast
from tests.factories.redcap import accept, ask, made_token, redcap_release
from tests.factories.releases import asked_for, client_of, give, publish

pytestmark = pytest.mark.django_db
WRITTEN = re.compile(r"\b[0-9A-F]{32}\b")


def at(release: Release, name: str = "redcap_tokens", *more: Any) -> str:
    return reverse(name, args=[release.pk, *more])


def page(release: Release, user: User) -> str:
    response = client_of(user).get(at(release))
    assert response.status_code == 200
    return response.content.decode()


def sent(**values: Any) -> dict[str, Any]:
    last_day = timezone.localdate() + dt.timedelta(days=20)
    return {"label": "statistics server", "level": "AGREEMENT", "last_day": last_day.isoformat(), **values}


def test_the_page_of_a_release_leads_to_its_tokens(release: Release, cast: Cast):
    shown = client_of(cast.ivan).get(reverse("release", args=[release.pk])).content.decode()
    assert f'href="{at(release)}"' in shown
    assert "No token yet." in page(release, cast.ivan)


def test_a_token_is_shown_once_with_lines_for_clients_and_it_works(release: Release, cast: Cast):
    response = client_of(cast.ivan).post(at(release, "redcap_token_create"), sent())
    assert response.status_code == 200
    assert "no-store" in response.headers["Cache-Control"]
    shown = response.content.decode()
    [written] = set(WRITTEN.findall(shown))
    assert f'Project("http://testserver/redcap/api/", "{written}")'.replace('"', "&quot;") in shown.replace(
        '"', "&quot;"
    )
    assert "REDCapR::redcap_read(" in shown
    assert ask(written, "version").status_code == 200
    again = page(release, cast.ivan)
    assert not WRITTEN.search(again)
    assert f"<code>{written[-4:]}</code>" in again
    assert "statistics server" in again


def test_whoever_has_not_just_proved_who_they_are_is_asked_first(release: Release, cast: Cast):
    client = client_of(cast.ivan, seconds_ago=600)
    response = client.post(at(release, "redcap_token_create"), sent())
    assert response.status_code == 302
    assert response.headers["Location"].startswith(reverse("account_reauthenticate"))
    assert not ReleaseToken.objects.exists()


@pytest.mark.parametrize(
    ("wrong", "words"),
    [({"label": ""}, "This field is required"), ({"level": "NOTHING"}, "Select a valid choice"),
     ({"last_day": "2001-01-01"}, "Choose a day from today"), ({"last_day": "soon"}, "Enter a valid date")],
)  # fmt: skip
def test_a_form_that_cannot_be_taken_comes_back_with_what_was_typed(
    release: Release, cast: Cast, wrong: dict[str, str], words: str
):
    response = client_of(cast.ivan).post(at(release, "redcap_token_create"), sent(**wrong))
    shown = response.content.decode()
    assert response.status_code == 422
    assert words in shown
    assert "No token was made" in shown
    assert not ReleaseToken.objects.exists()


def test_one_token_too_many_is_told(release: Release, cast: Cast):
    for _number in range(MOST_LIVING):
        made_token(release, cast.ivan)
    response = client_of(cast.ivan).post(at(release, "redcap_token_create"), sent())
    assert (response.status_code, "Revoke one first" in response.content.decode()) == (422, True)


def test_a_person_sees_and_revokes_their_own_tokens_alone(release: Release, cast: Cast):
    accept(release, cast.dana)
    danas, _written = made_token(release, cast.dana, label="of dana")
    ivans, written = made_token(release, cast.ivan, label="of ivan")
    shown = page(release, cast.ivan)
    assert ("of ivan" in shown, "of dana" in shown) == (True, False)
    client = client_of(cast.ivan)
    assert client.post(at(release, "redcap_token_revoke", danas.pk)).status_code == 404
    response = client.post(at(release, "redcap_token_revoke", ivans.pk), follow=True)
    assert f"The token that ends in {written[-4:]} opens nothing any more." in response.content.decode()
    assert "revoked on" in response.content.decode()
    assert ask(written, "version").status_code == 403


def test_a_data_manager_sees_all_tokens_with_their_people_and_may_revoke_them(release: Release, cast: Cast):
    token, written = made_token(release, cast.ivan, label="of ivan")
    shown = page(release, cast.dana)
    assert "of ivan" in shown
    assert "Ivan" in shown
    client_of(cast.dana).post(at(release, "redcap_token_revoke", token.pk))
    assert ask(written, "version").status_code == 403


def test_an_expired_token_says_so_and_cannot_be_revoked(release: Release, cast: Cast):
    token, _written = made_token(release, cast.ivan)
    assert at(release, "redcap_token_revoke", token.pk) in page(release, cast.ivan)
    with acting_as_system("tests", reason="time passes"):
        ReleaseToken.objects.update(expires_at=timezone.now())
    shown = page(release, cast.ivan)
    assert ("expired" in shown, at(release, "redcap_token_revoke", token.pk) in shown) == (True, False)


def test_without_accepted_terms_there_is_a_way_to_them_and_no_form(cast: Cast):
    release = publish(asked_for(cast.dana), cast.dana)
    give(release, cast.ivan, cast.dana)
    shown = page(release, cast.ivan)
    assert f"{reverse('release', args=[release.pk])}#terms" in shown
    assert at(release, "redcap_token_create") not in shown
    response = client_of(cast.ivan).post(at(release, "redcap_token_create"), sent())
    assert "#terms" in response.content.decode()
    assert not ReleaseToken.objects.exists()


def test_without_a_package_in_csv_the_page_says_so(release: Release, cast: Cast):
    with acting_as(cast.dana):
        release.packages.filter(format="CSV").delete()
    shown = page(release, cast.ivan)
    assert "There is no CSV package of this release that you may take." in shown
    assert at(release, "redcap_token_create") not in shown


def test_levels_above_ones_own_are_not_offered(cast: Cast):
    shown = page(redcap_release(cast, level="SHAREABLE"), cast.ivan)
    assert re.findall(r'<option value="(\w*)"', shown) == ["SHAREABLE", "TWIN"]


@pytest.mark.parametrize("name", ["alice", "judy", "adam", "eve"])
def test_whoever_may_take_no_release_has_no_page(release: Release, cast: Cast, name: str):
    client = client_of(cast[name])
    assert client.get(at(release)).status_code == 403
    assert client.post(at(release, "redcap_token_create"), sent()).status_code == 403


def test_a_release_that_was_not_given_has_no_page(release: Release, cast: Cast):
    other = publish(asked_for(cast.dana, "QUELL-2026.2", release.project), cast.dana)
    assert client_of(cast.ivan).get(at(other)).status_code == 404
    assert client_of(cast.ivan).post(at(other, "redcap_token_create"), sent()).status_code == 404


def test_the_page_is_spanish_for_who_reads_spanish(release: Release, cast: Cast):
    with acting_as(cast.ivan):
        User.objects.filter(pk=cast.ivan.pk).update(language="es")
    cast.ivan.refresh_from_db()
    made_token(release, cast.ivan)
    shown = page(release, cast.ivan)
    for words in ("Clientes de REDCap", "Último día", "Crear el token", "Revocar", "válido"):
        assert words in shown
    for words in ("What it is for", "Last day", "Make a token", "Last used"):
        assert words not in shown
