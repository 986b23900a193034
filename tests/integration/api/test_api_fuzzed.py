"""Made-up requests, as each role: nothing breaks, nothing is answered that the description does not say."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from config.openapi.document import described_groups
from registry.selectors.cases import case_topics
from sites.context import acting_as
from sites.models import Scope
from sites.tokens import token_create
from tests.access.matrix.world import World, create_world
from tests.integration.api.fuzzing import IS_THOROUGH, connections_kept, described, operations, try_out

TAGS = [
    "case", "index", "queries", "releases", "reports", "requests", "topics", "uploads",
    *sorted(topic.code for topic in case_topics()),
]  # fmt: skip
# Whoever may most on either side, somebody who only reads, and those who may nothing here; all in a thorough run.
PEOPLE = ("carol", "dana", "ivan", "judy", *(("adam", "eve") if IS_THOROUGH else ()))
# The topics share their code: besides who writes them, the others try one of them, and all in a thorough run.
SHARED = {topic.code for topic in case_topics()} - {"lab"}
TRIED = [
    (person, tag) for person in PEOPLE for tag in TAGS if person == "carol" or tag not in SHARED or IS_THOROUGH
]  # fmt: skip


@pytest.fixture(scope="module")
def schema() -> Any:
    return described()


@pytest.fixture
def world(db: None) -> Iterator[World]:
    with connections_kept():
        yield create_world()


def test_no_group_is_left_out() -> None:
    assert sorted(TAGS) == sorted(group.tag for group in described_groups("en"))


@pytest.mark.parametrize(("person", "tag"), TRIED)
def test_made_up_requests_are_answered_as_described(schema: Any, world: World, person: str, tag: str) -> None:
    with acting_as(world.cast[person]):
        _token, secret = token_create(by=world.cast[person], label="made up", scopes=Scope.values, days=1)
    tried = 0
    for operation in operations(schema, tag):
        try_out(operation, world, secret)
        tried += 1
    assert tried
