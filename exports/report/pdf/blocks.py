"""Tables and the flow of cases as blocks of the PDF."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final
from xml.sax.saxutils import escape

from exports.report.figures.colours import INK, LINES
from exports.report.pdf.lettering import Styles, styles
from exports.report.sections.parts import Flow
from exports.report.tables.table import Cell, Column, Kind, Row, Table

if TYPE_CHECKING:
    from reportlab.platypus import Flowable, Paragraph

HEAD_SHARE: Final = 0.3
PART_INDENT: Final = "&nbsp;&nbsp;&nbsp;"
# A column of numbers needs no more than this, in points.
WIDEST_NUMBER: Final = 84.0


def paragraph(text: str, style: Any) -> Paragraph:
    """Return a paragraph of plain text; nothing in it is markup."""
    from reportlab.platypus import Paragraph

    return Paragraph(escape(text), style)


def table_block(table: Table, width: float) -> list[Flowable]:
    """Return a table under its caption, its head repeated on every page, with its notes below."""
    from reportlab.platypus import LongTable

    look = styles()
    rows = [[_column(column, look) for column in table.columns], *(_row(row, table, look) for row in table.rows)]
    block = LongTable(rows, colWidths=widths(table.columns, width), repeatRows=1, spaceBefore=3, spaceAfter=3)
    block.setStyle(_rules(table))
    caption = paragraph(table.caption, look.heading)
    caption.keepWithNext = True
    return [caption, block, *(paragraph(note, look.quiet) for note in table.notes)]


def widths(columns: Sequence[Column], width: float) -> list[float]:
    """Return the width of each column: columns of numbers narrow, what is left for those of words."""
    words = [place for place, column in enumerate(columns) if place == 0 or not column.is_number]
    each = min(WIDEST_NUMBER, width * (1 - HEAD_SHARE) / max(len(columns) - 1, 1))
    left = (width - each * (len(columns) - len(words))) / len(words)
    return [left if place in words else each for place in range(len(columns))]


def _column(column: Column, look: Styles) -> Paragraph:
    from reportlab.platypus import Paragraph

    text = f"<b>{escape(column.label)}</b>" + (f"<br/>{escape(column.note)}" if column.note else "")
    return Paragraph(text, look.number if column.is_number else look.cell)


def _row(row: Row, table: Table, look: Styles) -> list[Any]:
    head = _head(row, look)
    if row.kind in (Kind.HEADING, Kind.WORDS):
        return [head] + [""] * (table.width - 1)
    cells = [_cell(cell, column, look) for cell, column in zip(row.cells, table.columns[1:], strict=False)]
    return [head, *cells, *([""] * (table.width - 1 - len(cells)))]


def _head(row: Row, look: Styles) -> Paragraph:
    from reportlab.platypus import Paragraph

    text = escape(row.head) + (f"<br/>{escape(row.note)}" if row.note else "")
    if row.kind == Kind.PART:
        text = PART_INDENT + text
    return Paragraph(text, look.head if row.kind == Kind.HEADING else look.cell)


def _cell(cell: Cell, column: Column, look: Styles) -> Paragraph:
    from reportlab.platypus import Paragraph

    text = escape(cell.text) + (f"<br/>{escape(cell.note)}" if cell.note else "")
    return Paragraph(text, look.number if column.is_number else look.cell)


def _rules(table: Table) -> list[tuple[Any, ...]]:
    from reportlab.lib.colors import HexColor

    rule, ink = HexColor(LINES["rule"].stroke), HexColor(INK)
    spans = [
        ("SPAN", (0, place), (-1, place))
        for place, row in enumerate(table.rows, start=1)
        if row.kind in (Kind.HEADING, Kind.WORDS)
    ]
    return [
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LEFTPADDING", (0, 0), (-1, -1), 3),
        ("RIGHTPADDING", (0, 0), (-1, -1), 3),
        ("TOPPADDING", (0, 0), (-1, -1), 2),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 2),
        ("LINEABOVE", (0, 0), (-1, 0), 0.8, ink),
        ("LINEBELOW", (0, 0), (-1, 0), 0.5, ink),
        ("LINEBELOW", (0, 1), (-1, -1), 0.25, rule),
        ("LINEBELOW", (0, -1), (-1, -1), 0.8, ink),
        *spans,
    ]


def pairs_block(pairs: Sequence[tuple[str, str]], width: float) -> Flowable:
    """Return words and their values in two columns."""
    from reportlab.platypus import Table as Grid

    look = styles()
    rows = [[paragraph(words, look.head), paragraph(value, look.cell)] for words, value in pairs]
    return Grid(
        rows, colWidths=[width * HEAD_SHARE, width * (1 - HEAD_SHARE)], style=[("VALIGN", (0, 0), (-1, -1), "TOP")]
    )


def flow_block(flow: Flow, width: float) -> Flowable:
    """Return the flow of cases: each step with its count, what was left out before it, then the dose classes."""
    from reportlab.lib.colors import HexColor
    from reportlab.platypus import Table as Grid

    look = styles()
    rows: list[list[Any]] = []
    for step in flow.steps:
        rows += [[_part(words, look), paragraph(f"− {count}", look.number)] for words, count in step.left]
        rows.append([paragraph(step.words, look.head), paragraph(step.count, look.number)])
    rows += [[_part(words, look), paragraph(count, look.number)] for words, count in flow.classes]
    rule = ("LINEBELOW", (0, 0), (-1, -1), 0.25, HexColor(LINES["rule"].stroke))
    return Grid(rows, colWidths=[width * 0.65, width * 0.12], hAlign="LEFT", style=[rule])


def _part(words: str, look: Styles) -> Paragraph:
    from reportlab.platypus import Paragraph

    return Paragraph(PART_INDENT + escape(words), look.cell)
