"""Asking by hand: a case and a row are found, a value is asked about or marked as verified."""

from __future__ import annotations

import html

import pytest
from django.urls import reverse

from registry.models import DataQuery
from sites.context import acting_as_system
from tests.factories.queries import late_episode
from tests.integration.queries.query_pages import read

pytestmark = pytest.mark.django_db


def asking(query, **given) -> str:
    return f"/queries/new/?patient={query.patient_id}&topic={query.topic}&row={query.row_id}" + "".join(
        f"&{name}={value}" for name, value in given.items()
    )


def test_a_data_manager_asks_about_a_value(here, cast, signed_in) -> None:
    client = signed_in(cast.dana)
    page = read(client.get(asking(here, field="onset_on")))
    assert '<option value="onset_on" selected>Onset of CRS: 2021-07-10' in page
    assert "Asked about this row already" in page
    answer = client.post(
        asking(here), {"act": "ask", "field": "resolved_on", "text": "Is it over?", "assignee": str(cast.alice.pk)}
    )
    with acting_as_system("tests", reason="look"):
        made = DataQuery.objects.get(check_code="")
    assert answer.url == reverse("query", args=[made.pk])
    assert (made.text, made.field, made.assignee, made.opened_by) == (
        "Is it over?",
        "resolved_on",
        cast.alice,
        cast.dana,
    )


def test_a_value_is_marked_as_verified(here, cast, signed_in) -> None:
    signed_in(cast.dana).post(asking(here), {"act": "verify", "field": "onset_on", "text": "Seen in the letter."})
    with acting_as_system("tests", reason="look"):
        made = DataQuery.objects.get(check_code="")
    assert (made.state, made.resolution, bool(made.fingerprint)) == ("CLOSED", "VERIFIED", True)


def test_words_like_a_name_are_asked_about_once(here, cast, signed_in) -> None:
    client, given = signed_in(cast.dana), {"field": "onset_on", "text": "Ask Dr Miller of 12/03/2024"}
    answer = client.post(asking(here), {"act": "ask", **given})
    assert answer.status_code == 422
    assert "This looks like a name, a number or a date." in read(answer)
    assert given["text"] in read(answer)
    assert client.post(asking(here), {"act": "ask-anyway", **given}).status_code == 302


@pytest.mark.parametrize(("given", "words"), [
    ({"act": "ask", "text": ""}, "Say what is to be checked, or how it was checked."),
    ({"act": "verify", "text": " "}, "Say what is to be checked, or how it was checked."),
    ({"act": "ask", "text": "x", "field": "nothing"}, "nothing"),
    ({"act": "ask", "text": "x" * 501}, "500"),
])  # fmt: skip
def test_a_question_that_lacks_something_is_not_asked_and_not_lost(here, cast, signed_in, given, words) -> None:
    answer = signed_in(cast.dana).post(asking(here), {"field": "onset_on", **given})
    assert answer.status_code == 422
    assert words in read(answer)
    with acting_as_system("tests", reason="look"):
        assert not DataQuery.objects.filter(check_code="").exists()


def test_a_row_is_found_by_its_case(here, there, cast, signed_in) -> None:
    client = signed_in(cast.dana)
    page = read(client.get("/queries/new/?case=sev-0001"))
    assert html.escape(asking(here)).replace("&amp;", "&") in page
    assert "There is no case SEV-9." in read(client.get("/queries/new/?case=SEV-9"))
    late_episode(cast.hou, "SEV-0001")
    assert "Several sites have a case of this study id" in read(client.get("/queries/new/?case=SEV-0001"))
    assert client.get(f"/queries/new/?patient={here.pk}").status_code == 404
    assert (
        client.get(f"/queries/new/?patient={here.patient_id}&topic=crs_episode&row={there.row_id}").status_code == 404
    )
