"""The e-mail about data queries: counts alone, in the person's language, as often as they chose, once and to each."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.urls import reverse
from django.utils import timezone, translation

from registry.models import DataQuery, DigestChoice, DigestFrequency, QueryState, Rank
from registry.services.digest import digest_choose, digests_send
from registry.tasks import query_digest
from sites.context import acting_as_system
from sites.models import Membership, User
from sites.roles import Role
from tests.integration.checks.case_of import Case, day

pytestmark = pytest.mark.django_db
TODAY = timezone.now().replace(hour=6, minute=15, second=0, microsecond=0)
MONDAY = TODAY - dt.timedelta(days=TODAY.weekday())
TUESDAY = MONDAY + dt.timedelta(days=1)
CANARY = "CANARYBIRD"


def asked(case: Case, *, days: int = 3, **values: Any) -> DataQuery:
    """Write a question that was asked so many days before the Monday."""
    since = MONDAY - dt.timedelta(days=days)
    given = {
        "topic": "crs_episode", "row_id": case.last["crs_episode"].pk, "field": "onset_on", "rank": Rank.MODEL,
        "text": f"Is {CANARY} right?", "opened_at": since, "asked_at": since, **values,
    }  # fmt: skip
    with acting_as_system("tests", reason="a question"):
        return DataQuery.objects.create(site=case.site, patient=case.patient, **given)


@pytest.fixture
def case(cast) -> Case:
    """A case at Sevilla whose every text is a canary."""
    return case_at(cast.sev)


def case_at(site) -> Case:
    made = Case(site)
    made.add("crs_episode", onset_on=day(30))
    made.add("crs_assessment", note=CANARY)
    with acting_as_system("tests", reason="a name that must not leave"):
        type(made.patient).objects.filter(pk=made.patient.pk).update(study_id=f"{CANARY}-7")
    return made


def choose(person: User, frequency: str) -> None:
    digest_choose(frequency=frequency, by=person)


def receivers() -> list[str]:
    return sorted(address.partition("@")[0] for letter in mail.outbox for address in letter.to)


def letter_to(person: User) -> mail.EmailMessage:
    [letter] = [one for one in mail.outbox if one.to == [person.email]]
    return letter


# What it says


def test_coordinators_read_what_their_hospitals_owe_by_hospital_and_rank(cast, case):
    for rank, days in [(Rank.MODEL, 3), (Rank.MODEL, 12), (Rank.OTHER, 1)]:
        asked(case, rank=rank, days=days)
    asked(case_at(cast.hou), rank=Rank.BLOCKS, days=40)
    asked(case, state=QueryState.ANSWERED, days=90)
    digests_send(MONDAY)
    text = letter_to(cast.alice).body
    assert "SEV: 2 (Model covariate or event date)" in text
    assert "SEV: 1 (Other values)" in text
    assert "The oldest has waited for 12 days." in text
    assert "HOU" not in text
    both = letter_to(cast.carol).body
    assert "HOU: 1 (Stops completing, locking and releasing)" in both
    assert "The oldest has waited for 40 days." in both


def test_those_assigned_to_the_person_are_counted_for_them(cast, case):
    asked(case, assignee=cast.alice)
    asked(case)
    digests_send(MONDAY)
    assert "1 of them is assigned to you." in letter_to(cast.alice).body
    assert "assigned" not in letter_to(cast.carol).body


def test_data_managers_read_which_answers_wait_for_them(cast, case):
    asked(case, days=60)
    asked(case, state=QueryState.ANSWERED, answered_at=MONDAY - dt.timedelta(days=1), days=60)
    digests_send(MONDAY)
    text = letter_to(cast.dana).body
    assert "Answered data queries that wait for the registry:" in text
    assert "SEV: 1 (Model covariate or event date)" in text
    assert "The oldest has waited for 1 day." in text
    assert "wait for an answer" not in text


def test_nothing_of_a_patient_nor_a_word_of_a_query_is_in_the_letter(cast, case):
    query = asked(case, assignee=cast.alice)
    asked(case, state=QueryState.ANSWERED, answered_at=MONDAY, days=1)
    digests_send(MONDAY)
    assert receivers() == ["alice", "carol", "dana"]
    values = ["onset_on", "crs_episode", "2021", str(query.pk), str(case.patient.pk), str(query.row_id), "Alice"]
    for letter in mail.outbox:
        said = letter.message().as_string()
        assert not [word for word in (CANARY, *values) if word in said]
        assert letter.subject == "[Quell] Data queries wait for you"
        assert letter.from_email == "quell@localhost"
        assert letter.extra_headers == {"Auto-Submitted": "auto-generated"}
        assert f"http://localhost:8000{reverse('queries')}\n" in letter.body
        assert reverse("query_digest") in letter.body


def test_each_reads_it_in_their_own_language(cast, case):
    with acting_as_system("tests", reason="languages"):
        User.objects.filter(pk=cast.carol.pk).update(language="es")
    asked(case)
    with translation.override("es"):
        digests_send(MONDAY)
    english, spanish = letter_to(cast.alice), letter_to(cast.carol)
    assert english.subject == "[Quell] Data queries wait for you"
    assert spanish.subject == "[Quell] Hay consultas de datos que le esperan"
    assert "The oldest has waited for 3 days." in english.body
    assert "La más antigua espera desde hace 3 días." in spanish.body
    assert "oldest" not in spanish.body


# Who gets it, and when


def test_by_default_it_comes_on_mondays_to_those_who_can_act(cast, case):
    asked(case)
    asked(case, state=QueryState.ANSWERED, answered_at=MONDAY, days=1)
    assert digests_send(TUESDAY).count == 0
    assert digests_send(MONDAY + dt.timedelta(days=7)).count == 3
    assert receivers() == ["alice", "carol", "dana"]


def test_the_frequency_is_the_persons_choice(cast, case):
    asked(case)
    choose(cast.alice, DigestFrequency.DAILY)
    choose(cast.carol, DigestFrequency.NEVER)
    digests_send(MONDAY)
    digests_send(TUESDAY)
    assert receivers() == ["alice", "alice"]


def test_investigators_get_it_once_they_ask_for_it(cast, case):
    asked(case)
    digests_send(MONDAY)
    assert "ivan" not in receivers()
    choose(cast.ivan, DigestFrequency.WEEKLY)
    digests_send(MONDAY)
    assert "SEV: 1" in letter_to(cast.ivan).body


def test_whoever_has_nothing_waiting_gets_none(cast, case):
    asked(case, state=QueryState.CLOSED, resolution="SETTLED", closed_at=MONDAY)
    for name in ("alice", "bob", "carol", "ivan", "dana"):
        choose(cast[name], DigestFrequency.DAILY)
    assert digests_send(MONDAY).count == 0
    assert not DigestChoice.objects.exclude(last_sent_at=None).exists()


def test_a_task_that_runs_again_sends_nothing_twice(cast, case):
    asked(case)
    assert digests_send(MONDAY).count == 2
    assert digests_send(MONDAY + dt.timedelta(hours=2)).count == 0
    assert digests_send(MONDAY + dt.timedelta(days=7)).count == 2


def test_of_two_runs_at_once_one_sends(cast, case, monkeypatch):
    asked(case)
    choose(cast.alice, DigestFrequency.DAILY)
    choose(cast.carol, DigestFrequency.NEVER)
    from registry.services import digest

    count, runs = digest.digest_of, []

    def overtaken(*given):
        if not runs:
            runs.append("second")
            digests_send(MONDAY)
        return count(*given)

    monkeypatch.setattr(digest, "digest_of", overtaken)
    assert digests_send(MONDAY).count == 0
    assert receivers() == ["alice"]


def test_people_whose_account_is_closed_or_whose_role_has_ended_get_none(cast, case):
    asked(case)
    for name in ("alice", "carol"):
        choose(cast[name], DigestFrequency.DAILY)
    with acting_as_system("tests", reason="they leave"):
        User.objects.filter(pk=cast.alice.pk).update(is_active=False)
        Membership.objects.filter(user=cast.carol, site=cast.sev).update(ends_on=(MONDAY - dt.timedelta(days=1)).date())
    digests_send(MONDAY)
    assert receivers() == []


def test_a_role_that_has_not_begun_gives_none(cast, case):
    asked(case)
    with acting_as_system("tests", reason="a role of next year"):
        starts = (MONDAY + dt.timedelta(days=300)).date()
        Membership.objects.create(user=cast.eve, site=cast.sev, role=Role.COORDINATOR, starts_on=starts)
    digests_send(MONDAY)
    assert "eve" not in receivers()


class Failing(EmailBackend):
    """A mail server that refuses Alice."""

    def send_messages(self, messages):
        """Refuse before anything is sent."""
        if any("alice@example.org" in message.to for message in messages):
            raise OSError("550 alice@example.org unknown")
        return super().send_messages(messages)


def test_an_address_that_fails_keeps_no_other_letter_back_and_is_tried_again(cast, case, settings, caplog):
    asked(case)
    before, settings.EMAIL_BACKEND = settings.EMAIL_BACKEND, f"{__name__}.Failing"
    sent = digests_send(MONDAY)
    assert (sent.count, sent.failed, receivers()) == (1, 1, ["carol"])
    assert "OSError" in caplog.text
    assert "alice" not in caplog.text
    assert DigestChoice.objects.get(user=cast.alice).last_sent_at is None
    settings.EMAIL_BACKEND = before
    assert digests_send(MONDAY + dt.timedelta(hours=1)).count == 1
    assert receivers() == ["alice", "carol"]


def test_the_clock_calls_it_on_working_days(cast, settings):
    entry = settings.CELERY_BEAT_SCHEDULE["registry.query_digest"]
    assert entry["task"] == query_digest.name
    assert entry["schedule"].day_of_week == {1, 2, 3, 4, 5}
    query_digest()


# The page


def test_the_page_shows_todays_letter_and_keeps_the_choice(cast, case, signed_in):
    asked(case)
    client = signed_in(cast.alice)
    page = client.get(reverse("query_digest"))
    assert "SEV: 1 (Model covariate or event date)" in page.content.decode()
    assert CANARY not in page.content.decode()
    assert page.context["form"].initial == {"frequency": "WEEKLY"}
    assert not DigestChoice.objects.exists()
    assert client.post(reverse("query_digest"), {"frequency": "DAILY"}).url == reverse("query_digest")
    assert DigestChoice.objects.get(user=cast.alice).frequency == "DAILY"
    assert client.get(reverse("query_digest")).context["form"].initial == {"frequency": "DAILY"}


def test_the_page_refuses_what_is_no_frequency(cast, signed_in):
    page = signed_in(cast.alice).post(reverse("query_digest"), {"frequency": "HOURLY"})
    assert page.context["form"].errors
    assert not DigestChoice.objects.exists()


def test_an_investigator_starts_from_never(cast, case, signed_in):
    asked(case)
    page = signed_in(cast.ivan).get(reverse("query_digest"))
    assert page.context["form"].initial == {"frequency": "NEVER"}
    assert "SEV: 1" in page.content.decode()


def test_the_page_says_when_nothing_waits(cast, signed_in):
    assert "Nothing waits for you today" in signed_in(cast.bob).get(reverse("query_digest")).content.decode()


@pytest.mark.parametrize(("name", "status"), [("dana", 200), ("judy", 403), ("adam", 403), ("eve", 403)])
def test_it_is_for_people_who_see_cases_and_linked_for_them_alone(cast, signed_in, name, status):
    client = signed_in(cast[name])
    assert client.get(reverse("query_digest")).status_code == status
    assert (reverse("query_digest") in client.get(reverse("home")).content.decode()) == (status == 200)


def test_strangers_are_sent_to_sign_in(client, db):
    assert reverse("account_login") in client.get(reverse("query_digest")).url
