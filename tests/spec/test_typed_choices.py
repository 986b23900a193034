"""An answer of a list is selected by one keystroke, or pasted as its code, its number or its words."""

from __future__ import annotations

import datetime as dt
import itertools

import pytest
from django.utils import translation

from registry.metadata import CodedVariable, FlagVariable, Privacy, ReferenceVariable, Variable, topic_named, topics
from registry.metadata.fields import VariableField
from registry.rules.adverse import Relation
from registry.rules.crs import Oxygen
from registry.rules.missing import MissingReason
from registry.rules.patient import Sex
from registry.web.entry.typed import Setting, Typed, read, written
from registry.web.entry.typed_choices import choices_of, is_choice

HERE = Setting(None, dt.date(2026, 3, 20), is_month_first=False)
LANGUAGES = ("en", "es")
PRODUCTS = [("AXI", "AXI axicabtagene ciloleucel"), ("TISA", "TISA tisagenlecleucel")]
REASONS = [("?ND", "ND not done"), ("?UNK", "UNK unknown"), ("?NA", "NA not applicable")]

SEX = CodedVariable(Variable("Sex", Privacy.QUASI), Sex)
OXYGEN = CodedVariable(Variable("Oxygen", Privacy.CLINICAL), Oxygen)
RELATION = CodedVariable(Variable("Relation", Privacy.CLINICAL), Relation)
NEEDED = CodedVariable(Variable("Sex", Privacy.QUASI), Sex, required=True)
FLAG = FlagVariable(Variable("Fever", Privacy.CLINICAL))
NEEDED_FLAG = FlagVariable(Variable("Fever", Privacy.CLINICAL), required=True)
PRODUCT = topic_named("infusion_course").model._meta.get_field("product")
CHOICES = [field for topic in topics() for field in topic.fields if is_choice(field)]


def said(field: VariableField, text: str, language: str = "en") -> Typed:
    with translation.override(language):
        return read(field, text, HERE, options=PRODUCTS if isinstance(field, ReferenceVariable) else None)


def listed(field: VariableField, language: str = "en") -> list[tuple[str, str]]:
    with translation.override(language):
        return choices_of(field, PRODUCTS if isinstance(field, ReferenceVariable) else None)


def test_options_start_with_the_number_that_selects_them() -> None:
    assert listed(SEX) == [("", ""), ("FEMALE", "1 female"), ("MALE", "2 male"), ("OTHER", "3 other"), *REASONS]
    assert listed(NEEDED) == listed(SEX)[:4]
    assert listed(FLAG) == [("", ""), ("no", "0 no"), ("yes", "1 yes"), *REASONS]
    assert listed(NEEDED_FLAG) == [("", ""), ("no", "0 no"), ("yes", "1 yes")]
    assert listed(PRODUCT) == [("", ""), *PRODUCTS]


def test_a_list_that_starts_with_nothing_found_starts_at_0() -> None:
    assert listed(OXYGEN)[1:3] == [("ROOM_AIR", "0 room air"), ("LOW_FLOW", "1 nasal cannula up to 6 L/min")]
    zero = {field.coding for field in CHOICES if isinstance(field, CodedVariable) and listed(field)[1][1][0] == "0"}
    first = {next(iter(coding)).value for coding in zero if coding}
    assert first == {"NONE", "ROOM_AIR", "ALERT", "NEGATIVE"}


def test_options_are_in_the_language_of_the_moment() -> None:
    assert listed(FLAG, "es")[1:3] == [("no", "0 no"), ("yes", "1 sí")]
    assert listed(SEX, "es")[1][0] == "FEMALE"
    assert listed(SEX, "es")[1][1] != "1 female"


