"""Response, relapse and death: each check with a hit, a miss, and a value that is missing."""

from __future__ import annotations

import datetime as dt

import pytest

from registry.checks import outcomes  # noqa: F401
from tests.integration.checks.case_of import day
from tests.integration.checks.spec_of import is_found

pytestmark = pytest.mark.django_db
MAY, JUNE, JULY = (dt.date(2021, number, 1) for number in (5, 6, 7))


def on(name, when):
    """A date as days from infusion, as the first day of a month of which the day is not known, or none."""
    if isinstance(when, dt.date):
        return {name: when, f"{name}_precision": "MONTH"}
    return {name: None if when is None else day(when)}


def death(number, cause=None, **values):
    return ("death", {**on("died_on", number), "cause": cause, **values})


def relapse(number, kind="PROGRESSION", **values):
    return ("relapse", {**on("relapsed_on", number), "kind": kind, **values})


def response(number, response=None, **values):
    return ("response", {**on("assessed_on", number), "response": response, **values})


@pytest.mark.parametrize(
    ("sentence", "rows", "found"),
    [
        ("progressed before", [relapse(30), death(40, "ICANS")], True),
        ("progressed on the day", [relapse(40), death(40, "INF_BACTERIAL")], True),
        ("progressed in the month", [relapse(JUNE), death(15, "ICANS")], True),
        ("died in the month", [relapse(12), death(JUNE, "ICANS")], True),
        ("an assessment says so", [response(30, "PMD"), death(40, "ICANS")], True),
        ("responded before", [response(30, "CMR"), death(40, "ICANS")], False),
        ("died of the malignancy", [relapse(30), death(40, "MALIGNANCY")], False),
        ("the site calls it treatment-related", [relapse(30), death(40, None, trm_class_site="TRM")], True),
        ("cause not known", [relapse(30), death(40)], False),
        ("relapse not dated", [relapse(None), death(40, "ICANS")], False),
        ("death not dated", [relapse(30), death(None, "ICANS")], False),
        ("no progression", [death(40, "ICANS")], False),
    ],
)
def test_a_treatment_related_death_after_progression_is_asked_about(sev, sentence, rows, found):
    assert is_found(sev, "OU01_TRM_REL", *rows) == found, sentence


@pytest.mark.parametrize("code", ["OU02_CAUSE", "OU02_CAUSE_LOCK"])
@pytest.mark.parametrize(
    ("sentence", "values", "found"),
    [
        ("no cause", {}, True),
        ("a cause", {"cause": "CRS"}, False),
        ("unknown as the cause", {"cause": "UNKNOWN"}, False),
        ("a reason instead", {"missing": {"cause": "UNK"}}, False),
    ],
)
def test_a_death_has_a_cause(sev, code, sentence, values, found):
    assert is_found(sev, code, death(40, **values)) == found, sentence


@pytest.mark.parametrize(
    ("sentence", "rows", "found"),
    [
        ("no response", [relapse(90, "RELAPSE")], True),
        ("a response before", [response(28, "PR"), relapse(90, "RELAPSE")], False),
        ("stable disease before", [response(28, "SD"), relapse(90, "RELAPSE")], True),
        ("a response after", [response(100, "CR"), relapse(90, "RELAPSE")], True),
        ("a response without a date", [response(None, "CR"), relapse(90, "RELAPSE")], False),
        ("a response in the month", [response(20, "CR"), relapse(JUNE, "RELAPSE")], False),
        ("progression", [relapse(90, "PROGRESSION")], False),
        ("relapse not dated", [relapse(None, "RELAPSE")], False),
    ],
)
def test_a_relapse_follows_a_response(sev, sentence, rows, found):
    assert is_found(sev, "OU03_REL_RESP", *rows) == found, sentence


