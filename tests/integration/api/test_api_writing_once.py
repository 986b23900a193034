"""A program that does not know whether it was heard sends its request again under the same key: it is done once."""

from __future__ import annotations

import pytest

from registry.models import ToxicityTherapy
from tests.entry_forms import a_case, day
from tests.integration.api.asking import Program, problem
from tests.integration.api.rows_sent import address

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("looking_on")]
THERAPY = {"study_id": "SEV-0017", "course_no": 1, "drug": "TOCILIZUMAB", "started_on": str(day(1)), "dose": 544.5}
KEY = {"Idempotency-Key": "therapy-1"}


@pytest.fixture
def program(cast):
    a_case(cast.sev)
    return Program(cast.alice)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (address("toxicity_therapy"), THERAPY),
        (f"{address('toxicity_therapy')}bulk/", {"rows": [THERAPY, {"drug": "?"}]}),
    ],
)
def test_the_same_request_twice_is_one_row_and_the_same_answer(program, path, body):
    first, second = program.send(path, body, **KEY), program.send(path, body, **KEY)
    assert first.status_code == second.status_code < 300
    assert first.json() == second.json()
    for name in ("ETag", "Location"):
        assert first.headers.get(name) == second.headers.get(name)
    assert second.headers["Idempotency-Replayed"] == "true"
    assert ToxicityTherapy.objects.count() == 1
    other = {**body, "reason": "BOTH"} if path == address("toxicity_therapy") else {"rows": [THERAPY, THERAPY]}
    assert problem(program.send(path, other, **KEY), 422, "key-used").keys() == {"Idempotency-Key"}
    assert ToxicityTherapy.objects.count() == 1


def test_what_was_refused_may_be_sent_again_under_its_key(program):
    assert program.send(address("toxicity_therapy"), {**THERAPY, "drug": "?"}, **KEY).status_code == 422
    assert program.send(address("toxicity_therapy"), THERAPY, **KEY).status_code == 201
