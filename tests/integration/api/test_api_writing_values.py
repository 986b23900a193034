"""What may be sent for each declared variable: what the description says is taken, and nothing else."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from rest_framework.exceptions import ValidationError

from registry.api.serializers.topic_fields import RecordField, record_field
from registry.api.serializers.topics import row_in
from registry.metadata import DateVariable, ReferenceVariable, topic_named
from registry.selectors.cases import case_topics
from registry.services.rows import State

FIELDS = [(topic.code, field) for topic in case_topics() for field in topic.entered_fields]
NAMES = [f"{code}.{field.name}" for code, field in FIELDS]
TEXTS = ["", " ", "x", "2021", "2021-03", "2021-03-05", "2021-3-5", "2021-13", "14:30", "14:30:00", "14:30:01", "24:00",
         "ND", "AXI", "YES", "FERRITIN", "yes", "a\x07b", "a\nb", "x" * 24,
         "x" * 501, "SEV-1", "SEV 1", "\u0085"]  # fmt: skip
NUMBERS = [0, 1, -1, 3, 10, 100, 350.5, 0.1, 0.1 + 0.2, 1.0, 36.65, 1e-9, 2**31, 2**70, -(2**40), 1e25, 4.35, 99999.999]
ANYTHING = st.one_of(
    st.sampled_from([*TEXTS, *NUMBERS, True, False, None, [], {}, [1], {"a": 1}]),
    st.integers(-10, 1000),
    st.integers(-10000, 1000000).map(lambda number: number / 1000),
    st.text(max_size=30),
    st.dates(dt.date(1890, 1, 1), dt.date(2060, 1, 1)).map(str),
)


def read(field: RecordField, value: Any) -> Any:
    """Return what a value becomes, or the words of its refusal."""
    try:
        return field.run_validation(value)
    except ValidationError as refused:
        return [str(words) for words in refused.detail]


@pytest.mark.parametrize("place", range(len(FIELDS)), ids=NAMES)
@settings(max_examples=25, deadline=None, database=None)
@given(value=ANYTHING)
def test_a_value_is_taken_exactly_where_the_description_says_so(place: int, value: Any) -> None:
    _code, declared = FIELDS[place]
    field = record_field(declared)
    schema = field.schema("request")
    if declared.null:
        schema["type"] = [schema["type"], "null"]
    said = Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER).is_valid(value)
    taken = read(field, value)
    if isinstance(declared, DateVariable) and said and isinstance(taken, list):
        # A day that no calendar has, or that cannot be, is content: the description cannot say which those are.
        return
    if isinstance(declared, ReferenceVariable) and said and isinstance(taken, list):
        assert not str(value).isprintable()
        return
    if isinstance(value, float) and not said and isinstance(taken, State):
        # The noise of a binary fraction: 0.1 + 0.2 is 0.3.
        assert abs(float(taken.value) - value) < 1e-9
        return
    assert said == (not isinstance(taken, list)), (schema, value, taken)


def field_of(code: str, name: str) -> RecordField:
    return record_field(topic_named(code).model._meta.get_field(name))


@pytest.mark.parametrize(
    ("code", "name", "sent", "state"),
    [
        ("crs_assessment", "temp_max_c", 38.6, State(Decimal("38.6"))),
        ("crs_assessment", "temp_max_c", 38, State(Decimal("38.0"))),
        ("crs_assessment", "temp_max_c", 38.300000000000004, State(Decimal("38.3"))),
        ("crs_assessment", "vasopressors", 1.0, State(1)),
        ("crs_assessment", "has_hypotension", False, State(False)),
        ("crs_assessment", "oxygen", "CPAP", State("CPAP")),
        ("crs_assessment", "note", " two\r\nlines ", State("two\nlines")),
        ("crs_assessment", "note", "  ", State()),
        ("crs_assessment", "assessed_on", "2021-03-05", State(dt.date(2021, 3, 5))),
        ("crs_episode", "onset_on", "2021-03-05", State(dt.date(2021, 3, 5), "DAY")),
        ("crs_episode", "onset_on", "2021-03", State(dt.date(2021, 3, 1), "MONTH")),
        ("crs_episode", "onset_on", "2021", State(dt.date(2021, 1, 1), "YEAR")),
        ("lab", "sampled_at", "08:15", State(dt.time(8, 15))),
        ("lab", "sampled_at", "08:15:00", State(dt.time(8, 15))),
        ("lab", "value", 1234567890.1234, State(Decimal("1234567890.1234"))),
        ("infusion_course", "product", "AXI", State("AXI")),
    ],
)
def test_a_value_becomes_what_the_record_keeps(code, name, sent, state) -> None:
    assert read(field_of(code, name), sent) == state


KIND, FUTURE = "This is not of the kind that belongs here.", "This date is in the future."


@pytest.mark.parametrize(
    ("code", "name", "sent", "words"),
    [
        ("crs_assessment", "vasopressors", "1", KIND),
        ("crs_assessment", "vasopressors", 1.5, KIND),
        ("crs_assessment", "vasopressors", True, KIND),
        ("crs_assessment", "vasopressors", 10, "Vasopressors, vasopressin not counted must be between 0 and 9."),
        ("crs_assessment", "temp_max_c", 20, "Highest temperature must be between 25 and 45 °C."),
        ("crs_assessment", "temp_max_c", 38.65, "Ensure that there are no more than 1 decimal place."),
        ("crs_assessment", "temp_max_c", float("inf"), KIND),
        (
            "infusion_course",
            "kps",
            101,
            "Karnofsky performance status before lymphodepletion must be between 0 and 100 %.",
        ),
        ("crs_assessment", "has_hypotension", 1, KIND),
        ("crs_assessment", "oxygen", "cpap", KIND),
        ("crs_assessment", "note", "bell\a", KIND),
        ("crs_assessment", "note", "half\ud83d", KIND),
        ("crs_assessment", "note", "x" * 501, "It is too long."),
        ("crs_assessment", "assessed_on", "2021-03", KIND),
        ("crs_assessment", "assessed_on", "2021-02-30", KIND),
        ("crs_assessment", "assessed_on", "2199-01-01", FUTURE),
        ("crs_assessment", "assessed_on", "1850-01-01", "This date is before 1900."),
        ("crs_episode", "onset_on", "2199", FUTURE),
        ("crs_episode", "onset_on", "03/2021", KIND),
        ("lab", "sampled_at", "8:15", KIND),
        ("infusion_course", "product", "", KIND),
        ("patient", "study_id", "SEV 1", KIND),
    ],
)
def test_a_value_that_cannot_be_is_refused_in_words(code, name, sent, words) -> None:
    assert read(field_of(code, name), sent) == [words]


def test_the_description_of_a_variable_holds_what_the_codebook_does() -> None:
    temperature = field_of("crs_assessment", "temp_max_c").schema("request")
    assert temperature == {
        "type": "number", "minimum": 25, "maximum": 45, "multipleOf": 0.1, "x-unit": "Cel", "x-code": "LOINC 8310-5",
        "x-privacy": "CLINICAL", "x-plausible": [34, 42],
    }  # fmt: skip
    oxygen = field_of("crs_assessment", "oxygen").schema("request")
    assert oxygen["enum"][-1] is None
    assert oxygen["x-labels"]["CPAP"]


def test_a_row_says_of_every_field_at_once_what_to_send() -> None:
    body = {"analyte": "NONE", "value": "1", "nonsense": 1, "missing": {"analyte": "ND"}}
    with pytest.raises(ValidationError) as refused:
        row_in(topic_named("lab"))().run_validation(body)
    assert refused.value.detail.keys() == {"analyte", "value", "nonsense", "missing", "sampled_on"}
    for errors in refused.value.detail.values():
        message, _apart, remedy = str(errors[0]).partition("\n")
        assert message
        assert remedy