@pytest.mark.parametrize(
    ("sentence", "row", "found"),
    [
        ("day 13", response(13), True),
        ("day 14", response(14), False),
        ("before the infusion", response(-1), True),
        ("in the month of infusion", response(JUNE), False),
        ("in the month before", response(MAY), True),
        ("not dated", response(None), False),
    ],
)
def test_a_response_before_day_14_is_asked_about(sev, sentence, row, found):
    assert is_found(sev, "OU04_RESP_DT", row) == found, sentence


@pytest.mark.parametrize(
    ("sentence", "contact", "row", "found"),
    [
        ("on the day of last contact", on("last_contact_on", 28), response(28), False),
        ("a day later", on("last_contact_on", 28), response(29), True),
        ("in the month of last contact", on("last_contact_on", JULY), response(50), False),
        ("in the month after", on("last_contact_on", JULY), response(55), True),
        ("in a month that may precede it", on("last_contact_on", 28), response(JULY), False),
        ("last contact not known", on("last_contact_on", None), response(29), False),
        ("not dated", on("last_contact_on", 28), response(None), False),
    ],
)
def test_a_response_is_not_assessed_after_the_last_contact(sev, sentence, contact, row, found):
    assert is_found(sev, "OU04_RESP_DT_LC", ("follow_up", contact), row) == found, sentence


@pytest.mark.parametrize(
    ("criteria", "diagnosis", "found"),
    [
        ("LUGANO_2014", "MM", True),
        ("LUGANO_2014", "DLBCL", False),
        ("IMWG", "MM", False),
        ("IMWG", "B_ALL", True),
        ("IWCLL", "CLL", False),
        ("ALL", "CLL", True),
        ("ALL", "WM", False),
        ("LUGANO_2014", None, False),
        (None, "MM", False),
    ],
)
def test_the_criteria_are_those_of_the_disease(sev, criteria, diagnosis, found):
    disease = ("disease", {"diagnosis": diagnosis})
    assert is_found(sev, "OU05_RESP_SYS", disease, response(28, criteria=criteria)) == found


@pytest.mark.parametrize(
    ("sentence", "first", "second", "found"),
    [
        ("both on one day", response(28, "PD"), response(28, "CR"), True),
        ("metabolic, on one day", response(28, "PMD"), response(28, "CMR"), True),
        ("on two days", response(28, "PD"), response(29, "CR"), False),
        ("partial response on that day", response(28, "PD"), response(28, "PR"), False),
        ("in one month", response(JUNE, "PD"), response(JUNE, "CR"), False),
        ("not dated", response(None, "PD"), response(None, "CR"), False),
        ("the other has no answer", response(28, None), response(28, "CR"), False),
    ],
)
def test_one_day_has_no_complete_response_and_progression(sev, sentence, first, second, found):
    second = (second[0], {**second[1], "response_no": 2})
    assert is_found(sev, "OU07_CR_PROG", first, second) == found, sentence


@pytest.mark.parametrize(
    ("sentence", "diagnosed", "cause", "died", "found"),
    [
        ("30 days before", on("diagnosed_on", 10), "INF_FUNGAL", 40, False),
        ("31 days before", on("diagnosed_on", 9), "INF_FUNGAL", 40, True),
        ("in a month that may be near enough", on("diagnosed_on", JUNE), "INF_FUNGAL", 50, False),
        ("in a month that is too early", on("diagnosed_on", JUNE), "INF_FUNGAL", 51, True),
        ("infection not dated", on("diagnosed_on", None), "INF_FUNGAL", 40, False),
        ("another cause", on("diagnosed_on", 0), "CRS", 40, False),
        ("cause not known", on("diagnosed_on", 0), None, 40, False),
        ("death not dated", on("diagnosed_on", 0), "INF_FUNGAL", None, False),
    ],
)
def test_a_fatal_infection_is_recorded(sev, sentence, diagnosed, cause, died, found):
    assert is_found(sev, "OU08_INF_DEATH", ("infection", diagnosed), death(died, cause)) == found, sentence


def test_a_fatal_infection_is_missed_where_there_is_none_at_all(sev):
    assert is_found(sev, "OU08_INF_DEATH", death(40, "INF_COVID_19"))
