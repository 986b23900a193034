"""A laboratory result typed into one box is a number in a unit, beyond a limit or not, or it is refused in words."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.utils import translation
from hypothesis import assume, given
from hypothesis import strategies as st

from registry.metadata.units import shown_unit
from registry.rules.lab_units import LabUnit
from registry.rules.labs import ANALYTES, Analyte, allowed_units, to_canonical
from registry.rules.limits import Breach
from registry.web.entry.typed import Setting
from registry.web.entry.typed_labs import LabTyped, read_lab, written_lab

HERE = Setting(None, dt.date(2026, 3, 20), is_month_first=False)
LANGUAGES = ("en", "es")
FERRITIN, CRP, PLT, HB, DDIMER = Analyte.FERRITIN, Analyte.CRP, Analyte.PLT, Analyte.HB, Analyte.DDIMER


def said(analyte: Analyte, text: str, unit: str = "", language: str = "en") -> LabTyped:
    with translation.override(language):
        return read_lab(analyte, text, unit or ANALYTES[analyte].unit.value, HERE)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("analyte", "text", "value", "comparator", "unit"),
    [
        (FERRITIN, "2400", "2400", "", "ng/mL"),
        (FERRITIN, "<5", "5", "<", "ng/mL"),
        (FERRITIN, "> 40000", "40000", ">", "ng/mL"),
        (FERRITIN, "≥40000", "40000", ">", "ng/mL"),
        (FERRITIN, "<= 8", "8", "<", "ng/mL"),
        (FERRITIN, "2400 µg/L", "2400", "", "ug/L"),
        (FERRITIN, "2400 ug/l", "2400", "", "ug/L"),
        (FERRITIN, "1200 mcg/L", "1200", "", "ug/L"),
        (CRP, "12,5", "12.5", "", "mg/L"),
        (CRP, "12.5", "12.5", "", "mg/L"),
        (CRP, "12 mg/dL", "12", "", "mg/dL"),
        (CRP, "12mg/dL", "12", "", "mg/dL"),
        (CRP, "<0,5 mg / dl", "0.5", "<", "mg/dL"),
        (CRP, "<.5", "0.5", "<", "mg/L"),
        (CRP, "0.445", "0.445", "", "mg/L"),
        (PLT, "45 10*9/L", "45", "", "10*9/L"),
        (PLT, "45 x10^9/L", "45", "", "10*9/L"),
        (PLT, "45x10^9/L", "45", "", "10*9/L"),
        (PLT, "45 10⁹/L", "45", "", "10*9/L"),
        (PLT, "45 109/L", "45", "", "10*9/L"),
        (PLT, "45 K/uL", "45", "", "10*3/uL"),
        (PLT, "45000 /µL", "45000", "", "/uL"),
        (PLT, "45000/mm3", "45000", "", "/uL"),
        (PLT, "45103/uL", "45103", "", "/uL"),
        (PLT, "45 G/L", "45", "", "10*9/L"),
        (HB, "95 g/L", "95", "", "g/L"),
        (DDIMER, "1.5 mg/L FEU", "1.5", "", "mg/L{FEU}"),
        (DDIMER, "750 ng/mL {DDU}", "750", "", "ng/mL{DDU}"),
    ],
)
def test_a_result_is_a_number_with_its_unit(
    analyte: Analyte, text: str, value: str, comparator: str, unit: str, language: str
) -> None:
    typed = said(analyte, text, language=language)
    assert (typed.value, typed.comparator, typed.unit) == (Decimal(value), comparator, unit)
    assert (typed.reason, typed.error) == ("", "")


def test_the_unit_of_the_column_is_used_where_none_is_typed() -> None:
    assert said(CRP, "12", "mg/dL") == LabTyped(Decimal(12), "", "mg/dL", echo="= 120 mg/L")
    assert said(CRP, "120 mg/L", "mg/dL") == LabTyped(Decimal(120), "", "mg/L")


@pytest.mark.parametrize(
    ("analyte", "text", "english", "spanish"),
    [
        (CRP, "12 mg/dL", "= 120 mg/L", "= 120 mg/L"),
        (CRP, "12 mg/L", "", ""),
        (CRP, "<0.5 mg/dL", "< 5 mg/L", "< 5 mg/L"),
        (HB, "95 g/L", "= 9.5 g/dL", "= 9,5 g/dL"),
        (FERRITIN, "100 pmol/L", "= 44.5 ng/mL", "= 44,5 ng/mL"),
        (PLT, "45 K/uL", "= 45 10⁹/L", "= 45 10⁹/L"),
        (FERRITIN, ">40000", "", ""),
        (FERRITIN, ">=40000", "> 40000 ng/mL", "> 40000 ng/mL"),
    ],
)
def test_the_echo_is_the_result_in_the_unit_of_the_registry(
    analyte: Analyte, text: str, english: str, spanish: str
) -> None:
    assert said(analyte, text).echo == english
    assert said(analyte, text, language="es").echo == spanish


@pytest.mark.parametrize(("text", "reason"), [("ND", "ND"), ("unk", "UNK"), (" Na ", "NA")])
def test_a_reason_stands_where_there_is_no_result(text: str, reason: str) -> None:
    assert said(CRP, text) == LabTyped(reason=reason)
    assert written_lab(None, "", "", reason, "mg/L") == reason


def test_an_empty_box_is_no_result() -> None:
    assert said(CRP, "") == said(CRP, "   ") == LabTyped()
    assert written_lab(None, "", "", "", "mg/L") == ""


@pytest.mark.parametrize(
    ("analyte", "text", "error"),
    [
        (CRP, "1,200", "1,200 could be 1200 or 1.2. Type 1200 for the one, 1.2 for the other."),
        (FERRITIN, "<1.234 ng/mL", "1.234 could be 1234 or 1.2340. Type 1234 for the one, 1.2340 for the other."),
        *[
            (
                FERRITIN,
                text,
                "Type the number without separators of thousands and without spaces, for example 1200 or 1.5.",
            )
            for text in ("1 200", "1 200 ng/mL", "1 200,5", "1.200,5", "1'200", "1 200 300", "> 1 200ng/mL")
        ],
        (PLT, "45 103/µL", "45 103/µL could be 45103 /µL or 45 10³/µL. Type one of these."),
        (
            CRP,
            "12 U/L",
            "C-reactive protein cannot be in “U/L”. Type one of these after the number: mg/L, mg/dL, nmol/L.",
        ),
        (DDIMER, "500 ng/mL", None),
        (CRP, "12 furlong", None),
        (CRP, "12 (high)", None),
        (CRP, "-5", "-5 mg/L is not possible: type a result from 0 to 1000 mg/L, and check its unit."),
        (CRP, "120 mg/dL", "1200 mg/L is not possible: type a result from 0 to 1000 mg/L, and check its unit."),
        (HB, "1.9", "1.9 g/dL is not possible: type a result from 2 to 25 g/dL, and check its unit."),
        (CRP, "1.23456", "Type at most 4 decimals here."),
        (FERRITIN, "12345678901", "Type at most 10 digits before the decimals."),
        (
            CRP,
            "high",
            "Type a number such as 2400 or <5, with its unit after it where that is not mg/L, or ND, UNK or NA.",
        ),
        (CRP, "5. mg/L", None),
        (CRP, "<", None),
        (CRP, "5-10", None),
        (CRP, "mg/L", None),
        (CRP, "1" * 5000, None),
    ],
)
def test_what_is_no_result_is_refused_in_words(analyte: Analyte, text: str, error: str | None) -> None:
    typed = said(analyte, text)
    assert typed.value is None
    assert typed.error.endswith(".")
    assert typed == LabTyped(error=error if error is not None else typed.error)


def test_a_column_without_a_unit_asks_for_one() -> None:
    with translation.override("en"):
        typed = read_lab(CRP, "12", "", HERE)
        assert typed == LabTyped(error="Type the unit after the number, one of: mg/L, mg/dL, nmol/L.")
        assert read_lab(CRP, "x", "", HERE).error == (
            "Type a number such as 2400 or <5 with its unit after it, or ND, UNK or NA."
        )


@pytest.mark.parametrize(
    ("analyte", "text", "warning"),
    [
        (CRP, "600", "600 mg/L is outside 0 to 500 mg/L. Check it; it is saved all the same."),
        (CRP, "60 mg/dL", "600 mg/L is outside 0 to 500 mg/L. Check it; it is saved all the same."),
        (HB, "49 g/L", "4.9 g/dL is outside 5 to 18 g/dL. Check it; it is saved all the same."),
        (HB, "5", ""),
        (FERRITIN, "100000", ""),
    ],
)
def test_an_improbable_result_is_taken_with_a_warning(analyte: Analyte, text: str, warning: str) -> None:
    typed = said(analyte, text)
    assert (typed.warning, typed.error) == (warning, "")
    assert typed.value is not None


def test_a_result_recorded_without_a_unit_does_not_take_that_of_the_column() -> None:
    text = written_lab(Decimal("12"), "", "", "", "mg/L")
    assert text == "12 ?"
    typed = said(CRP, text)
    assert (typed.value, typed.unit, typed.error) == (Decimal(12), "", "")
    assert typed.warning == (
        "The unit is not known, so that the result cannot be compared. Type the unit after the number."
    )


@pytest.mark.parametrize("language", LANGUAGES)
@given(data=st.data(), comparator=st.sampled_from(["", "<", ">"]), places=st.integers(0, 4))
def test_every_result_is_read_back_as_it_was_written(
    language: str, data: st.DataObject, comparator: str, places: int
) -> None:
    analyte = data.draw(st.sampled_from(Analyte))
    unit, column = (data.draw(st.sampled_from(allowed_units(analyte))) for _ in range(2))
    rule = ANALYTES[analyte]
    low, high = (limit / rule.factors[unit] for limit in (rule.limits.hard_low, rule.limits.hard_high))
    value = data.draw(st.decimals(low, high, places=places))
    assume(rule.limits.breach(to_canonical(analyte, value, unit)) is not Breach.HARD)
    with translation.override(language):
        text = written_lab(value, comparator, unit.value, "", column.value)
    assert (shown_unit(unit) in text) == (unit != column)
    typed = said(analyte, text, column.value, language)
    assert (typed.value, typed.comparator, typed.unit, typed.error) == (value, comparator, unit.value, "")


@given(
    st.sampled_from(Analyte),
    st.text(alphabet="0123456789.,<>≥-' /?", max_size=12)
    | st.builds("{} {}".format, st.integers(0, 9999), st.sampled_from(LabUnit)),
)
def test_a_result_box_takes_any_text_and_answers(analyte: Analyte, text: str) -> None:
    typed = said(analyte, text)
    assert (typed.value is None) or not typed.error
    assert typed.value is not None or typed.error or not text.strip()
    assert not typed.value or typed.unit in {"", *allowed_units(analyte)}
