"""From the text of a cell to a value: widgets of django-import-export whose errors say what to type."""

from __future__ import annotations

import datetime as dt
import difflib
import re
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from import_export.widgets import Widget

from registry.rules.dates import PartialDate, Precision

FLAGS = {"1": True, "0": False, "yes": True, "no": False, "true": True, "false": False}
_INTEGER = re.compile(r"[+-]?\d{1,12}")
_POINT = re.compile(r"[+-]?\d+(\.\d+)?")
_COMMA = re.compile(r"[+-]?\d+(,\d+)?")
_THOUSANDS = re.compile(r"[+-]?\d{1,3}([.,' ]\d{3})+([.,]\d+)?")
_SLASHED = re.compile(r"\d{1,4}[./-]\d{1,2}[./-]\d{1,4}")
_TIME = re.compile(r"([01]\d|2[0-3]):([0-5]\d)(:00)?")


class CellError(ValueError):
    """A cell that cannot be read; `code` and `params` are those of `intake.words`."""

    def __init__(self, code: str, **params: Any) -> None:
        self.code, self.params = code, params
        super().__init__(code)


class IntegerCell(Widget):
    """A whole number."""

    def clean(self, value: str, row: Any = None, **kwargs: Any) -> int:
        """Return the number; 3.0, as spreadsheets write it, is 3."""
        text = value.removesuffix(".0")
        if not _INTEGER.fullmatch(text):
            raise CellError("not_integer")
        return int(text)


class DecimalCell(Widget):
    """A number with a decimal point, or with a comma where the person chose commas for the whole upload."""

    def __init__(self, *, comma: bool) -> None:
        super().__init__()
        self.comma = comma

    def clean(self, value: str, row: Any = None, **kwargs: Any) -> Decimal:
        """Return the exact number; the other mark is refused, not guessed."""
        if (_COMMA if self.comma else _POINT).fullmatch(value):
            return Decimal(value.replace(",", "."))
        if self.comma and _POINT.fullmatch(value):
            raise CellError("decimal_point", fixed=value.replace(".", ","))
        if not self.comma and _COMMA.fullmatch(value):
            raise CellError("decimal_comma", fixed=value.replace(",", "."))
        if _THOUSANDS.fullmatch(value):
            raise CellError("thousands")
        raise CellError("not_decimal_comma" if self.comma else "not_decimal")


class FlagCell(Widget):
    """Yes or no."""

    def clean(self, value: str, row: Any = None, **kwargs: Any) -> bool:
        """Return the answer to 1, 0, yes or no."""
        try:
            return FLAGS[value.casefold()]
        except KeyError:
            raise CellError("not_flag") from None


class TimeCell(Widget):
    """A clock time to the minute."""

    def clean(self, value: str, row: Any = None, **kwargs: Any) -> dt.time:
        """Return the time of hh:mm."""
        found = _TIME.fullmatch(value)
        if found is None:
            raise CellError("not_time")
        return dt.time(int(found[1]), int(found[2]))


class DateCell(Widget):
    """A calendar day; with `partial`, a month or a year too. Returns the date and its precision."""

    def __init__(self, *, partial: bool) -> None:
        super().__init__()
        self.partial = partial

    def clean(self, value: str, row: Any = None, **kwargs: Any) -> tuple[dt.date, Precision]:
        """Return (first day that it can be, precision)."""
        if not re.fullmatch(r"\d{4}(-\d{2}){0,2}", value):
            raise CellError(self._unreadable(value), text=value)
        try:
            date = PartialDate.parse(value)
        except ValueError:
            raise CellError("no_such_day") from None
        if date.precision != Precision.DAY and not self.partial:
            raise CellError("day_needed")
        return date.earliest(), date.precision

    def _unreadable(self, value: str) -> str:
        if _SLASHED.fullmatch(value):
            return "ambiguous_date"
        return "not_partial_date" if self.partial else "not_date"


class TextCell(Widget):
    """Words as typed; leading zeros and spaces inside stay."""

    def clean(self, value: str, row: Any = None, **kwargs: Any) -> str:
        """Return the text; control characters other than line breaks are refused."""
        if any(ord(character) < 32 and character not in "\n\r\t" for character in value):
            raise CellError("bad_characters")
        return value


class CodeCell(Widget):
    """One code of a list, in whatever capitals."""

    def __init__(self, codes: Iterable[str]) -> None:
        super().__init__()
        self.codes = {plain(code): code for code in codes}

    def clean(self, value: str, row: Any = None, **kwargs: Any) -> str:
        """Return the code, or say which are allowed and which is nearest."""
        if (code := self.codes.get(plain(value))) is not None:
            return code
        allowed = list(dict.fromkeys(self.codes.values()))
        listed = ", ".join(allowed[:30]) + (", …" if len(allowed) > 30 else "")
        near = difflib.get_close_matches(plain(value), list(self.codes), n=1)
        if near:
            raise CellError("not_listed_near", near=self.codes[near[0]], allowed=listed)
        raise CellError("not_listed", allowed=listed)


def plain(text: str) -> str:
    """Bring a code to one spelling: capitals, spaces around it and the two micro signs do not matter."""
    return text.strip().casefold().replace("µ", "u").replace("μ", "u").replace("^", "*")
