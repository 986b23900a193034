"""One spelling for hospital numbers and surnames."""

from __future__ import annotations

import pytest

from registry.rules.identity import normalised_number, normalised_surname


@pytest.mark.parametrize(
    ("typed", "same"),
    [("00123", "123"), ("123", "123"), (" 12 3 ", "123"), ("nhc-7ä", "NHC-7A"), ("ﬁ7", "FI7"), ("000", "000")],
)
def test_a_hospital_number_has_one_spelling(typed: str, same: str):
    assert normalised_number(typed) == same


@pytest.mark.parametrize(
    ("typed", "same"),
    [
        ("García Márquez", "GARCIA"),
        ("GARCIA", "GARCIA"),
        ("de la Cruz Peña", "CRUZ"),
        ("García-Márquez", "GARCIA"),
        ("O'Neill", "ONEILL"),
        ("O’Neill", "ONEILL"),
        ("Van den Berg", "BERG"),
        ("Müller", "MULLER"),
        ("La", "LA"),
        ("", ""),
    ],
)
def test_a_surname_has_one_spelling(typed: str, same: str):
    assert normalised_surname(typed) == same
