"""A variable that is not wholly declared stops the start-up."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.db import models

from registry.metadata import (
    CodedVariable,
    DateVariable,
    DecimalVariable,
    FlagVariable,
    Privacy,
    TextVariable,
    Transform,
    Variable,
    exportable_columns,
    topics,
)
from registry.metadata.fields import validate_from_1900, validate_not_future
from registry.metadata.system_checks import check_privacy, check_variables, is_classed, variable_problems
from registry.rules.patient import Sex


def problems(field: models.Field) -> list[str]:
    return list(variable_problems(field, parent=None))


def test_the_declarations_of_the_project_have_no_problem():
    assert check_variables() == []
    assert check_privacy() == []


@pytest.mark.parametrize(
    ("field", "words"),
    [
        (models.IntegerField(), "no Variable"),
        (DecimalVariable(None), "no Variable"),
        (DecimalVariable(Variable("Weight", Privacy.CLINICAL)), "no unit"),
        (DateVariable(Variable("Onset", Privacy.CLINICAL)), "neither the class DATE"),
        (TextVariable(Variable("Note", Privacy.CLINICAL)), "neither the class FREE_TEXT"),
        (CodedVariable(Variable("Sex", Privacy.CLINICAL)), "no list of codes"),
        (FlagVariable(Variable("Bulky", Privacy.CLINICAL, unit="1")), "has a unit"),
        (CodedVariable(Variable("Sex", Privacy.QUASI), Sex), "has no transform"),
        (TextVariable(Variable("Name", Privacy.DIRECT, transform=Transform.KEEP)), "does not allow KEEP"),
        (DecimalVariable(Variable("Kg", Privacy.CLINICAL, unit="kg", limits=(9, 2))), "limits are empty"),
        (
            DecimalVariable(Variable("Kg", Privacy.CLINICAL, unit="kg", limits=(2, 350), plausible=(1, 180))),
            "outside the hard limits",
        ),
    ],
)
def test_a_half_declared_field_is_named(field: models.Field, words: str):
    field.name = "example"
    field.model = type("Example", (), {"_meta": type("Meta", (), {"label": "registry.Example"})})
    assert any(words in problem for problem in problems(field)), problems(field)


def test_a_new_field_of_any_model_is_unclassed_until_somebody_says_so():
    field = models.CharField()
    field.set_attributes_from_name("nickname")
    field.model = type("Person", (), {"_meta": type("Meta", (), {"label": "study_sites.User"})})
    assert not is_classed(field)


def test_every_topic_has_a_key_that_leads_up_to_the_patient():
    for topic in topics():
        assert topic.key_columns[0] == "study_id", topic.code
        assert topic.path_to("patient").count("__") == max(0, len(topic.ancestors) - 1), topic.code
        assert len(set(topic.columns)) == len(topic.columns), topic.code


def test_a_date_of_tomorrow_is_possible_in_another_time_zone_but_not_one_of_next_week():
    today = dt.datetime.now(tz=dt.UTC).date()
    validate_not_future(today + dt.timedelta(days=1))
    with pytest.raises(ValidationError):
        validate_not_future(today + dt.timedelta(days=7))
    with pytest.raises(ValidationError):
        validate_from_1900(dt.date(1899, 12, 31))


def test_the_export_role_may_read_no_identifier_no_words_and_nothing_withheld():
    readable = exportable_columns()
    for topic in topics():
        columns = readable.get(topic.model._meta.db_table, [])
        for field in topic.fields:
            if field.variable.privacy in {Privacy.DIRECT, Privacy.FREE_TEXT, Privacy.SYSTEM}:
                assert field.column not in columns, f"{topic.code}.{field.name}"
    assert "registry_patientidentity" not in readable
