"""The numbers of the release policy: told in words, changed with a reason, kept with their history."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from exports.freeze.policy import NUMBERS
from exports.models import PolicySetting
from exports.selectors import policy_now
from sites.models import User
from tests.cast import Cast

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]
SENT = {"name": "k_agreement", "value": "8", "reason": "Advice of the ethics committee."}


def shown(client: Client) -> str:
    return client.get(reverse("release_policy")).content.decode()


def test_every_number_stands_there_with_its_words_and_bounds(cast: Cast, signed_in: SignIn):
    page = shown(signed_in(cast.dana))
    assert all(number.words in page for number in NUMBERS.values())
    assert "No number was changed yet." in page


def test_a_change_counts_from_now_on_and_stands_in_the_history(cast: Cast, signed_in: SignIn):
    dana = signed_in(cast.dana)
    answer = dana.post(reverse("release_policy"), SENT)
    assert answer.headers["Location"] == reverse("release_policy")
    dana.post(reverse("release_policy"), {**SENT, "value": "6", "reason": "Asked again."})
    assert policy_now()["k_agreement"] == 6
    history = dana.get(reverse("release_policy")).context["history"]
    assert [(change.before, change.setting.value, change.setting.set_by) for change in history] == [
        (8, 6, cast.dana),
        (5, 8, cast.dana),
    ]
    assert "Advice of the ethics committee." in shown(dana)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"value": "1"}, "Write a number from 2 to 50."),
        ({"value": "51"}, "Write a number from 2 to 50."),
        ({"value": "many"}, "Enter a whole number."),
        ({"reason": " "}, "This field is required."),
        ({"name": "k_secret"}, "Select a valid choice"),
    ],
)
def test_a_wrong_change_is_refused_in_words(cast: Cast, signed_in: SignIn, changed: dict[str, str], words: str):
    answer = signed_in(cast.dana).post(reverse("release_policy"), {**SENT, **changed})
    assert words in answer.content.decode()
    assert not PolicySetting.objects.exists()


def test_the_limit_that_counts_is_the_one_of_today(cast: Cast, signed_in: SignIn):
    dana = signed_in(cast.dana)
    dana.post(reverse("release_policy"), {**SENT, "name": "download_days", "value": "10"})
    assert policy_now()["download_days"] == 10


def test_a_link_chooses_the_number(cast: Cast, signed_in: SignIn):
    page = signed_in(cast.dana).get(reverse("release_policy"), {"number": "round_to"})
    assert page.context["form"]["name"].value() == "round_to"


def test_the_list_of_releases_leads_data_managers_there_and_nobody_else(cast: Cast, signed_in: SignIn):
    address = reverse("release_policy")
    assert address in signed_in(cast.dana).get(reverse("releases")).content.decode()
    assert address not in signed_in(cast.ivan).get(reverse("releases")).content.decode()
    for name in ("alice", "ivan", "judy", "adam", "eve"):
        assert signed_in(cast[name]).get(address).status_code == 403
        assert signed_in(cast[name]).post(address, SENT).status_code == 403
    assert not PolicySetting.objects.exists()
