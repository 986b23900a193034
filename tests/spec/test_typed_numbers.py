"""A number typed with a comma or a point is read exactly, or refused in words where it has two readings."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from registry.metadata import (
    DecimalVariable,
    EncryptedTextVariable,
    IntegerVariable,
    Privacy,
    TextVariable,
    Variable,
    topics,
)
from registry.metadata.fields import VariableField
from registry.web.entry.typed import Setting, Typed, read, written

HERE = Setting(None, dt.date(2026, 3, 20), is_month_first=False)
LANGUAGES = ("en", "es")
CATALOGUE = [field for topic in topics() for field in topic.fields]
NUMBERS = [field for field in CATALOGUE if isinstance(field, IntegerVariable | DecimalVariable)]
WORDS = [field for field in CATALOGUE if isinstance(field, TextVariable)]

TEMPERATURE = DecimalVariable(
    Variable("Temperature", Privacy.CLINICAL, unit="Cel", limits=(25, 45), plausible=(34, 42)), digits=4, places=1
)
WEIGHT = DecimalVariable(Variable("Weight", Privacy.CLINICAL, unit="kg", limits=(2, 350)), required=True)
FREE = DecimalVariable(Variable("Limit", Privacy.CLINICAL, unit="{as typed}"), digits=7, places=3)
DRUGS = IntegerVariable(Variable("Drugs", Privacy.CLINICAL, unit="1", limits=(0, 9), plausible=(0, 4)))
COURSE = IntegerVariable(Variable("Course", Privacy.CLINICAL, unit="1", limits=(1, 99)), required=True)
COUNT = IntegerVariable(Variable("Count", Privacy.CLINICAL, unit="1", limits=(-10, 99999)))
NOTE = TextVariable(Variable("Note", Privacy.FREE_TEXT), max_length=40)
SEALED = EncryptedTextVariable(Variable("Name", Privacy.DIRECT), max_length=10)


def said(field: VariableField, text: str, language: str = "en") -> Typed:
    with translation.override(language):
        return read(field, text, HERE)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("text", "value"),
    [
        *[("12.5", "12.5"), ("12,5", "12.5"), (" 12,50 ", "12.5"), ("12", "12"), ("012", "12"), ("100", "100")],
        *[
            (".5", "0.5"),
            (",5", "0.5"),
            ("0.445", "0.445"),
            ("0,445", "0.445"),
            ("1.2340", "1.234"),
            ("1200.5", "1200.5"),
        ],
        *[("1234.567", "1234.567"), ("1,20", "1.2"), ("-3,5", "-3.5"), ("−3,5", "-3.5"), ("+3.5", "3.5"), ("-0", "0")],
    ],
)
def test_comma_and_point_are_both_decimal_marks(text: str, value: str, language: str) -> None:
    typed = said(FREE, text, language)
    assert (typed.value, typed.error, typed.warning) == (Decimal(value), "", "")
    assert str(typed.value) == value


@pytest.mark.parametrize(
    ("text", "thousands", "decimals"),
    [
        ("1,200", "1200", "1.2"),
        ("1.200", "1200", "1.2"),
        ("38.400", "38400", "38.4"),
        ("1.234", "1234", "1.2340"),
        ("-123,456", "-123456", "-123.4560"),
        ("5,000", "5000", "5"),
    ],
)
def test_three_digits_after_one_mark_could_be_thousands_and_are_refused(
    text: str, thousands: str, decimals: str
) -> None:
    for field in (FREE, TEMPERATURE, DRUGS, WEIGHT):
        typed = said(field, text)
        assert typed.value is None
        assert typed.error == (
            f"{text} could be {thousands} or {decimals}. Type {thousands} for the one, {decimals} for the other."
        )
    assert decimals.replace(".", ",") in said(FREE, text, "es").error
    wide = DecimalVariable(Variable("Any", Privacy.CLINICAL, unit="1"))
    assert [str(said(wide, way).error) for way in (thousands, decimals)] == ["", ""]


@pytest.mark.parametrize(
    "text", ["1.234,5", "1,234,567", "1.234.567", "1 200", "1'200", "1’200", "12 000,5", "1\u00a0200", "1.2.3"]
)
def test_separators_of_thousands_are_refused(text: str) -> None:
    words = "Type the number without separators of thousands and without spaces, for example 1200 or 1.5."
    assert said(FREE, text) == said(DRUGS, text) == Typed(error=words)
    assert "1200" in said(FREE, text, "es").error
    assert "1,5" in said(FREE, text, "es").error


@pytest.mark.parametrize(
    ("field", "text", "error"),
    [
        (TEMPERATURE, "warm", "Type a number from 25 to 45 °C, or ND, UNK or NA."),
        (TEMPERATURE, "24.9", "Type a number from 25 to 45 °C, or ND, UNK or NA."),
        (TEMPERATURE, "45,1", "Type a number from 25 to 45 °C, or ND, UNK or NA."),
        (TEMPERATURE, "38.45", "Type at most 1 decimal here."),
        (WEIGHT, "400", "Type a number from 2 to 350 kg."),
        (WEIGHT, "70.12345", "Type at most 3 decimals here."),
        (FREE, "12345.5", "Type at most 4 digits before the decimals."),
        (FREE, "ten", "Type a number, or ND, UNK or NA."),
        (DRUGS, "1.5", "Type a whole number from 0 to 9, or ND, UNK or NA."),
        (DRUGS, "10", "Type a whole number from 0 to 9, or ND, UNK or NA."),
        (COURSE, "0", "Type a whole number from 1 to 99."),
        (COURSE, "NA", "“NA” cannot stand here: a value is needed. Type it."),
    ],
)
def test_a_number_that_does_not_fit_is_refused_with_what_to_type(field: VariableField, text: str, error: str) -> None:
    assert said(field, text) == Typed(error=error)


@pytest.mark.parametrize(
    "text", ["5.", "5,", ".", "", "1e3", "3 mg", "٣", "½", "+-3", "--3", "9" * 5000, "1." + "0" * 60 + "1"]
)
def test_what_is_no_number_is_never_one(text: str) -> None:
    for field in (FREE, TEMPERATURE, DRUGS):
        assert said(field, text).value is None
        assert bool(said(field, text).error) == bool(text)


@pytest.mark.parametrize(("text", "value"), [("3", 3), ("3.0", 3), ("3,0", 3), ("3.00", 3), ("03", 3), ("+3", 3)])
def test_a_whole_number_may_carry_zeros(text: str, value: int) -> None:
    typed = said(DRUGS, text)
    assert typed == Typed(value)
    assert isinstance(typed.value, int)


@pytest.mark.parametrize(
    ("field", "text", "warning"),
    [
        (TEMPERATURE, "43", "43 °C is outside 34 to 42 °C. Check it; it is saved all the same."),
        (TEMPERATURE, "33,9", "33.9 °C is outside 34 to 42 °C. Check it; it is saved all the same."),
        (TEMPERATURE, "42", ""),
        (TEMPERATURE, "34", ""),
        (DRUGS, "5", "5 is outside 0 to 4. Check it; it is saved all the same."),
    ],
)
def test_an_improbable_number_is_taken_with_a_warning(field: VariableField, text: str, warning: str) -> None:
    typed = said(field, text)
    assert (typed.value, typed.warning, typed.error) == (Decimal(text.replace(",", ".")), warning, "")
    assert said(TEMPERATURE, "33.9", "es").warning.startswith("33,9 °C")


@pytest.mark.parametrize(
    ("value", "english", "spanish"),
    [
        ("1.2", "1.2", "1,2"),
        ("1.200", "1.2", "1,2"),
        ("1.234", "1.2340", "1,2340"),
        ("999.999", "999.9990", "999,9990"),
        ("0.445", "0.445", "0,445"),
        ("1234.567", "1234.567", "1234,567"),
        ("-1.234", "-1.2340", "-1,2340"),
        ("1200", "1200", "1200"),
        ("12E+2", "1200", "1200"),
        ("0.000", "0", "0"),
    ],
)
def test_a_number_is_written_so_that_it_has_one_reading(value: str, english: str, spanish: str) -> None:
    for language, text in (("en", english), ("es", spanish)):
        with translation.override(language):
            assert written(FREE, Decimal(value), HERE) == text
        assert said(FREE, text, language).value == Decimal(value)


def values_of(field: VariableField) -> st.SearchStrategy[int | Decimal]:
    low, high = field.variable.limits if field.variable and field.variable.limits else (0, 9999)
    if isinstance(field, IntegerVariable):
        return st.integers(int(low), int(high))
    return st.decimals(low, min(Decimal(high), Decimal(10**8)), places=field.decimal_places)  # type: ignore[attr-defined]


@pytest.mark.parametrize("language", LANGUAGES)
@given(data=st.data())
def test_every_number_of_the_catalogue_is_read_back_as_it_was_written(language: str, data: st.DataObject) -> None:
    field = data.draw(st.sampled_from(NUMBERS))
    value = data.draw(values_of(field))
    with translation.override(language):
        text = written(field, value, HERE)
        typed = read(field, text, HERE)
        assert (typed.value, typed.error) == (value, "")
        assert written(field, typed.value, HERE) == text
    # The draft of a person who then changes the language.
    assert said(field, text, "en").value == said(field, text, "es").value == value


@given(st.decimals(0, 9999, places=3), st.sampled_from(".,"), st.integers(0, 3))
def test_a_number_is_read_exactly_or_refused(value: Decimal, mark: str, places: int) -> None:
    text = f"{value:.{places}f}"
    typed = said(FREE, text.replace(".", mark))
    assert typed.value == Decimal(text) or (places == 3 and "could be" in typed.error)


@given(st.text(max_size=12) | st.text(alphabet="0123456789.,-+ '", max_size=12))
def test_a_number_box_takes_any_text_and_answers(text: str) -> None:
    for field in (FREE, TEMPERATURE, COUNT):
        typed = said(field, text)
        assert (typed.value is None) or not typed.error
        assert typed.value is not None or typed.error or typed.reason or not text.strip()


@pytest.mark.parametrize(("text", "reason"), [("ND", "ND"), ("nd", "ND"), ("Unk", "UNK"), (" na ", "NA")])
def test_a_reason_stands_where_a_value_is_missing(text: str, reason: str) -> None:
    for field in (TEMPERATURE, DRUGS, FREE, NOTE, SEALED):
        assert said(field, text) == Typed(reason=reason)
        assert written(field, None, HERE, reason=reason) == reason


@pytest.mark.parametrize("field", [TEMPERATURE, COURSE, NOTE, SEALED])
def test_an_empty_box_is_an_empty_value(field: VariableField) -> None:
    assert said(field, "") == said(field, "  \n ") == Typed()
    assert written(field, None, HERE) == ""


@pytest.mark.parametrize("word", ["NA", "nd", "Unk", '"NA"', '""na""', '"NA', "NA."])
def test_words_that_look_like_a_reason_stay_words_when_they_are_written(word: str) -> None:
    assert said(SEALED, written(SEALED, word, HERE)) == Typed(word)
    assert said(SEALED, '"Na"') == Typed("Na")


def test_words_have_their_length_and_characters() -> None:
    assert said(SEALED, "x" * 11).error == "Type at most 10 characters; there are 11."
    assert said(SEALED, "x" * 10) == Typed("x" * 10)
    assert said(NOTE, "one\x00two").error == "The text holds characters that cannot be stored. Type it anew."
    assert said(NOTE, "one\x1btwo").value is None
    assert said(NOTE, " one\r\ntwo\tthree ").value == "one\ntwo\tthree"


@pytest.mark.parametrize(
    "text",
    [
        *(
            "call 954 123 456",
            "tel. +34954123456",
            "(713) 555-0123",
            "record 1234567",
            "seen 12/03/2025",
            "on 2025-03-12",
        ),
        *(
            "on 12.3.25",
            "12 March 2025",
            "12 de marzo de 2025",
            "March 12, 2025",
            "ana@example.org",
            "Mr Brown",
            "Mrs. Brown",
        ),
        *(
            "per Dr. House",
            "la Sra. García",
            "D. José",
            "Dña Ángela",
            "Sr López",
            "patient John Smith",
            "Paciente: Ana Ruiz",
        ),
    ],
)
def test_free_text_that_may_identify_the_patient_is_taken_with_a_warning(text: str) -> None:
    typed = said(NOTE, text)
    assert typed.value == text
    assert typed.warning == "This looks like a name, a number or a date. Leave out whatever identifies the patient."
    assert said(TextVariable(Variable("Code", Privacy.DIRECT)), text).warning == ""


@pytest.mark.parametrize(
    "text",
    [
        *(
            "BP 80/50, then 90/60",
            "39.5 at 14:30",
            "BP 80/50 90/60",
            "38.5 39.2 40.1",
            "patient had fever",
            "Patient Stable",
            "Sepsis with E. coli",
            "5 ms",
            "grade 3",
        ),
        *(
            "dose 1200 mg, then 600",
            "vitamin D. then none",
            "CTCAE 5.0",
            "day +4 to +6",
            "el paciente no responde",
            "IL-6 40000",
        ),
    ],
)
def test_clinical_free_text_raises_no_warning(text: str) -> None:
    assert said(NOTE, text) == Typed(text)


@given(st.sampled_from(WORDS), st.text(min_size=1, max_size=20))
def test_every_text_of_the_catalogue_is_read_back_as_it_was_written(field: VariableField, text: str) -> None:
    typed = said(field, text)
    if typed.value:
        again = said(field, written(field, typed.value, HERE))
        assert (again.value, again.error) == (typed.value, "")
