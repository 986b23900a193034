"""The re-identification risk report as sections of plain tables: the page and the file show the same."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from exports.datasets.adsl import ADSL
from exports.leaving.carriers import QUASI
from exports.risk.figures import MISSING

Value = str | int | float
Risk = Mapping[str, Any]
SUBJECT_COLUMNS: Final = {column.column: column for column in ADSL.columns}
QUASI_WORDS: Final = {quasi.code: quasi.words for quasi in QUASI}
KEPT: Final = gettext_noop("as recorded")
CLASSES: Final = {
    "KEY": gettext_noop("key"),
    "DAY": gettext_noop("interval in days"),
    "CLINICAL": gettext_noop("clinical"),
    "QUASI": gettext_noop("may be known of a person"),
}
# Longer tables are folded.
FOLD_ABOVE: Final = 8


@dataclass(frozen=True)
class Cell:
    """One value of a table."""

    value: Value
    is_number: bool


@dataclass(frozen=True)
class Section:
    """One table of the report: what it tells in a sentence, its heads and rows, or what to say where it has none."""

    code: str
    title: str
    words: str
    heads: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    empty: str = ""
    is_folded: bool = False

    @property
    def columns(self) -> list[Cell]:
        """Return the heads, each a number's where the first row has a number below it."""
        first = self.rows[0] if self.rows else ()
        return [Cell(head, cell.is_number) for head, cell in zip(self.heads, first, strict=False)]


def sections_of(risk: Risk) -> list[Section]:
    """Return the sections of a report, the most telling first."""
    return [
        _quasi(risk),
        _unique_sets(risk),
        _sites(risk),
        _rare_levels(risk),
        _intervals(risk),
        _diversity(risk),
        *_change(risk),
        _columns(risk),
    ]


def _row(*values: Value) -> tuple[Cell, ...]:
    return tuple(Cell(value, not isinstance(value, str)) for value in values)


def _column_words(name: str) -> str:
    """Return what a column of the subjects is, with its name."""
    return f"{_(SUBJECT_COLUMNS[name].label)} ({name})" if name in SUBJECT_COLUMNS else name


def _fact_words(name: str) -> str:
    """Return the words of a quasi-identifier, or of a column that somebody could know as well."""
    return _(QUASI_WORDS[name]) if name in QUASI_WORDS else _column_words(name)


def _level_words(column: str, level: str) -> str:
    """Return what a value of a column means, with its code where the two differ."""
    if level == MISSING:
        return _("missing")
    told = SUBJECT_COLUMNS.get(column)
    choices = dict(told.choices) if told else {}
    if told and told.type == "yes/no":
        choices = {"0": gettext_noop("no"), "1": gettext_noop("yes")}
    words = _(choices[level]) if choices.get(level) else level
    return words if words == level else f"{words} ({level})"


def _quasi(risk: Risk) -> Section:
    rows = [_row(_fact_words(code), ", ".join(columns)) for code, columns in risk["quasi_identifiers"].items()]
    return Section(
        "quasi",
        _("What somebody may know of a person"),
        _("Cases look alike when they agree in all of these facts, as they leave."),
        [_("Fact"), _("Column")],
        rows,
        _("None of these facts leaves."),
    )


def _unique_sets(risk: Risk) -> Section:
    rows = [
        _row(" + ".join(_fact_words(name) for name in entry["columns"]), len(entry["columns"]), entry["people"])
        for entry in risk["unique_sets"]
    ]
    return Section(
        "sets",
        _("Fewest facts by which a case stands alone"),
        _("Each line is the smallest set for its cases: no part of it alone is enough."),
        [_("Facts together"), _("How many facts"), _("Cases that stand alone")],
        rows,
        _("No case stands alone by up to three of these facts."),
        is_folded=len(rows) > FOLD_ABOVE,
    )


def _sites(risk: Risk) -> Section:
    rows = [_row(site["site"] or _("missing"), site["people"], site["k"], site["unique"]) for site in risk["sites"]]
    return Section(
        "sites",
        _("For somebody who knows the site as well"),
        _("The same count inside each site. Sites are named by their code in the project."),
        [_("Site"), _("Cases"), _("Smallest group"), _("Cases that stand alone")],
        rows,
        _("The site does not leave."),
    )


def _rare_levels(risk: Risk) -> Section:
    rows = [
        _row(_column_words(level["column"]), _level_words(level["column"], level["level"]), level["people"])
        for level in risk["rare_levels"]
    ]
    return Section(
        "rare",
        _("Values that few cases have"),
        _("Values of fewer than 11 cases."),
        [_("Column"), _("Value"), _("Cases")],
        rows,
        _("No value is that rare."),
        is_folded=len(rows) > FOLD_ABOVE,
    )


def _intervals(risk: Risk) -> Section:
    found = risk["intervals"]
    rows = [_row(_column_words(entry["column"]), entry["unique"]) for entry in found["columns"]]
    if rows:
        rows.append(_row(_("All of these together"), found["unique_together"]))
        rows.append(_row(_("All of these and the facts above"), found["unique_with_quasi"]))
    return Section(
        "intervals",
        _("Intervals in whole days"),
        _("Whoever knows days between events of a person may find them. The smallest group does not count this."),
        [_("Interval"), _("Cases that stand alone")],
        rows,
        _("No interval leaves in whole days."),
    )


def _diversity(risk: Risk) -> Section:
    rows = [
        _row(_column_words(entry["column"]), entry["l"], entry["people_with_one_value"]) for entry in risk["diversity"]
    ]
    return Section(
        "diversity",
        _("What follows from being in a group"),
        _("Where all cases of a group have one value, whoever knows the group knows the value."),
        [_("Column"), _("Fewest different values in a group"), _("Cases in groups with one value")],
        rows,
        _("No such column leaves."),
        is_folded=True,
    )


def _change(risk: Risk) -> Iterator[Section]:
    change = risk.get("change")
    if not change:
        return
    figures = {"people": _("Cases"), "k": _("Smallest group"), "unique": _("Cases that stand alone")}
    rows = [_row(words, *(_figure(value) for value in change[name])) for name, words in figures.items()]
    rows += [_row(_("New cases"), "", change["joined"]), _row(_("Cases that are gone"), change["left"], "")]
    words = _("Few cases came or went: whoever holds both releases can single these cases out.")
    yield Section(
        "change",
        _("Change since %(release)s") % {"release": change["since"]},
        words if change["is_small_difference"] else "",
        [_("Figure"), _("Before"), _("Now")],
        rows,
    )


def _figure(value: Value | None) -> Value:
    return "" if value is None else value


def _columns(risk: Risk) -> Section:
    rows = [
        _row(f"{entry['sheet']}.{entry['column']}", _class_words(entry["class"]), _(entry["leaves_as"] or KEPT))
        for entry in risk["columns"]
    ]
    return Section(
        "columns",
        _("Every column that leaves"),
        _("With its class and with what is done to it."),
        [_("Column"), _("Class"), _("Leaves as")],
        rows,
        is_folded=True,
    )


def _class_words(code: str) -> str:
    """Return the words of a class; of a quasi-identifier, what it tells."""
    kind, _colon, quasi = code.partition(": ")
    words = _(CLASSES.get(kind, kind))
    return f"{words}: {_fact_words(quasi)}" if quasi else words
