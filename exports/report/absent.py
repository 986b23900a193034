"""What a report cannot tell of this release, section by section, with the columns and datasets that are missing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import polars as pl
from django.utils.translation import gettext_noop

from exports.report.groups import group_columns
from exports.report.study import Study
from exports.report.wording import text

# Section -> dataset -> columns without which the section, or this part of it, cannot be made.
NEEDS: Final[Mapping[str, Mapping[str, Sequence[str]]]] = {
    "flow.sites": {"adsl": ("SITEPSEUD",)},
    "side_effects": {"adae": ("AERELFL", "AETERM")},
    "stopped_for_side_effect": {"adsl": ("ANADISCAE",)},
    "stop_reasons": {"adsl": ("ANADISC",)},
    "infections": {"adinf": ("INFSEVFL", "INFCLASS")},
    "response": {"adsl": ("ORRFL", "BESTRESP")},
    "incidence": {"adtte": ("PARAMCD", "AVAL", "EVSTAT")},
    "survival": {"adtte": ("PARAMCD", "AVAL", "EVSTAT")},
    "cases": {"adsl": ("FUPDAYS", "DTHFL"), "adtox": ("ADY", "CRSGR", "ICANSGR"), "addose": ("ADY", "DOSE")},
    "dose": {"addose": ("ADYA", "DOSE")},
}
SAFETY: Final = ("side_effects", "stopped_for_side_effect", "stop_reasons", "infections")
_LACKS: Final = gettext_noop("This release does not carry %(names)s.")
_NOBODY: Final = gettext_noop(
    "Nobody fulfils the rules of this report: there is nothing to estimate. The flow says what each rule left out."
)


def carries(study: Study, section: str) -> bool:
    """Say whether the release has what a section, or a part of one, needs."""
    return not _lacking(study, section)


def rows_of(study: Study, sheet: str) -> pl.DataFrame:
    """Return the rows of a dataset for the analysed; LookupError where the release lacks it: ask `carries` before."""
    rows = study.rows(sheet)
    if rows is None:
        raise LookupError(f"The release does not carry {sheet}.")
    return rows


def absent(study: Study) -> list[dict[str, Any]]:
    """Return an entry for each section that the release does not carry, or one for all where nobody is analysed."""
    if study.people.height == 0:
        return [{"section": "all", "text": _NOBODY}]
    return list(_entries(study))


def _entries(study: Study) -> Iterator[dict[str, Any]]:
    for section in NEEDS:
        if lacking := _lacking(study, section):
            yield {"section": section, "text": text(_LACKS, names=lacking)}
    if not any(carries(study, part) for part in SAFETY):
        names = [name for part in SAFETY for name in _lacking(study, part)]
        yield {"section": "safety", "text": text(_LACKS, names=names)}
    if columns := group_columns(study):
        names = [f"adsl.{name}" for name in columns]
        yield {"section": "groups", "text": text(_LACKS, names=names)}


def _lacking(study: Study, section: str) -> list[str]:
    return [name for sheet, columns in NEEDS[section].items() for name in _missing(study, sheet, columns)]


def _missing(study: Study, sheet: str, columns: Sequence[str]) -> list[str]:
    if sheet not in study.sheets:
        return [sheet]
    there = study.sheets[sheet].names
    return [f"{sheet}.{name}" for name in columns if name not in there]
