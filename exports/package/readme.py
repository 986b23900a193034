"""The page that somebody reads first after unpacking."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from exports.package.columns import AGE_CAP_YEARS, AGE_CAPPED, LEVELS_MERGED, MERGED
from exports.package.first_steps import beside_the_data, first_steps
from exports.package.formats.reasons import LETTERS, REASONS, SPSS_CODES, WORDS
from exports.package.formats.writing import Loss
from exports.package.manifest import level_of
from exports.package.terms import duties, level_words, terms
from exports.package.who_is_in import people_lines
from exports.sheets import Sheet

WIDTH: Final = 110
LOSSES_SHOWN: Final = 12
SIMULATED: Final = "SIMULATED DATA: every patient, hospital and value of this release is invented."
DAYS: Final[Mapping[str, str]] = {
    "AGREEMENT": "Days are whole days from the infusion of the row's own course, which is day 0; in tables with one "
    "row per patient, from the infusion of course 1.",
    "SHAREABLE": "Days count from the infusion of the row's own course, which is day 0, in steps: by week to day 90, "
    "by month after it. Shorter intervals than a step cannot be had from this release.",
    "TWIN": "Days count from an invented infusion.",
}
FOLDED: Final[Mapping[str, str]] = {
    "SPSS": ", ".join(f"{SPSS_CODES[reason]} {WORDS[reason]}" for reason in REASONS),
    "STATA": ", ".join(f".{LETTERS[reason]} {WORDS[reason]}" for reason in REASONS),
    "SAS": ", ".join(f".{LETTERS[reason].upper()} {WORDS[reason]}" for reason in REASONS),
}


def readme(
    facts: Mapping[str, Any],
    sheets: Sequence[Sheet],
    package_format: str,
    files: Sequence[str],
    losses: Sequence[Loss],
) -> bytes:
    """Return README.txt of a package with these files. Every sentence is true of this package alone."""
    sections = (
        ("", _heading(facts, package_format)),
        ("Who is in it", people_lines(facts, sheets)),
        ("What is in it", _contents(sheets)),
        ("Files beside the data", (f"{name}: {words}" for name, words in beside_the_data(files))),
        ("How to read the data", _reading(facts, sheets, package_format)),
        ("Why a value is empty", _reasons(sheets, package_format)),
        ("First steps", (f"{program}: {line}" for program, line in first_steps(files))),
        ("What this format could not hold", _lost(losses)),
        ("Terms", iter((terms(facts), duties(facts)))),
    )
    return "\n".join(_section(title, lines) for title, lines in sections).encode()


def _section(title: str, lines: Iterator[str]) -> str:
    if not title:
        return "".join(f"{textwrap.fill(line, WIDTH)}\n" for line in lines)
    points = "".join(_point(line) for line in lines)
    return f"{title}\n{points or '- nothing'}" + ("" if points else "\n")


def _point(line: str) -> str:
    wrapped = textwrap.fill(
        line, WIDTH, initial_indent="- ", subsequent_indent="  ", break_long_words=False, break_on_hyphens=False
    )
    return f"{wrapped}\n"


def _heading(facts: Mapping[str, Any], package_format: str) -> Iterator[str]:
    if facts["is_simulated"]:
        yield SIMULATED
        yield ""
    yield f"Release {facts['release']} of the registry of anakinra after CAR-T cell therapy, as {package_format}"
    yield f"Data cut (freeze) {facts['data_cut_at']}. Policy {facts['policy_version']}."
    yield f"Level {level_of(facts)}. {level_words(facts)}"


def _contents(sheets: Sequence[Sheet]) -> Iterator[str]:
    for sheet in sheets:
        grain = sheet.grain[:1].lower() + sheet.grain[1:]
        yield f"{sheet.kind} {sheet.name} ({sheet.label}): {grain}; {sheet.rows} rows, {sheet.patients} patients"


def _reading(facts: Mapping[str, Any], sheets: Sequence[Sheet], package_format: str) -> Iterator[str]:
    columns = [column for sheet in sheets for column in sheet.columns]
    if any(sheet.kind == "table" for sheet in sheets):
        yield "subject_key joins the tables; course_no and the other numbers join the rows of one patient."
    if any(sheet.kind == "dataset" for sheet in sheets):
        yield "Datasets are derived from the tables: USUBJID is the subject key; codebook.csv tells each derivation."
    if level_of(facts) == "AGREEMENT":
        yield "A subject key means one patient in every release of this project and nothing outside it."
    yield "The key of each sheet is in manifest.json; no two rows have the same."
    yield DAYS.get(level_of(facts), DAYS["AGREEMENT"])
    if any(column.column.endswith("_day_precision") for column in columns):
        yield "A day is empty where only month or year are known; the column _day_precision beside it says so."
    if any(column.leaves_as == AGE_CAPPED for column in columns):
        yield f"Ages of {AGE_CAP_YEARS} and over are {AGE_CAP_YEARS}."
    if any(column.leaves_as == LEVELS_MERGED for column in columns):
        yield f"Levels that few patients hold are {MERGED}."
    yield "yes/no is 1 or 0. Computed grades stand beside reported ones."
    if package_format == "CSV":
        yield "Text is UTF-8, lines end in LF, decimals have a point. Read codes as text, not as numbers."
        yield "A text that begins like a formula has an apostrophe before it, so that no spreadsheet runs it."


def _reasons(sheets: Sequence[Sheet], package_format: str) -> Iterator[str]:
    if not any(column.is_reason for sheet in sheets for column in sheet.columns):
        yield "This release tells no reasons."
        return
    if package_format in FOLDED:
        yield f"A value without an entry tells why: {FOLDED[package_format]}."
    codes = ", ".join(f"{reason} {WORDS[reason]}" for reason in REASONS)
    also = "Where the value itself cannot tell, a" if package_format in FOLDED else "A"
    yield f"{also} column that ends in __mr (or its short name) says why its neighbour is empty: {codes}."


def _lost(losses: Sequence[Loss]) -> Iterator[str]:
    """Yield what was lost, the commonest first; the manifest has every one."""
    found = Counter(loss.what for loss in losses)
    for what, times in found.most_common(LOSSES_SHOWN):
        example = next(loss for loss in losses if loss.what == what)
        place = f"{example.file}, {example.column}" if example.column else example.file
        yield f"{what} ({place})" if times == 1 else f"{what} ({times} times, first in {place})"
    if len(found) > LOSSES_SHOWN:
        yield f"and {len(found) - LOSSES_SHOWN} more kinds."
    if found:
        yield "Every one is in manifest.json under losses."
