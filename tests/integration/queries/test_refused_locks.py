"""Where checks stop a lock, the page says each violation in words and leads to its row."""

from __future__ import annotations

import pytest
from django.urls import reverse

from registry.models import CaseLock, CrsEpisode, FormStatus, SiteLock
from sites.context import acting_as_system
from tests.entry_forms import a_case, address, day, rows

pytestmark = pytest.mark.django_db


@pytest.fixture
def episode(cast):
    """An episode of CRS that begins before the infusion."""
    case = a_case(cast.sev)
    with acting_as_system("tests", reason="an episode"):
        return CrsEpisode.objects.create(
            site=cast.sev, course=case.infusion_courses.get(), crs_no=1, onset_on=day(-3), is_resolved=False
        )


def send(client, name, case, **values) -> str:
    answer = client.post(reverse(name, args=[case.pk]), {"topic": "", "reason": "analysis", **values}, follow=True)
    return " ".join(answer.content.decode().split())


def test_a_lock_that_is_refused_leads_to_what_stands_in_its_way(cast, episode, signed_in) -> None:
    case = episode.course.patient
    text = send(signed_in(cast.dana), "case_locks", case, act="lock")
    assert "Not locked. These values have to be corrected, or let pass with a reason, first:" in text
    at = address(case, "crs_episode", episode.pk)
    assert f'<li><a href="{at}#row-{episode.pk}">CRS episode 1, Onset of CRS</a>: CRS begins before the CAR-T' in text
    assert "A covariate of the models is missing" in text
    assert not rows(CaseLock)


def test_a_form_that_is_not_complete_yet_leads_to_what_stands_in_its_way(cast, episode, signed_in) -> None:
    text = send(signed_in(cast.alice), "case_forms", episode.course.patient, act="complete", topic="crs_episode")
    assert "Not complete yet." in text
    assert "CRS begins before the CAR-T infusion" in text
    assert "A covariate of the models" not in text.split("</ul>")[0]
    assert not rows(FormStatus)


def test_a_form_on_which_nothing_stands_in_the_way_is_locked(cast, episode, signed_in) -> None:
    send(signed_in(cast.dana), "case_locks", episode.course.patient, act="lock", topic="lab")
    assert [lock.topic for lock in rows(CaseLock)] == ["lab"]


def test_a_site_that_cannot_be_locked_names_its_cases_and_leads_to_their_queries(cast, episode, signed_in) -> None:
    given = {"act": "lock", "SEV-until_on": str(day(400)), "SEV-reason": "analysis"}
    text = " ".join(
        signed_in(cast.dana).post(reverse("site_lock", args=[cast.sev.pk]), given, follow=True).content.decode().split()
    )
    assert "1 case cannot be locked yet: SEV-0017." in text
    assert f'href="{reverse("queries")}?site=SEV&amp;state=all">See the queries of this site</a>' in text
    assert not rows(SiteLock)
