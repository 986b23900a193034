"""A date or a time typed into one box is read as the one thing that it can mean, or refused in words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from registry.metadata import DateVariable, Privacy, TimeVariable, Variable, topics
from registry.metadata.fields import VariableField
from registry.rules.dates import Precision
from registry.web.entry.typed import Setting, Typed, read, written
from registry.web.entry.typed_dates import ENGLISH, SPANISH

TODAY, DAY_0 = dt.date(2026, 3, 20), dt.date(2025, 3, 8)
SEVILLA = Setting(DAY_0, TODAY, is_month_first=False)
HOUSTON = Setting(DAY_0, TODAY, is_month_first=True)
UNKNOWN = Setting(None, TODAY, is_month_first=False)

DAY = DateVariable(Variable("Day", Privacy.DATE))
NEEDED = DateVariable(Variable("Day", Privacy.DATE), required=True)
PARTIAL = DateVariable(Variable("Day", Privacy.DATE), partial=True)
TIME = TimeVariable(Variable("Time", Privacy.DATE))
NEEDED_TIME = TimeVariable(Variable("Time", Privacy.DATE), required=True)
LANGUAGES, SITES = ("en", "es"), (SEVILLA, HOUSTON)
CATALOGUE = [field for topic in topics() for field in topic.fields]
DATES = [field for field in CATALOGUE if isinstance(field, DateVariable)]


def said(field: VariableField, text: str, setting: Setting = SEVILLA, language: str = "en") -> Typed:
    with translation.override(language):
        return read(field, text, setting)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "text",
    [
        *("12/3/25", "12/03/2025", "12-03-2025", "12.3.2025", "12-3-25", " 12 / 3 / 2025 ", "12–03–2025"),
        *("120325", "12032025", "20250312", "2025-03-12", "2025-3-12", "2025/03/12", "+4", "+ 4"),
        *("12 Mar 2025", "12 mar 25", "12mar2025", "12-MAR-2025", "12/Mar/2025", "12 March 2025", "12th March 2025"),
        *("12 marzo 2025", "12 mar. 2025", "12 de marzo de 2025", "12 de marzo del 2025", "12 DE MARZO DE 2025"),
        *("Mar 12 2025", "Mar 12, 2025", "March 12th, 2025", "marzo 12 2025", "mar-12-2025"),
    ],
)
def test_a_day_may_be_typed_in_many_ways_in_either_language(text: str, language: str) -> None:
    typed = said(DAY, text, language=language)
    assert (typed.value, typed.precision, typed.error) == (dt.date(2025, 3, 12), None, "")
    assert said(PARTIAL, text, language=language).precision == "DAY"


@pytest.mark.parametrize(
    ("text", "year"),
    [("1/1/21", 2021), ("1/1/22", 1922), ("1/1/00", 2000), ("1/1/99", 1999), ("010170", 1970), ("1 Jan 05", 2005)],
)
def test_two_digits_are_a_year_of_this_century_up_to_next_year(text: str, year: int) -> None:
    then = Setting(DAY_0, dt.date(2020, 6, 1), is_month_first=False)
    assert said(DAY, text, then).value == dt.date(year, 1, 1)


@pytest.mark.parametrize(
    ("text", "day"), [("+0", 0), ("-0", 0), ("+4", 4), ("-6", -6), ("−6", -6), ("+365", 365), ("-999", -999)]
)
def test_a_signed_number_is_a_day_from_the_infusion(text: str, day: int) -> None:
    for setting in SITES:
        assert said(DAY, text, setting).value == DAY_0 + dt.timedelta(days=day)


def test_a_day_number_needs_the_day_of_the_infusion() -> None:
    typed = said(DAY, "+4", UNKNOWN)
    assert typed.value is None
    assert typed.error == (
        "A day number counts from the infusion, and its date is not known yet. Type the date, for example 12/03/2025."
    )


@pytest.mark.parametrize(("text", "setting"), [("-2025", SEVILLA), ("+1000", HOUSTON)])
def test_a_long_day_number_is_rather_a_year_with_a_slip_before_it(text: str, setting: Setting) -> None:
    assert said(PARTIAL, text, setting).error.startswith("A day number is at most 999. Type the date")


@pytest.mark.parametrize(
    ("text", "first", "precision"),
    [
        *[(text, dt.date(2025, 3, 1), "MONTH") for text in ("03/2025", "3/2025", "03-2025", "3.2025", "2025-03")],
        *[(text, dt.date(2025, 3, 1), "MONTH") for text in ("Mar 2025", "mar. 2025", "marzo de 2025", "MARCH 2025")],
        ("sept 2024", dt.date(2024, 9, 1), "MONTH"),
        ("setiembre 2024", dt.date(2024, 9, 1), "MONTH"),
        ("2025", dt.date(2025, 1, 1), "YEAR"),
        ("2025-03-12", dt.date(2025, 3, 12), "DAY"),
    ],
)
def test_a_month_or_a_year_alone_is_taken_where_the_field_takes_it(text: str, first: dt.date, precision: str) -> None:
    for setting in SITES:
        typed = said(PARTIAL, text, setting)
        assert (typed.value, typed.precision, typed.error) == (first, precision, "")


@pytest.mark.parametrize("text", ["03/2025", "2025-03", "Mar 2025", "2025"])
def test_elsewhere_the_day_is_needed(text: str) -> None:
    needed = "The day is needed here. Type the whole date, for example 12/03/2025."
    assert said(NEEDED, text) == Typed(error=needed)
    assert said(DAY, text) == Typed(error=f"{needed} Where it is missing, type ND, UNK or NA.")
    assert "2025-03-12" in said(DAY, text, HOUSTON).error


@pytest.mark.parametrize("text", ["032025", "202503", "200312", "111999"])
def test_six_digits_that_could_be_a_month_are_refused_where_months_are_taken(text: str) -> None:
    for setting in SITES:
        assert f"{text} could be a whole day or a month alone" in said(PARTIAL, text, setting).error


@pytest.mark.parametrize(
    ("text", "one", "other"),
    [
        ("12/3/25", "12 Mar 2025", "3 Dec 2025"),
        ("3-12-2025", "3 Dec 2025", "12 Mar 2025"),
        ("03.12.25", "3 Dec 2025", "12 Mar 2025"),
        ("120325", "12 Mar 2025", "3 Dec 2025"),
        ("01022024", "1 Feb 2024", "2 Jan 2024"),
    ],
)
def test_in_the_united_states_what_could_be_either_way_round_is_refused(text: str, one: str, other: str) -> None:
    for field in (DAY, PARTIAL):
        typed = said(field, text, HOUSTON)
        assert typed.value is None
        assert f"{text} could be {one} or {other}. " in typed.error
        ways = [part.strip(" .)") for part in typed.error.split("(")[1].split(" or ")][:2]
        days = {said(field, way.split(")")[0], HOUSTON).value for way in (*ways, one, other)}
        assert len(days) == 2


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("3/25/25", dt.date(2025, 3, 25)),
        ("03252025", dt.date(2025, 3, 25)),
        ("032525", dt.date(2025, 3, 25)),
        ("25/3/25", dt.date(2025, 3, 25)),
        ("3/3/25", dt.date(2025, 3, 3)),
        ("12/12/2024", dt.date(2024, 12, 12)),
    ],
)
def test_in_the_united_states_what_has_one_reading_is_taken(text: str, day: dt.date) -> None:
    assert said(DAY, text, HOUSTON).value == day


@pytest.mark.parametrize("text", ["3/25/25", "03-25-2025", "032525", "03252025"])
def test_elsewhere_the_month_never_comes_first(text: str) -> None:
    typed = said(DAY, text)
    assert typed.value is None
    assert typed.error == f"{text} is 25 Mar 2025 with the month first. Here the day comes first: type 25/03/2025."


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("31/02/2025", "There is no day 31 in February 2025. Check the day, the month and the year."),
        ("29 Feb 2025", "There is no day 29 in February 2025. Check the day, the month and the year."),
        ("2025-04-31", "There is no day 31 in April 2025. Check the day, the month and the year."),
        ("00/03/2025", "There is no day 0 in March 2025. Check the day, the month and the year."),
        ("45/13/2025", "There is no month 13. Check the order of day, month and year."),
        ("2025-13-01", "There is no month 13. Check the order of day, month and year."),
        ("1/1/0000", "There is no day 1 in January 0000. Check the day, the month and the year."),
        ("12/3/2999", "12 Mar 2999 is in the future. Check the day, the month and the year."),
        ("12/3/1825", "12 Mar 1825 is before 1900. Check the year."),
        ("12/3", "The year is missing or short. Type it with four digits, for example 12/03/2025."),
        ("12 Mar", "The year is missing or short. Type it with four digits, for example 12/03/2025."),
    ],
)
def test_a_day_that_cannot_be_is_refused_by_name(text: str, error: str) -> None:
    assert said(NEEDED, text) == Typed(error=error)


def test_at_a_site_of_the_united_states_an_impossible_day_is_named_too() -> None:
    assert said(DAY, "2/30/25", HOUSTON).error.startswith("There is no day 30 in February 2025.")


@pytest.mark.parametrize(
    "text",
    [
        *(
            "soon",
            "12",
            "4",
            "d4",
            "day 4",
            "12/3-25",
            "12 3 25",
            "1/2/345",
            "12/3/",
            "/3/25",
            "12//3/25",
            "1203",
            "12345",
        ),
        *("1234567", "123456789", "12 foo 2025", "ma 2025", "mar 122025", "12/03/2025 10:00", "12 mar 2025 x", "~4"),
        "1" * 5000,
    ],
)
def test_anything_else_is_refused_with_what_to_type(text: str) -> None:
    typed = said(DAY, text)
    assert typed == Typed(
        error="Type the date as 12/03/2025 or 12 Mar 2025, or the days from infusion as +4. "
        "Where it is missing, type ND, UNK or NA."
    )
    assert "a month or a year alone as 03/2025 or 2025" in said(PARTIAL, text).error
    assert "2025-03-12" in said(NEEDED, text, HOUSTON).error
    assert "ND" not in said(NEEDED, text, HOUSTON).error


@pytest.mark.parametrize(
    ("text", "setting", "english", "spanish"),
    [
        ("12/03/2025", SEVILLA, "day +4", "day +4"),
        ("12/3/25", SEVILLA, "12 Mar 2025, day +4", "12 mar 2025, day +4"),
        ("08/03/2025", SEVILLA, "day 0", "day 0"),
        ("-6", SEVILLA, "2 Mar 2025, day -6", "2 mar 2025, day -6"),
        ("12/3/25", UNKNOWN, "12 Mar 2025", "12 mar 2025"),
        ("12/03/2025", UNKNOWN, "", ""),
        ("2025-03-12", HOUSTON, "day +4", "day +4"),
        ("3/25/25", HOUSTON, "25 Mar 2025, day +17", "25 mar 2025, day +17"),
        ("1/9/24", SEVILLA, "1 Sep 2024, day -188", "1 sep 2024, day -188"),
        ("1/1/25", UNKNOWN, "1 Jan 2025", "1 ene 2025"),
    ],
)
def test_the_echo_says_what_was_understood(text: str, setting: Setting, english: str, spanish: str) -> None:
    assert said(DAY, text, setting).echo == english
    with translation.override("es"):
        day = translation.gettext("day %(number)s") % {"number": "N"}
    assert said(DAY, text, setting, "es").echo == spanish.replace("day ", day.removesuffix("N"))


def test_the_echo_of_a_partial_date_says_what_is_unknown() -> None:
    assert said(PARTIAL, "3/2025").echo == "March 2025, day unknown"
    assert said(PARTIAL, "2025").echo == "2025, day and month unknown"
    assert said(PARTIAL, "3/2025", language="es").echo.startswith("marzo ")


@pytest.mark.parametrize(
    ("precision", "elsewhere", "month_first"),
    [("DAY", "12/03/2025", "2025-03-12"), ("MONTH", "03/2025", "2025-03"), ("YEAR", "2025", "2025")],
)
def test_a_date_is_written_as_it_is_typed_at_the_site(precision: str, elsewhere: str, month_first: str) -> None:
    day = dt.date(2025, 3, 12)
    assert written(PARTIAL, day, SEVILLA, precision=precision) == elsewhere
    assert written(PARTIAL, day, HOUSTON, precision=precision) == month_first


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("setting", [*SITES, UNKNOWN])
@given(data=st.data(), day=st.dates(dt.date(1900, 1, 1), TODAY), precision=st.sampled_from(Precision))
def test_every_date_of_the_catalogue_is_read_back_as_it_was_written(
    setting: Setting, language: str, data: st.DataObject, day: dt.date, precision: Precision
) -> None:
    field = data.draw(st.sampled_from(DATES))
    if not field.partial:
        precision = Precision.DAY
    value = {"DAY": day, "MONTH": day.replace(day=1), "YEAR": day.replace(month=1, day=1)}[precision.value]
    text = written(field, value, setting, precision=precision.value)
    typed = said(field, text, setting, language)
    assert (typed.value, typed.error) == (value, "")
    assert typed.precision == (precision.value if field.partial else None)
    assert written(field, typed.value, setting, precision=typed.precision) == text


WAYS: dict[str, Callable[[dt.date], str]] = {
    "slashes": lambda day: f"{day.day}/{day.month}/{day.year}",
    "short": lambda day: f"{day.day}-{day.month}-{day.year % 100:02d}",
    "dots": lambda day: f"{day.day:02d}.{day.month:02d}.{day.year}",
    "six": lambda day: f"{day:%d%m%y}",
    "eight": lambda day: f"{day:%d%m%Y}",
    "english": lambda day: f"{day.day} {ENGLISH[day.month - 1]} {day.year}",
    "american": lambda day: f"{ENGLISH[day.month - 1][:3]} {day.day}, {day.year}",
    "spanish": lambda day: f"{day.day} de {SPANISH[day.month - 1]} de {day.year}",
    "iso": lambda day: f"{day:%Y-%m-%d}",
    "iso digits": lambda day: f"{day:%Y%m%d}",
}


@given(
    day=st.dates(dt.date(1930, 1, 1), TODAY),
    way=st.sampled_from(sorted(WAYS)),
    setting=st.sampled_from(SITES),
    language=st.sampled_from(LANGUAGES),
    field=st.sampled_from([DAY, PARTIAL]),
)
def test_a_day_typed_day_first_is_never_read_as_another(
    day: dt.date, way: str, setting: Setting, language: str, field: DateVariable
) -> None:
    typed = said(field, WAYS[way](day), setting, language)
    if typed.error:
        could_be_either = setting.is_month_first and day.day <= 12 and day.day != day.month
        assert (could_be_either and way in {"slashes", "short", "dots", "six", "eight"}) or (
            way == "six" and field is PARTIAL and day.day in {19, 20} and 1 <= day.year % 100 <= 12
        )
    else:
        assert (typed.value, typed.precision or "DAY") == (day, "DAY")


@given(day=st.dates(dt.date(1930, 1, 1), TODAY), shape=st.sampled_from(["%m/%d/%Y", "%m-%d-%y", "%m%d%Y"]))
def test_a_day_typed_month_first_in_the_united_states_is_never_read_as_another(day: dt.date, shape: str) -> None:
    typed = said(DAY, day.strftime(shape), HOUSTON)
    assert typed.value == day or "could be" in typed.error


@given(text=st.text(alphabet="0123456789/-.+ ,demarznov", max_size=16), setting=st.sampled_from([*SITES, UNKNOWN]))
def test_a_date_box_takes_any_text_and_answers(text: str, setting: Setting) -> None:
    for field in (DAY, PARTIAL, TIME):
        typed = said(field, text, setting)
        assert not (typed.value and typed.error)
        assert typed.value or typed.error or not text.strip()


@pytest.mark.parametrize(
    ("text", "time"),
    [
        *[("14:30", "14:30"), ("1430", "14:30"), ("14.30", "14:30"), ("8:05", "08:05"), ("08:05", "08:05")],
        *[("0805", "08:05"), ("00:00", "00:00"), ("23:59", "23:59"), ("14:30:00", "14:30"), ("14h30", "14:30")],
    ],
)
def test_a_time_is_read_and_written_on_the_24_hour_clock(text: str, time: str) -> None:
    typed = said(TIME, text)
    assert written(TIME, typed.value, SEVILLA) == time
    assert said(TIME, time, HOUSTON, "es").value == typed.value == dt.time.fromisoformat(time)


@pytest.mark.parametrize("text", ["24:00", "2:30 pm", "8", "805", "14:60", "1:5", "14:30:20", "noon", "14,30"])
def test_any_other_time_is_refused(text: str) -> None:
    needed = "Type the time on the 24-hour clock, for example 14:30"
    assert said(NEEDED_TIME, text) == Typed(error=f"{needed}.")
    assert said(TIME, text) == Typed(error=f"{needed}, or ND, UNK or NA.")


@pytest.mark.parametrize("field", [DAY, PARTIAL, TIME])
def test_a_reason_stands_where_a_date_or_time_is_missing(field: VariableField) -> None:
    assert [said(field, text).reason for text in ("ND", "unk", " Na ")] == ["ND", "UNK", "NA"]
    assert said(NEEDED, "nd").error == "“ND” cannot stand here: a value is needed. Type it."
    assert written(field, None, SEVILLA, reason="UNK") == "UNK"
