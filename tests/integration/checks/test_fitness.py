"""Performance status: each check with a hit, a miss, and a value that is missing."""

from __future__ import annotations

import pytest

from registry.checks import fitness  # noqa: F401
from tests.integration.checks.spec_of import is_found

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("kps", "ecog", "found"),
    [
        (90, 0, False),
        (90, 1, False),
        (70, 1, False),
        (60, 1, True),
        (80, 0, True),
        (70, 2, False),
        (100, 5, True),
        (None, 3, False),
        (90, None, False),
    ],
)
def test_karnofsky_and_ecog_agree_by_one_of_two_mappings(sev, kps, ecog, found):
    assert is_found(sev, "KP02", ("infusion_course", {"kps": kps, "ecog": ecog})) == found


@pytest.mark.parametrize(("kps", "found"), [(40, False), (30, True), (0, True), (None, False)])
def test_a_very_low_karnofsky_status_is_asked_about(sev, kps, found):
    assert is_found(sev, "KP03", ("infusion_course", {"kps": kps})) == found
