"""The pages of releases and requests ask no more of the database when there is more to show."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from exports import services
from exports.models import (
    Release,
)
from sites.context import acting_as, acting_as_system
from sites.models import User
from sites.roles import Role
from tests.cast import Cast
from tests.factories.releases import asked_for, client_of, give, publish
from tests.factories.risk import asked, assessed
from tests.factories.roles import with_role

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nothing_blocks")]


@pytest.fixture(autouse=True)
def release_folder(settings: Any, tmp_path: Path) -> Path:
    settings.QUELL_RELEASE_DIR = str(tmp_path)
    return tmp_path


@pytest.fixture
def published(cast: Cast) -> Release:
    return publish(asked_for(cast.dana), cast.dana)


def text(response: Any) -> str:
    return response.content.decode()


def queries_of(client: Client, address: str) -> int:
    client.get(address)
    with CaptureQueriesContext(connection) as found:
        assert client.get(address).status_code == 200
    return len(found)


def test_the_page_of_a_release_asks_no_more_of_the_database_with_more_rows(published: Release, cast: Cast):
    address, api = reverse("release", args=[published.pk]), f"/api/releases/{published.pk}/packages/"
    give(published, cast.ivan, cast.dana)
    dana = client_of(cast.dana)
    before = [queries_of(dana, place) for place in (address, api, reverse("releases"), "/api/releases/")]
    for number in range(4):
        person = with_role(user_of(number), Role.INVESTIGATOR, site=cast.sev)
        give(published, person, cast.dana)
        publish(asked_for(cast.dana, f"QUELL-2027.{number + 1}", published.project), cast.dana, supersedes=published)
    after = [queries_of(dana, place) for place in (address, api, reverse("releases"), "/api/releases/")]
    assert after == before


def user_of(number: int) -> User:
    with acting_as_system("tests", reason="one more person"):
        return User.objects.create(email=f"person{number}@example.org", full_name=f"Person {number}")


def test_the_list_and_the_pages_of_requests_ask_no_more_of_the_database_with_more_rows(cast: Cast):
    first = assessed(asked(cast), cast)
    addresses = [
        reverse("requests"),
        reverse("request_decide", args=[first.request_id]),
        reverse("request", args=[first.request_id]),
        "/api/requests/",
        f"/api/requests/{first.request_id}/",
    ]
    dana = client_of(cast.dana)

    def talk() -> None:
        for person in (cast.ivan, cast.dana):
            with acting_as(person):
                services.request_message(request=first.request, text="A word.", by=person)

    talk()
    before = [queries_of(dana, address) for address in addresses]
    for number in range(4):
        assessed(asked(cast, title=f"Study {number}"), cast)
        talk()
    assert [queries_of(dana, address) for address in addresses] == before
