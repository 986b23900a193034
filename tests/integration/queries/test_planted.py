"""More than two hundred errors planted in the demonstration cohort are found; put right, nothing is left of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import pytest

from registry.models import DataQuery, Patient, QueryState, Resolution
from registry.services.derive import derive_patients
from registry.services.reconcile import Tally, reconcile_sites
from sites.context import acting_as_system
from sites.models import Site
from tests.integration.queries import errors_baseline, errors_outcome, errors_toxicity, errors_treatment
from tests.integration.queries.cohort import complete_every_form, standing
from tests.integration.queries.planted import KINDS, Planted, plant_all

pytestmark = pytest.mark.django_db
# Imported for the kinds of errors that they declare.
DECLARED = (errors_baseline, errors_toxicity, errors_treatment, errors_outcome)
ERRORS_AT_LEAST, KINDS_AT_LEAST = 200, 100


@pytest.fixture
def completed_cohort(demo_registry):
    """The demonstration with every form complete, so that what is missing is asked for as well."""
    with acting_as_system("tests", reason="errors planted"):
        complete_every_form()
        run()
        yield


def run() -> Tally:
    """Bring computed values up to date and run all checks over all sites."""
    derive_patients(list(Patient.objects.values_list("pk", flat=True)))
    return reconcile_sites(list(Site.objects.values_list("pk", flat=True)))


def states(planted: Sequence[Planted]) -> list[tuple[Planted, str, str]]:
    """The state and resolution of the query of each planted error, empty where there is none."""
    about = DataQuery.objects.filter(row_id__in=[error.row_id for error in planted])
    known = {(query.check_code, query.row_id): query for query in about}
    found = [(error, known.get((error.kind.check, error.row_id))) for error in planted]
    return [(error, query.state if query else "", query.resolution if query else "") for error, query in found]


def table(planted: Sequence[Planted], missed: Sequence[Planted]) -> str:
    """How many errors of each kind were found, those that were not by their row."""
    planted_of, missed_of = (Counter(error.kind.name for error in errors) for errors in (planted, missed))
    lines = [
        f"{planted_of[entry.name] - missed_of[entry.name]:3} of {planted_of[entry.name]}  {entry.check:32} {entry.name}"
        for entry in KINDS
    ]
    return "\n".join([*lines, *(f"missed: {error.kind.check} at {error.words}" for error in missed)])


def test_every_planted_error_is_asked_about_and_none_is_left_when_all_are_put_right(completed_cohort):
    clean = standing()
    hand, planted = plant_all()
    run()
    missed = [error for error, state, _resolution in states(planted) if state != QueryState.OPEN]
    assert not missed, table(planted, missed)
    assert len(planted) >= ERRORS_AT_LEAST
    hand.take_back()
    run()
    left = [(error.kind.check, error.words) for error, state, _ in states(planted) if state != QueryState.CLOSED]
    assert left == []
    assert {resolution for _error, _state, resolution in states(planted)} == {Resolution.FIXED, Resolution.GONE}
    assert standing() == clean
    again = run()
    assert (again.opened, again.reopened, again.closed) == (0, 0, 0)


def test_the_kinds_of_errors_are_many_and_each_has_a_name_of_its_own():
    names = [entry.name for entry in KINDS]
    assert len(set(names)) == len(names) >= KINDS_AT_LEAST
