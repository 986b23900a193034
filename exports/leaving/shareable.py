"""The shareable level, de-identified for use beyond one agreement: no site, coarse times, k or refused, own keys.

Cimino 2012 (PMC3613034): laboratory panels single people out even without dates, so no laboratory rows leave, and the
values that do are rounded.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import polars as pl

from exports.freeze.errors import PrivacyError
from exports.leaving.carriers import SUBJECTS, Place, carriers
from exports.sheets import Column, Sheet
from registry.rules.coding import gettext_noop

DATASETS: Final = (SUBJECTS, "adtte", "adae", "adinf")
# Weeks until day 90, then months of 30 days; before the infusion likewise.
WEEK, MONTH, FIRST_MONTHLY_DAY = 7, 30, 91
DIGITS: Final = 2
DAY_UNIT: Final = "d"
# Times in another unit would undo the bins.
OTHER_TIME_UNITS: Final = frozenset({"h", "min", "wk", "mo"})
# Days that are the same for everybody. Doses are none of them: one by weight would tell the weight.
KEPT_AS_IT_IS: Final = frozenset({(SUBJECTS, "INFDY"), ("adtte", "READDY")})
# Texts without a list of codes that are the same for everybody.
KNOWN_TEXTS: Final = frozenset({("adtte", "PARAM")})
KEY_VERSION: Final = "shareable-v1"
KEY_BYTES: Final = 16

NO_SHEET: Final = gettext_noop("detail that no shareable release has")
TOO_FINE: Final = gettext_noop("could single a person out; finer than a shareable release allows")
NO_UNIT: Final = gettext_noop("a number without a unit cannot be made coarse")
NO_LIST: Final = gettext_noop("a text without a list of codes could tell anything, such as the day of its source")
OTHER_TIME: Final = gettext_noop("a time in another unit than days cannot be made coarse")
BINNED: Final = gettext_noop("first day of the week to day 90, then of the month of 30 days")
ROUNDED: Final = gettext_noop("rounded to two significant digits")
BINNED_LABEL: Final = " (binned)"
# Formats of statistics cut longer labels, and with them the word that warns.
LABEL_LENGTH: Final = 40

FINER: Final = frozenset(carrier.place for _quasi, carrier in carriers() if carrier.is_finer)
CARRIERS: Final = frozenset(carrier.place for _quasi, carrier in carriers())


def why_withheld(sheet: Sheet, column: Column) -> str:
    """Return why a column is in no shareable release, "" where it may leave; a key goes with its sheet."""
    place = (sheet.name, column.column)
    if sheet.kind != "dataset" or sheet.name not in DATASETS:
        return NO_SHEET
    if column.column in sheet.key:
        return ""
    if place in FINER:
        return TOO_FINE
    if column.unit in OTHER_TIME_UNITS:
        return OTHER_TIME
    if _is_number(column):
        return "" if column.unit else NO_UNIT
    return NO_LIST if column.type != "yes/no" and not _is_listed(place, column) else ""


def check_key(place: Place, column: Column) -> None:
    """Raise PrivacyError where a part of a key is finer than a shareable release: a day, a text without a list."""
    if column.unit == DAY_UNIT or (column.type == "code" and not _is_listed(place, column)):
        raise PrivacyError(f"{place[0]}.{place[1]}: this part of the key cannot be made coarse.")


def coarse_value(place: Place, column: Column, dtype: pl.DataType) -> tuple[Column, pl.Expr]:
    """Return a column as it leaves: days binned, numbers rounded, everything else as it is."""
    value = pl.col(column.column)
    if place in KEPT_AS_IT_IS or place in CARRIERS:
        return column, value
    if column.unit == DAY_UNIT:
        label = column.label[: LABEL_LENGTH - len(BINNED_LABEL)] + BINNED_LABEL
        return replace(column, label=label, leaves_as=BINNED), binned_day(value, dtype)
    if _is_number(column):
        return replace(column, leaves_as=ROUNDED), rounded(value, dtype)
    return column, value


def _is_number(column: Column) -> bool:
    return column.type in {"integer", "decimal"}


def _is_listed(place: Place, column: Column) -> bool:
    return bool(column.choices) or place in CARRIERS or place in KNOWN_TEXTS


def binned_day(value: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    """Return the first day of each day's bin: of its week from day -91 to 90, of its 30 days before and after.

    A bin never holds days from both sides of the infusion. Values keep their type.
    """
    day = value.cast(pl.Float64).floor().cast(pl.Int64)
    edge = FIRST_MONTHLY_DAY
    after = (day - edge).floordiv(MONTH) * MONTH + edge
    before = (day + edge).floordiv(MONTH) * MONTH - edge
    weekly = day.floordiv(WEEK) * WEEK
    return pl.when(day >= edge).then(after).when(day < -edge).then(before).otherwise(weekly).cast(dtype)


def rounded(value: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    """Return numbers with two significant digits in their own type."""
    return value.cast(pl.Float64).round_sig_figs(DIGITS).cast(dtype)


def shareable_keys(key: bytes, subjects: Sequence[str]) -> list[str]:
    """Return the subject keys of the shareable level: without `key` nobody can join them to those they stand for."""
    return [_shareable_key(key, subject) for subject in subjects]


def _shareable_key(key: bytes, subject: str) -> str:
    digest = hmac.digest(key, f"{KEY_VERSION}|{subject}".encode(), hashlib.sha256)
    return base64.b32encode(digest[:KEY_BYTES]).decode().rstrip("=")
