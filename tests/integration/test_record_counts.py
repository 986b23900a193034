"""Where the forms of a case stand is found in a few statements, and kept statements keep nobody's sites."""

from __future__ import annotations

from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from registry.metadata import topic_named
from registry.selectors.record_counts import row_counts
from registry.selectors.record_rows import Head, rows_below, rows_told
from registry.selectors.status import form_states, form_topics
from sites.access import visible_site_ids
from sites.context import acting_as
from tests.factories.whole_case import whole_case

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("looking_on")]
# What was completed, the locks of the case, that of its site, and the rows of all forms.
STATEMENTS = 4


@pytest.fixture
def two(cast):
    """A whole case at Sevilla and one at Houston."""
    return whole_case(cast.sev, "SEV-1", judge=cast.judy), whole_case(cast.hou, "HOU-1", judge=cast.judy)


def counted_one_by_one(patient) -> dict[str, int]:
    paths = {topic: topic.path_to("patient") or "pk" for topic in form_topics()}
    return {topic.code: topic.model.objects.filter(**{path: patient.pk}).count() for topic, path in paths.items()}


def test_the_rows_of_all_forms_are_counted_in_one_statement(two) -> None:
    codes = tuple(topic.code for topic in form_topics())
    with CaptureQueriesContext(connection) as asked:
        counts = row_counts(two[0].pk, codes)
    assert (len(asked), set(counts)) == (1, set(codes))
    assert counts == counted_one_by_one(two[0])
    assert all(counts.values())


def test_where_a_case_stands_takes_as_many_statements_however_many_forms_there_are(two) -> None:
    with CaptureQueriesContext(connection) as asked:
        states = form_states(two[0])
    assert len(asked) == STATEMENTS
    assert {state.topic.code: state.rows for state in states} == counted_one_by_one(two[0])


def test_rows_of_sites_that_somebody_does_not_see_are_not_counted(two, cast) -> None:
    with acting_as(cast.alice):
        assert set(row_counts(two[1].pk, ("patient", "lab")).values()) == {0}


@pytest.mark.parametrize("wall_off", ["", "without_policies"], indirect=True)
def test_a_statement_kept_from_one_person_gives_the_next_one_their_own_rows(two, cast, wall_off) -> None:
    lab = topic_named("lab")
    sites = dict(lab.model.objects.values_list("pk", "site_id"))
    heads = {
        course.pk: Head("", "", course.patient_id) for course in topic_named("infusion_course").model.objects.all()
    }
    for person, site in ((cast.alice, cast.sev), (cast.bob, cast.hou)):
        own = {key for key, at in sites.items() if at == site.pk}
        assert own
        assert {row.id for row in rows_told(person, lab, list(sites))} == own
        assert {UUID(row.id) for row in rows_below(visible_site_ids(person), lab, heads)} == own
