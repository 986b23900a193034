"""Every address x every person x every method x own, foreign and absent objects."""

from __future__ import annotations

import pytest

from tests.access.matrix.addresses import addresses
from tests.access.matrix.asking import Asker
from tests.access.matrix.faults import faults
from tests.access.matrix.table import AREAS, rows
from tests.access.matrix.world import create_world


@pytest.fixture
def asker(db: None) -> Asker:
    return Asker(create_world())


def test_every_address_has_one_row_and_every_row_an_address() -> None:
    routes = [row.route for row in rows()]
    assert sorted(set(addresses()) - set(routes)) == []
    assert sorted(set(routes) - set(addresses())) == []
    assert len(routes) == len(set(routes))


@pytest.mark.parametrize("area", AREAS)
def test_everybody_gets_what_the_table_says(asker: Asker, area: str) -> None:
    assert [fault for row in AREAS[area] for fault in faults(asker, row)] == []
