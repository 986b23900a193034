"""The rows of clinical pages again, each time with one of the two walls between sites switched off."""

from __future__ import annotations

import pytest

from tests.access.matrix.asking import Asker
from tests.access.matrix.faults import faults
from tests.access.matrix.row import OWN_SITES
from tests.access.matrix.table import rows
from tests.access.matrix.world import create_world
from tests.walls import WALLS

# A wall keeps from nothing whoever sees both sides, and whoever sees none is stopped before it.
OF_ONE_SIDE = [person for person, sides in OWN_SITES.items() if len(sides) == 1]


@pytest.mark.parametrize("wall_off", WALLS, indirect=True)
def test_the_table_holds_with_either_wall_alone(db: None, wall_off: str) -> None:
    asker = Asker(create_world())
    assert [fault for row in rows() if row.is_clinical for fault in faults(asker, row, OF_ONE_SIDE)] == []
