"""Dates as people type them into one box: days, days from infusion and, where the field takes them, months and years.

Days come first (12/3/25 is 12 March 2025), except that at a site in the United States whatever could be either way
round is refused.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from registry.metadata import DateVariable
from registry.rules.dates import PartialDate, Precision, day_number

# Kept here and not in the catalogue: names are read in both languages, and abbreviations are their first three letters.
ENGLISH = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
SPANISH = (
    *("enero", "febrero", "marzo", "abril", "mayo", "junio"),
    *("julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre"),
)
_NAMES = (*((name.casefold(), n % 12 + 1) for n, name in enumerate((*ENGLISH, *SPANISH))), ("setiembre", 9))

LONGEST, FURTHEST_DAY = 40, 999
_DASHES = str.maketrans(dict.fromkeys("‐‑–−", "-"))
_DAY_NUMBER = re.compile(r"([+-])\s?([0-9]+)")
_YEAR = r"(?:19|20)[0-9]{2}"

# What stands between the parts of a date, and the parts.
_SLASH, _AGAIN, _GAP, _OF = r"\s?(?P<mark>[-/.])\s?", r"\s?(?P=mark)\s?", r"[\s./-]*", r"(?:del?\s)?"
_D, _M, _Y, _NAME = "(?P<day>[0-9]{1,2})", "(?P<month>[0-9]{1,2})", "(?P<year>[0-9]{4})", "(?P<name>[a-z]{3,})"
_SOME_YEAR = "(?P<year>[0-9]{4}|[0-9]{2})"
_SHAPES = tuple(
    re.compile(shape)
    for shape in (
        f"{_Y}{_SLASH}{_M}{_AGAIN}{_D}",
        f"(?P<first>[0-9]{{1,2}}){_SLASH}(?P<second>[0-9]{{1,2}}){_AGAIN}{_SOME_YEAR}",
        # Eight digits that start with a year and a month: with the day first, their year would be before 1300.
        f"(?P<year>{_YEAR})(?P<month>0[1-9]|1[0-2])(?P<day>[0-9]{{2}})",
        f"(?P<first>[0-9]{{2}})(?P<second>[0-9]{{2}}){_SOME_YEAR}",
        f"{_D}(?:st|nd|rd|th|\\.?º)?{_GAP}{_OF}{_NAME}{_GAP}{_OF}{_SOME_YEAR}",
        f"{_NAME}{_GAP}{_D}(?:st|nd|rd|th)?(?:,\\s?|[\\s./-]){_Y}",
        f"{_NAME}{_GAP}{_OF}{_Y}",
        f"{_M}{_SLASH}{_Y}",
        f"{_Y}{_SLASH}{_M}",
        f"(?P<year>{_YEAR})",
    )
)
_NO_YEAR = re.compile(rf"[0-9]{{1,2}}(?:{_SLASH}[0-9]{{1,2}}|{_GAP}{_OF}[a-z]{{3,}}\.?)")


@dataclass(frozen=True)
class Setting:
    """Where something is typed: day 0 of the case if it is known, today at the site, and whether months come first."""

    day_0: dt.date | None
    today: dt.date
    is_month_first: bool


def read_date(field: DateVariable, text: str, setting: Setting) -> tuple[dt.date, Precision, str]:
    """Return (first day that it can be, precision, echo) of a text; ValidationError says what to type."""
    typed = " ".join(text.translate(_DASHES).split())
    date = _parsed(field, typed.casefold(), setting) if len(typed) <= LONGEST else None
    if date is None:
        raise ValidationError(_asked(field, setting))
    if date.precision != Precision.DAY and not field.partial:
        raise ValidationError(f"{_day_needed(setting)}{_or_reason(field)}")
    _refuse_unfit(field, date)
    return date.earliest(), date.precision, _echo(date, typed, setting)


def written_date(value: dt.date, precision: Precision, setting: Setting) -> str:
    """Return a date as it is typed: day, month, year; at a site where months come first, as ISO 8601."""
    date = PartialDate.of(value, precision)
    return str(date) if setting.is_month_first else "/".join(reversed(str(date).split("-")))


def day_text(day: dt.date) -> str:
    """Return a day with its month in three letters, the same everywhere: 12 Mar 2025, 12 mar 2025."""
    return f"{day.day} {_months()[day.month - 1][:3]} {day.year:04d}"


def date_text(date: PartialDate) -> str:
    """Return a date in words at its precision."""
    if date.precision == Precision.DAY:
        return day_text(date.earliest())
    return _month_text(date.year, date.month) if date.month else f"{date.year:04d}"


def _months() -> tuple[str, ...]:
    return SPANISH if (get_language() or "").startswith("es") else ENGLISH


def _month_text(year: int, month: int) -> str:
    return _("%(month)s %(year)s") % {"month": _months()[month - 1], "year": f"{year:04d}"}


def _parsed(field: DateVariable, text: str, setting: Setting) -> PartialDate | None:
    if number := _DAY_NUMBER.fullmatch(text):
        return _from_infusion(number[1], number[2], setting)
    if field.partial and _could_be_month(text):
        raise ValidationError(_day_or_month(text, setting))
    for shape in _SHAPES:
        if (found := shape.fullmatch(text)) and (date := _made(found.groupdict(), setting, text)):
            return date
    if _NO_YEAR.fullmatch(text):
        raise ValidationError(_no_year(setting))
    return None


def _no_year(setting: Setting) -> str:
    words = _("The year is missing or short. Type it with four digits, for example %(day)s.")
    return words % {"day": _example(setting)}


def _from_infusion(sign: str, digits: str, setting: Setting) -> PartialDate:
    if setting.day_0 is None:
        words = _(
            "A day number counts from the infusion, and its date is not known yet. Type the date, for example %(day)s."
        )
        raise ValidationError(words % {"day": _example(setting)})
    # A longer number is rather a year with a slip of the finger before it.
    if len(digits) > len(str(FURTHEST_DAY)):
        words = _("A day number is at most %(most)s. Type the date, for example %(day)s.")
        raise ValidationError(words % {"most": FURTHEST_DAY, "day": _example(setting)})
    return _of_day(setting.day_0 + dt.timedelta(days=int(sign + digits)))


def _day_or_month(text: str, setting: Setting) -> str:
    words = _(
        "%(text)s could be a whole day or a month alone. Type it with separators, for example %(day)s or %(month)s."
    )
    return words % {"text": text, "day": _example(setting), "month": _example(setting, Precision.MONTH)}


def _could_be_month(text: str) -> bool:
    """Tell whether six digits of a partial date could also be a month and a year, 032025 or 202503."""
    if not re.fullmatch(r"[0-9]{6}", text):
        return False
    ways = ((text[2:], text[:2]), (text[:4], text[4:]))
    return any(re.fullmatch(_YEAR, year) and 1 <= int(month) <= 12 for year, month in ways)


def _made(parts: dict[str, str], setting: Setting, text: str) -> PartialDate | None:
    """Return the date of the parts of a text; None where letters are no month."""
    year = _year(parts["year"], setting)
    if "first" in parts:
        return _two_ways(text, int(parts["first"]), int(parts["second"]), year, setting)
    month = _month_named(parts["name"]) if "name" in parts else int(parts.get("month", 0))
    if month is None:
        return None
    if not parts.keys() & {"name", "month"}:
        return PartialDate(year)
    return _existing(year, month, int(parts["day"]) if "day" in parts else None)


def _two_ways(text: str, first: int, second: int, year: int, setting: Setting) -> PartialDate:
    """Return the date of day and month in this order, or in the other where the site puts months first."""
    if setting.is_month_first:
        if first != second and 1 <= first <= 12 and 1 <= second <= 12:
            raise ValidationError(_ambiguous(text, _existing(year, second, first), _existing(year, first, second)))
        return _existing(year, first, second) if first <= 12 < second else _existing(year, second, first)
    if 1 <= first <= 12 < second and _exists(year, first, second):
        meant = dt.date(year, first, second)
        words = _("%(text)s is %(day)s with the month first. Here the day comes first: type %(typed)s.")
        shown = {"text": text, "day": day_text(meant), "typed": written_date(meant, Precision.DAY, setting)}
        raise ValidationError(words % shown)
    return _existing(year, second, first)


def _ambiguous(text: str, one: PartialDate, other: PartialDate) -> str:
    words = _(
        "%(text)s could be %(one)s or %(other)s. Type the month in letters as here, or the year first (%(one_iso)s or "
        "%(other_iso)s), or the days from infusion (for example +4)."
    )
    return words % {"text": text, "one": date_text(one), "other": date_text(other), "one_iso": one, "other_iso": other}


def _year(digits: str, setting: Setting) -> int:
    """Return a year; two digits are of this century up to next year, else of the last."""
    year = int(digits)
    if len(digits) == 4:
        return year
    return year + (2000 if 2000 + year <= setting.today.year + 1 else 1900)


def _month_named(letters: str) -> int | None:
    """Return the month of a name or of its first letters, in either language."""
    found = {month for name, month in _NAMES if name.startswith(letters)}
    return found.pop() if len(found) == 1 else None


def _exists(year: int, month: int, day: int) -> bool:
    try:
        dt.date(year, month, day)
    except ValueError:
        return False
    return True


def _existing(year: int, month: int, day: int | None = None) -> PartialDate:
    if not 1 <= month <= 12:
        words = _("There is no month %(month)s. Check the order of day, month and year.")
        raise ValidationError(words % {"month": month})
    if not _exists(year, month, day if day is not None else 1):
        words = _("There is no day %(day)s in %(month)s. Check the day, the month and the year.")
        raise ValidationError(words % {"day": day or 0, "month": _month_text(year, month)})
    return PartialDate(year, month, day)


def _of_day(day: dt.date) -> PartialDate:
    return PartialDate.of(day, Precision.DAY)


def _refuse_unfit(field: DateVariable, date: PartialDate) -> None:
    for validator in field.validators:
        try:
            validator(date.earliest())
        except ValidationError as error:
            raise ValidationError(_unfit(date, error)) from None


def _unfit(date: PartialDate, error: ValidationError) -> str:
    shown = {"date": date_text(date)}
    if error.code == "DT08_INF_FUT":
        return _("%(date)s is in the future. Check the day, the month and the year.") % shown
    if error.code == "date_too_early":
        return _("%(date)s is before 1900. Check the year.") % shown
    return str(error.messages[0])


def _example(setting: Setting, precision: Precision = Precision.DAY) -> str:
    return written_date(dt.date(2025, 3, 12), precision, setting)


def _asked(field: DateVariable, setting: Setting) -> str:
    shown = {"day": _example(setting), "named": day_text(dt.date(2025, 3, 12))}
    if field.partial:
        shown["month"] = _example(setting, Precision.MONTH)
        words = _(
            "Type the date as %(day)s or %(named)s, a month or a year alone as %(month)s or 2025, or the days "
            "from infusion as +4."
        )
    else:
        words = _("Type the date as %(day)s or %(named)s, or the days from infusion as +4.")
    return f"{words % shown}{_or_reason(field)}"


def _day_needed(setting: Setting) -> str:
    return _("The day is needed here. Type the whole date, for example %(day)s.") % {"day": _example(setting)}


def _or_reason(field: DateVariable) -> str:
    return " " + _("Where it is missing, type ND, UNK or NA.") if field.null else ""


def _echo(date: PartialDate, typed: str, setting: Setting) -> str:
    """Say what was understood: the date unless it was typed as it is written, and the day from infusion."""
    if date.precision != Precision.DAY:
        unknown = _("day unknown") if date.month else _("day and month unknown")
        return f"{date_text(date)}, {unknown}"
    day = date.earliest()
    words = [] if typed == written_date(day, Precision.DAY, setting) else [day_text(day)]
    if setting.day_0 is not None:
        number = f"{day_number(day, setting.day_0):+d}".replace("+0", "0")
        words.append(_("day %(number)s") % {"number": number})
    return ", ".join(words)
