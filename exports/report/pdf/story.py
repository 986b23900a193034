"""The blocks of the PDF in reading order: the title page, then the sections of the report as its page has them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import zip_longest
from typing import TYPE_CHECKING, Any, Final

from django.utils.translation import gettext as _

from exports.report.figures.shapes import Key
from exports.report.html import body_context
from exports.report.pdf.blocks import flow_block, pairs_block, paragraph, table_block
from exports.report.pdf.lettering import styles
from exports.report.pdf.pictures import key_picture, picture
from exports.report.sections.parts import Figure, Flow, Part, Remark, Section, Shown, Subheading, Words
from exports.report.told import Report

if TYPE_CHECKING:
    from reportlab.platypus import Flowable

KEY_COLUMNS: Final = 2


def story(report: Report, width: float, height: float) -> list[Flowable]:
    """Return the blocks for pages of this width and height in points, in the active language."""
    context = body_context(report)
    return [
        *_opening(context, width),
        *(one for section in context["sections"] for one in _section(section, context, width, height)),
    ]


def _opening(context: Mapping[str, Any], width: float) -> Iterator[Flowable]:
    from reportlab.platypus import Spacer

    look = styles()
    yield Spacer(1, 60)
    yield paragraph(_("Anakinra for refractory CRS and ICANS after CAR-T cell therapy"), look.title)
    yield paragraph(_("Study report"), look.section)
    if context["is_simulated"]:
        yield paragraph(_("Simulated data: no record belongs to a real person."), look.label)
    if context["suppressed"]:
        yield paragraph(_("Small numbers are hidden or rounded."), look.label)
    yield Spacer(1, 12)
    yield pairs_block(context["facts"], width)
    yield Spacer(1, 12)


def _section(section: Section, context: Mapping[str, Any], width: float, height: float) -> Iterator[Flowable]:
    title = paragraph(section.title, styles().section)
    title.keepWithNext = True
    yield title
    if section.is_absent:
        yield paragraph(section.absent or context["absent"], styles().quiet)
    for part, after in zip_longest(section.parts, section.parts[1:]):
        blocks = _part(part, width, height)
        if isinstance(part, Words) and isinstance(after, Figure | Shown):
            blocks[-1].keepWithNext = True
        yield from blocks


def _part(part: Part, width: float, height: float) -> list[Flowable]:
    """Return the blocks of a part. Tables that only repeat a figure are left to the page and the JSON."""
    look = styles()
    if isinstance(part, Words):
        return [paragraph(part.text, look.warning if part.is_warning else look.words)]
    if isinstance(part, Subheading):
        heading = paragraph(part.text, look.heading)
        heading.keepWithNext = True
        return [heading]
    if isinstance(part, Shown):
        return [] if part.is_folded else table_block(part.table, width)
    if isinstance(part, Flow):
        return [flow_block(part, width)]
    if isinstance(part, Remark):
        return _remark(part)
    return _figure(part, width, height)


def _remark(remark: Remark) -> list[Flowable]:
    look = styles()
    head = (
        _("%(heading)s (provisional definition)") % {"heading": remark.heading}
        if remark.is_provisional
        else remark.heading
    )
    heading = paragraph(head, look.head)
    heading.keepWithNext = True
    return [heading, paragraph(remark.text, look.words)]


def _figure(figure: Figure, width: float, height: float) -> list[Flowable]:
    """Return the drawings, narrow panels two a row, with legend and caption on the page of the last."""
    look = styles()
    each = width / 2 - 6 if figure.is_panelled else width
    pictures = [_fitting(picture(drawing, each), height - 90) for drawing in figure.drawings]
    rows = _rows(pictures, width, 2 if figure.is_panelled else 1)
    legend = _legend(figure.legend, width)
    for block in (*(rows if figure.is_panelled else rows[-1:]), *legend):
        block.keepWithNext = True
    caption = " ".join(text for text in (figure.caption, figure.note) if text)
    return [*rows, *legend, paragraph(caption, look.quiet)]


def _fitting(found: Any, height: float) -> Any:
    """Return a picture made smaller where it is higher than a page."""
    if found.height > height:
        ratio = height / found.height
        found.scale(ratio, ratio)
        found.width, found.height = found.width * ratio, found.height * ratio
    return found


def _rows(pictures: Sequence[Flowable], width: float, each: int) -> list[Flowable]:
    """Return the pictures in rows of tables, which can be kept with what follows; a picture itself cannot."""
    from reportlab.platypus import Table as Grid

    rows = [list(pictures[start : start + each]) for start in range(0, len(pictures), each)]
    look = [("VALIGN", (0, 0), (-1, -1), "TOP"), ("LEFTPADDING", (0, 0), (-1, -1), 0)]
    return [Grid([[*row, *[""] * (each - len(row))]], colWidths=[width / each] * each, style=look) for row in rows]


def _legend(keys: Sequence[Key], width: float) -> list[Flowable]:
    from reportlab.platypus import Table as Grid

    if not keys:
        return []
    cells = [[key_picture(key), paragraph(key.words, styles().quiet)] for key in keys]
    cells += [["", ""]] * (-len(cells) % KEY_COLUMNS)
    rows = [
        [part for cell in cells[at : at + KEY_COLUMNS] for part in cell] for at in range(0, len(cells), KEY_COLUMNS)
    ]
    return [
        Grid(
            rows, colWidths=[66, width / KEY_COLUMNS - 66] * KEY_COLUMNS, style=[("VALIGN", (0, 0), (-1, -1), "MIDDLE")]
        )
    ]