@pytest.mark.parametrize(
    ("field", "text", "value"),
    [
        *[(SEX, text, "FEMALE") for text in ("FEMALE", "female", " Female ", "1", "1 female")],
        *[(OXYGEN, text, "ROOM_AIR") for text in ("0", "room air", "Room  Air", "room_air")],
        (OXYGEN, "10", None),
        *[(FLAG, text, True) for text in ("yes", "YES", "1", "1 yes")],
        *[(FLAG, text, False) for text in ("no", "No", "0", "0 no")],
        *[(PRODUCT, text, "AXI") for text in ("AXI", "axi", "axicabtagene ciloleucel", "AXI axicabtagene ciloleucel")],
        (RELATION, "NA", "NA"),
        (RELATION, "not related", "NA"),
    ],
)
def test_code_number_and_words_are_taken_in_any_capitals(field: VariableField, text: str, value: object) -> None:
    typed = said(field, text)
    assert typed.value == value
    assert bool(typed.error) == (value is None)


@pytest.mark.parametrize("text", ["sí", "SÍ", "si", "1 sí", "1", "yes"])
def test_words_are_those_of_the_language(text: str) -> None:
    assert said(FLAG, text, "es").value is True
    assert said(FLAG, "sí", "en").error != ""


@pytest.mark.parametrize(
    ("field", "text", "reason"),
    [
        *[(SEX, text, "ND") for text in ("?ND", "nd", "ND", "?nd")],
        *[(FLAG, "?UNK", "UNK"), (FLAG, "na", "NA"), (RELATION, "?NA", "NA"), (RELATION, "UNK", "UNK")],
    ],
)
def test_a_reason_is_chosen_or_pasted_and_a_code_of_the_list_goes_first(
    field: VariableField, text: str, reason: str
) -> None:
    assert said(field, text) == Typed(reason=reason)
    assert written(field, None, HERE, reason=reason) == f"?{reason}"


@pytest.mark.parametrize(
    ("field", "text", "error"),
    [
        (SEX, "4", "This is not on the list. Choose one of: FEMALE, MALE, OTHER; or ND, UNK or NA."),
        (SEX, "femal", "This is not on the list. Choose one of: FEMALE, MALE, OTHER; or ND, UNK or NA."),
        (SEX, "?XX", "This is not on the list. Choose one of: FEMALE, MALE, OTHER; or ND, UNK or NA."),
        (NEEDED, "0", "This is not on the list. Choose one of: FEMALE, MALE, OTHER."),
        (FLAG, "2", "This is not on the list. Choose one of: 0 no, 1 yes; or ND, UNK or NA."),
        (PRODUCT, "XYZ", "This is not on the list. Choose one of: AXI, TISA."),
        (NEEDED, "?ND", "“ND” cannot stand here: a value is needed. Type it."),
        (PRODUCT, "UNK", "“UNK” cannot stand here: a value is needed. Type it."),
    ],
)
def test_what_is_not_on_the_list_is_refused_with_what_is(field: VariableField, text: str, error: str) -> None:
    assert said(field, text) == Typed(error=error)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("field", CHOICES, ids=str)
def test_every_option_of_the_catalogue_is_read_by_value_number_and_words(field: VariableField, language: str) -> None:
    options = [(value, shown) for value, shown in listed(field, language) if value and not value.startswith("?")]
    for value, shown in options:
        meant = value == "yes" if isinstance(field, FlagVariable) else value
        number, _space, words = shown.partition(" ")
        for text in (value, value.lower(), shown, number, words, words.upper()):
            assert said(field, text, language) == Typed(meant), text
        assert written(field, meant, HERE) == value
    assert said(field, "", language) == Typed()
    assert {value for value, _shown in listed(field, language) if value.startswith("?")} == (
        {f"?{reason}" for reason in MissingReason} if field.null else set()
    )


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("field", CHOICES, ids=str)
def test_no_two_options_of_a_list_can_be_taken_for_each_other(field: VariableField, language: str) -> None:
    texts = [
        {value.casefold(), *(part.casefold() for part in (shown.partition(" ")[0], shown.partition(" ")[2]))}
        for value, shown in listed(field, language)
        if value and not value.startswith("?")
    ]
    assert not [(one, other) for one, other in itertools.combinations(texts, 2) if one & other]


def test_a_reference_may_be_written_from_the_row_or_its_key() -> None:
    assert written(PRODUCT, "AXI", HERE) == "AXI"
    assert written(PRODUCT, PRODUCT.related_model(code="AXI"), HERE) == "AXI"
