"""Cells of entry grids, written in Python: a page has hundreds of them."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlencode

from django import template
from django.template import Context
from django.template.loader import render_to_string
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from registry.web.entry.control import Box
from registry.web.entry.grid import Column, Grid
from registry.web.entry.lab_lines import LabLine
from registry.web.entry.lines import Computed, Line
from registry.web.entry.queries import Asked

register = template.Library()
NOTHING, HIDDEN, EMPTY = SafeString(""), SafeString(" hidden"), SafeString("<td></td>")


@register.simple_tag(takes_context=True)
def thread(context: Context, asked: Asked) -> SafeString:
    """Return the thread of a query with what may be done; its controls belong to a form outside of the page's."""
    shown = {**asked.thread, "correct_url": f"#{asked.control}" if asked.control else ""}
    return render_to_string("registry/queries/thread.html", shown, context.get("request"))


@register.simple_tag
def unit_box(grid: Grid, column: Column) -> Box | None:
    """Return the control by which the unit of a column is chosen."""
    return next((box for box in grid.units if box.key == column.key), None)


@register.simple_tag
def grid_cells(grid: Grid, line: Line) -> SafeString:
    """Return the cells of a row with their controls."""
    return format_html_join("", "{}", ((cell,) for cell in _cells(grid, line)))


@register.simple_tag(takes_context=True)
def read_cells(context: Context, grid: Grid, line: Line) -> SafeString:
    """Return the cells of a row to read, each with the way to ask about it for whoever may."""
    url = str(context.get("ask_url", ""))
    return format_html_join("", "{}", ((_read(line, held, url),) for _column, held in grid.cells(line)))


def _read(line: Line, held: Box | Computed | None, url: str) -> SafeString:
    if held is None:
        return EMPTY
    if isinstance(held, Computed):
        return format_html('<td class="number{}">{}</td>', _asked(held), held.text)
    kind = "missing" if held.is_missing else held.kind
    named = format_html(' id="{}" data-box="{}"', held.id, held.name) if held.query else NOTHING
    shown = (held.shown, marks(held), _ask(line, held, url))
    return format_html('<td class="{}{}"{}>{}{}{}</td>', kind, _asked(held), named, *shown)


@register.simple_tag(takes_context=True)
def ask(context: Context, line: Line, box: Box | None = None) -> SafeString:
    """Return the link by which a person asks about a value of a saved row, or about the row as a whole."""
    return _ask(line, box, str(context.get("ask_url", "")))


def _ask(line: Line, box: Box | None, url: str) -> SafeString:
    key, field = _row_and_field(line, box)
    if not url or not key or field == "above":
        return NOTHING
    asked = urlencode({"topic": line.topic.code, "row": key, "field": field})
    words = ", ".join(filter(None, [line.title, box.label if box else _(line.topic.label)]))
    shown = _("Query") if box else _("Query on the whole row")
    return format_html(
        ' <a class="ask" href="{}&amp;{}">{}<span class="unseen">: {}</span></a>', url, asked, shown, words
    )


def _row_and_field(line: Line, box: Box | None) -> tuple[str, str]:
    """Return the row of the record, and its field, that a control shows; a cell of the laboratory is a row itself."""
    if not isinstance(line, LabLine):
        return line.typed_id, box.key if box else ""
    if box is not None and box.key in line.cells:
        return line.cells[box.key].typed_id, "value"
    return "", ""


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
    tone = (f" grid__computed--{value.tone}" if value.tone else "") + _asked(value)
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
    return "".join(f" {name}" for name, holds in found if holds) + _asked(box)


def _asked(held: Box | Computed) -> str:
    asked = f" is-asked is-asked--{held.query.lower()}" if held.query else ""
    return asked + (" is-verified" if isinstance(held, Box) and held.verified else "")


@register.simple_tag
def marks(held: Box | Line) -> SafeString:
    """Return in words, beside the shape, that a query speaks of a value or day, or that somebody has verified it."""
    asked = {"OPEN": _("query open"), "ANSWERED": _("query answered")}.get(held.query, "")
    found = [(held.query.lower(), "", asked)] if asked else []
    if isinstance(held, Box) and held.verified:
        found.append(("verified", held.verified, _("verified")))
    return format_html_join("", '<span class="mark mark--{}" title="{}">{}</span>', found)


def _says(box: Box) -> SafeString:
    parts = (("echo", box.echo), ("error", box.error), ("warning", box.warning))
    shown = format_html_join(
        "",
        '<span class="says__{}" data-{}{}>{}</span>',
        ((name, name, NOTHING if text else HIDDEN, text) for name, text in parts),
    )
    return format_html('<span class="says" id="{}_says">{}{}</span>', box.id, marks(box), shown)
