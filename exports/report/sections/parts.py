"""What a section is made of. Each part names the template that prints it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from exports.report.figures.shapes import Drawing, Key
from exports.report.tables.flow import Step
from exports.report.tables.table import Table

# From so many headings on a section begins with a list of them.
MANY = 3


@dataclass(frozen=True)
class Words:
    """A paragraph; a warning stands out."""

    text: str
    is_warning: bool = False
    form: str = "words"


@dataclass(frozen=True)
class Subheading:
    """A heading inside of a section."""

    id: str
    text: str
    form: str = "subheading"


@dataclass(frozen=True)
class Shown:
    """A table: to be seen at once, or folded where it repeats a figure. Only main tables are numbered."""

    table: Table
    is_folded: bool = False
    is_numbered: bool = True
    form: str = "table"


@dataclass(frozen=True)
class Figure:
    """One or more drawings under one caption, a legend, and the same numbers as a folded table."""

    id: str
    caption: str
    drawings: tuple[Drawing, ...]
    table: Table | None = None
    legend: tuple[Key, ...] = ()
    note: str = ""
    form: str = "figure"

    @property
    def is_panelled(self) -> bool:
        """Say whether the drawings are narrow panels that stand side by side."""
        return all(drawing.width <= 420 for drawing in self.drawings)


@dataclass(frozen=True)
class Flow:
    """The flow of cases: steps from above, then the dose classes side by side."""

    steps: tuple[Step, ...]
    classes: tuple[tuple[str, str], ...]
    form: str = "flow"


@dataclass(frozen=True)
class Remark:
    """A note with its heading; one that rests on a provisional definition says so."""

    heading: str
    text: str
    is_provisional: bool = False
    form: str = "remark"


Part = Words | Subheading | Shown | Figure | Flow | Remark


@dataclass(frozen=True)
class Section:
    """A section with its title; without parts it says why there is nothing."""

    id: str
    title: str
    parts: tuple[Part, ...]
    absent: str = ""

    @property
    def is_absent(self) -> bool:
        """Say whether the section has nothing to show."""
        return not self.parts

    @property
    def subheadings(self) -> tuple[Subheading, ...]:
        """Return the headings inside, for a list of contents where there are many."""
        found = tuple(part for part in self.parts if isinstance(part, Subheading))
        return found if len(found) >= MANY else ()


def tables(*found: Table | None, is_folded: bool = False, is_numbered: bool = True) -> list[Part]:
    """Return the tables that exist as parts."""
    return [Shown(one, is_folded, is_numbered and not is_folded) for one in found if one]


def figure(
    name: str, caption: str, drawings: Sequence[Drawing | None], table: Table | None = None, **more: object
) -> list[Part]:
    """Return the figure as a part; without a drawing its table alone, or nothing."""
    drawn = tuple(one for one in drawings if one)
    if not drawn:
        return tables(table, is_folded=True)
    # A percentage is not broken over two lines.
    return [Figure(name, caption.replace(" %", "\u00a0%"), drawn, table, **more)]  # type: ignore[arg-type]


def words(*texts: str, is_warning: bool = False) -> list[Part]:
    """Return the paragraphs that are not empty."""
    return [Words(text, is_warning) for text in texts if text]
