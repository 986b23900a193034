"""Temperatures, weights and heights in the units of hospitals in the United States, beside the registry's own."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.utils import translation

from registry.models import CrsAssessment, InfusionCourse
from registry.web.entry.typed import Setting, read

SETTING = Setting(day_0=None, today=dt.date(2026, 1, 1), is_month_first=True)
TEMPERATURE = CrsAssessment._meta.get_field("temp_max_c")
WEIGHT, HEIGHT = (InfusionCourse._meta.get_field(name) for name in ("weight_kg", "height_cm"))


@pytest.mark.parametrize(
    ("field", "text", "value", "echo"),
    [
        (TEMPERATURE, "101.3 F", "38.5", "= 38.5 °C"),
        (TEMPERATURE, "101,3°f", "38.5", "= 38.5 °C"),
        (TEMPERATURE, "98.6F", "37.0", "= 37 °C"),
        (TEMPERATURE, "38.5 C", "38.5", "= 38.5 °C"),
        (TEMPERATURE, "38.5", "38.5", ""),
        (WEIGHT, "150 lb", "68.0", "= 68 kg"),
        (WEIGHT, "150lbs", "68.0", "= 68 kg"),
        (WEIGHT, "68.4 kg", "68.4", "= 68.4 kg"),
        (HEIGHT, "65 in", "165.1", "= 165.1 cm"),
        (HEIGHT, '65"', "165.1", "= 165.1 cm"),
    ],
)
def test_a_unit_after_the_number_is_converted_and_echoed(field, text, value, echo) -> None:
    typed = read(field, text, SETTING)
    assert (typed.value, typed.echo, typed.error) == (Decimal(value), echo, "")


def test_the_echo_has_the_decimal_mark_of_the_language() -> None:
    with translation.override("es"):
        assert read(TEMPERATURE, "101,3 F", SETTING).echo == "= 38,5 °C"


@pytest.mark.parametrize(("field", "text"), [(TEMPERATURE, "101.3"), (TEMPERATURE, "38 K"), (WEIGHT, "68 g"),
                                             (TEMPERATURE, "F"), (WEIGHT, "1,500 lb")])  # fmt: skip
def test_what_cannot_be_is_refused_in_words(field, text) -> None:
    typed = read(field, text, SETTING)
    assert typed.value is None
    assert typed.error
