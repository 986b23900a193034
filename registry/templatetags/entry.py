"""Cells of entry grids, written in Python: a page has hundreds of them."""

from __future__ import annotations

from collections.abc import Iterator

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from registry.web.entry.control import Box
from registry.web.entry.grid import Column, Grid
from registry.web.entry.lines import Computed, Line

register = template.Library()
NOTHING, HIDDEN, EMPTY = SafeString(""), SafeString(" hidden"), SafeString("<td></td>")


@register.simple_tag
def unit_box(grid: Grid, column: Column) -> Box | None:
    """Return the control by which the unit of a column is chosen."""
    return next((box for box in grid.units if box.key == column.key), None)


@register.simple_tag
def grid_cells(grid: Grid, line: Line) -> SafeString:
    """Return the cells of a row with their controls."""
    return format_html_join("", "{}", ((cell,) for cell in _cells(grid, line)))


@register.simple_tag
def read_cells(grid: Grid, line: Line) -> SafeString:
    """Return the cells of a row to read."""
    return format_html_join("", "{}", ((_read(held),) for _column, held in grid.cells(line)))


def _read(held: Box | Computed | None) -> SafeString:
    if isinstance(held, Box) and held.is_missing:
        return format_html('<td class="missing">{}</td>', held.shown)
    kind = "number" if isinstance(held, Computed) else "" if held is None else held.kind
    text = "" if held is None else held.text if isinstance(held, Computed) else held.shown
    return format_html('<td class="{}">{}</td>', kind, text)


def _cells(grid: Grid, line: Line) -> Iterator[SafeString]:
    for column, held in grid.cells(line):
        if column.is_computed:
            yield _computed(column, held)
        elif held is None:
            yield EMPTY
        else:
            yield _control(held)


def _computed(column: Column, value: Computed | None) -> SafeString:
    value = value or Computed(column.key, column.title)
    tone = f" grid__computed--{value.tone}" if value.tone else ""
    return format_html(
        '<td class="grid__computed{}" data-computed="{}" title="{}">{}</td>', tone, value.key, value.title, value.text
    )


def _control(box: Box) -> SafeString:
    asked = format_html(' data-asked-if="{}"', box.asked) if box.asked else NOTHING
    return format_html(
        '<td class="grid__cell grid__cell--{}{}" data-box="{}"{}><div class="cell">{}{}</div></td>',
        box.look, _marks(box), box.name, asked, box.html, _says(box),
    )  # fmt: skip


def _marks(box: Box) -> str:
    found = (("is-wrong", box.errors), ("is-missing", box.is_missing), ("is-changed", box.is_changed),
             ("is-doubtful", box.warning))  # fmt: skip
    return "".join(f" {name}" for name, holds in found if holds)


def _says(box: Box) -> SafeString:
    parts = (("echo", box.echo), ("error", box.error), ("warning", box.warning))
    shown = format_html_join(
        "",
        '<span class="says__{}" data-{}{}>{}</span>',
        ((name, name, NOTHING if text else HIDDEN, text) for name, text in parts),
    )
    return format_html('<span class="says" id="{}_says">{}</span>', box.id, shown)
