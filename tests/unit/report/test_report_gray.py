"""Gray's test where a group is so small that its variance cannot be trusted."""

from __future__ import annotations

from pathlib import Path

import pytest

from exports.report.incidence import incidence
from exports.report.plan import Plan
from exports.report.study import read_study
from tests.unit.report.small_release import people, small_release, timed


@pytest.mark.parametrize(("low", "is_shown"), [(4, False), (5, True)])
def test_grays_test_is_not_shown_where_a_group_has_fewer_than_five(tmp_path: Path, low: int, is_shown: bool):
    subjects = people(7, low)
    outcomes = [(1 + number % 3, 1 + number % 2) for number in range(7 + low)]
    release = small_release(tmp_path, adsl=subjects, adtte=timed(subjects, "RES_CRS", outcomes))
    found = next(one for one in incidence(read_study(release, Plan())) if one["id"] == "resolution_crs")
    assert (found["gray"] is not None) is is_shown
    assert (found["gray_error"] is None) is is_shown
