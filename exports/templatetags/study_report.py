"""What the templates of the study report need beyond their context. Shapes are many, so Python writes them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from exports.report.figures.shapes import Box, Dot, Line, Shape, Word
from exports.report.tables.table import Cell, Column, Row, Table
from exports.report.told import told

register = template.Library()
register.filter("told", told)


@register.filter
def beside(row: Row, table: Table) -> Iterator[tuple[Column, Cell]]:
    """Return the cells of a row, each with its column; the first column is the head of the row."""
    return zip(table.columns[1:], row.cells, strict=True)


@register.filter
def svg(shapes: Iterable[Shape]) -> SafeString:
    """Return shapes as SVG; its numbers have decimal points in every language, its words are escaped."""
    return format_html_join("\n", "{}", ((_markup(shape),) for shape in shapes))


def _markup(shape: Shape) -> SafeString:
    if isinstance(shape, Word):
        form = '<text class="fg-{}" x="{}" y="{}" text-anchor="{}">{}</text>'
        return format_html(form, shape.kind, f"{shape.x:g}", f"{shape.y:g}", shape.anchor, shape.text)
    name, placed = _placed(shape)
    attributes = format_html_join("", ' {}="{}"', placed.items())
    if not shape.title:
        return format_html('<{} class="fg-{}"{}/>', name, shape.kind, attributes)
    return format_html('<{} class="fg-{}"{}><title>{}</title></{}>', name, shape.kind, attributes, shape.title, name)


def _placed(shape: Line | Box | Dot) -> tuple[str, dict[str, str]]:
    if isinstance(shape, Box):
        numbers = {"x": shape.x, "y": shape.y, "width": shape.width, "height": shape.height}
        return "rect", {key: f"{number:g}" for key, number in numbers.items()}
    if isinstance(shape, Dot):
        return "circle", {key: f"{number:g}" for key, number in (("cx", shape.x), ("cy", shape.y), ("r", shape.radius))}
    return "path", {"d": shape.path}
