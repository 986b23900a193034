"""Units are shown as people write them and stored as UCUM."""

from __future__ import annotations

import pytest
from django.utils import translation

from registry.metadata.units import shown_unit


@pytest.mark.parametrize(
    ("ucum", "shown", "spanish"),
    [
        ("a", "years", "años"),
        ("Cel", "°C", "°C"),
        ("mm[Hg]", "mmHg", "mmHg"),
        ("10*9/L", "10⁹/L", "10⁹/L"),
        ("mg/kg/d", "mg/kg/day", "mg/kg/día"),
        ("1", "", ""),
        ("kg", "kg", "kg"),
    ],
)
def test_a_unit_reads_as_people_write_it_in_both_languages(ucum: str, shown: str, spanish: str):
    with translation.override("en"):
        assert shown_unit(ucum) == shown
    with translation.override("es"):
        assert shown_unit(ucum) == spanish
