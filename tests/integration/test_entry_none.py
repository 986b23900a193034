"""The recorded answer that nothing of the kind occurred: given, shown, taken back where there is a row after all."""

from __future__ import annotations

import pytest
from django.urls import reverse

from registry.metadata import topic_named
from registry.metadata.forms import FORMS
from registry.models import CrsEpisode, Infection, InfusionCourse, NoneOccurred
from registry.services.bulk import records_write
from registry.services.derive import derive_patients
from registry.services.locks import case_lock
from registry.services.staging import stage_columns
from sites.context import acting_as, acting_as_system
from tests.entry_forms import Page, a_case, address, an_episode, day, events, rows

ANSWERED = [form for form in FORMS if form.none_words]


@pytest.fixture
def case(cast):
    return a_case(cast.sev)


@pytest.fixture
def client(cast, signed_in):
    return signed_in(cast.alice)


def say(client, case, code, act="none"):
    return client.post(reverse("case_none", args=[case.pk, code]), {"act": act}, follow=True)


def said() -> set[str]:
    return {answer.topic for answer in rows(NoneOccurred)}


@pytest.mark.parametrize("form", ANSWERED, ids=lambda form: form.code)
def test_the_answer_is_recorded_and_shown_with_who_and_when(case, client, form):
    asked = client.get(reverse("case_form", args=[case.pk, form.code]), follow=True).content.decode()
    if form.code != "adverse_event":
        assert f">{form.none_words}</button>" in asked
    shown = say(client, case, form.code).content.decode()
    assert said() == {form.first.code}
    assert f"<strong>{form.none_words}</strong>" in shown
    assert "alice@example.org" in shown or "Alice" in shown


def test_the_answer_is_taken_back_by_hand(case, client):
    say(client, case, "infection")
    shown = say(client, case, "infection", "withdraw").content.decode()
    assert said() == set()
    assert "No infection occurred</button>" in shown
    assert [event.pgh_label for event in events(NoneOccurred)] == ["insert", "delete"]


def test_saying_it_twice_is_saying_it_once(case, client):
    say(client, case, "infection")
    say(client, case, "infection")
    assert len(events(NoneOccurred)) == 1


def test_a_row_saved_on_the_page_takes_the_answer_back(case, client):
    say(client, case, "crs_episode")
    page = Page(client, address(case, "crs_episode"))
    assert page.send(crs_episode__0__onset_on="+1") == 302
    assert said() == set()
    assert len(rows(CrsEpisode)) == 1


def test_a_row_that_cannot_be_saved_leaves_the_answer(case, client):
    say(client, case, "crs_episode")
    assert Page(client, address(case, "crs_episode")).send(crs_episode__0__onset_on="perhaps") == 422
    assert said() == {"crs_episode"}


def test_a_row_of_an_upload_takes_the_answer_back(cast, case, client):
    say(client, case, "infection")
    say(client, case, "stay")
    topic = topic_named("infection")
    values = {"study_id": "SEV-0017", "course_no": "1", "infection_no": "1"}
    names = [column.name for column in stage_columns(topic)]
    row = (1, False, None, *(values.get(name) for name in names))
    with acting_as(cast.alice, source="upload"):
        records_write(topic=topic, rows=[row], columns=list(values), site=cast.sev)
    finish_upload(cast, case)
    assert len(rows(Infection)) == 1
    assert said() == {"stay"}


def finish_upload(cast, case):
    """A file is written first, and what follows from all of its rows is computed once at the end."""
    with acting_as(cast.alice, source="upload"):
        derive_patients([case.pk], {"infection"})


def test_the_answer_is_refused_where_there_are_rows(case, client):
    an_episode(case)
    shown = say(client, case, "crs_episode").content.decode()
    assert "There are rows already. Delete them first, if none of this occurred." in shown
    assert said() == set()


@pytest.mark.parametrize("act", ["none", "withdraw"])
def test_a_locked_form_keeps_its_answer(cast, case, client, act):
    if act == "withdraw":
        say(client, case, "infection")
    before = said()
    case_lock(patient=case, by=cast.dana, reason="analysis", topic="infection")
    shown = say(client, case, "infection", act).content.decode()
    assert "This form is locked. Ask a data manager to unlock it." in shown
    assert said() == before


@pytest.mark.parametrize("code", ["patient", "disease", "lab", "response", "follow_up"])
def test_it_is_no_answer_to_a_form_that_every_case_has(case, client, code):
    assert client.post(reverse("case_none", args=[case.pk, code]), {"act": "none"}).status_code == 404


def test_only_those_who_enter_cases_give_the_answer(cast, case, signed_in):
    for person, status in (("bob", 404), ("ivan", 403), ("dana", 403)):
        url = reverse("case_none", args=[case.pk, "infection"])
        assert signed_in(cast[person]).post(url, {"act": "none"}).status_code == status
    assert said() == set()


def test_a_page_deleted_with_its_rows_asks_for_a_reason_and_lets_the_answer_be_given(case, client):
    url = address(case, "crs_episode", an_episode(case).pk) + "delete/"
    assert "Delete CRS episode 1" in client.get(url).content.decode()
    assert client.post(url, {"reason": " "}).status_code == 422
    assert client.post(url, {"reason": "wrong patient"})["Location"] == reverse("case", args=[case.pk])
    assert rows(CrsEpisode) == []
    assert events(CrsEpisode)[-1].pgh_context["reason"] == "wrong patient"
    say(client, case, "crs_episode")
    assert said() == {"crs_episode"}


def test_a_course_with_everything_below_it_is_deleted_at_once(cast, case, client):
    an_episode(case)
    with acting_as_system("tests", reason="look"):
        course = InfusionCourse.objects.get()
    url = address(case, "infusion_course", course.pk) + "delete/"
    assert client.post(url, {"reason": "never infused"}).status_code == 302
    assert (rows(InfusionCourse), rows(CrsEpisode)) == ([], [])
    assert course.infused_on == day(0)
