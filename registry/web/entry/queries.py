"""The data queries of an entry page: which control each speaks of, its thread beneath, and what people verified."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from uuid import UUID

from registry.checks.declared import check_named
from registry.checks.importance import ANYTHING_EMPTY
from registry.checks.verified import still_verified
from registry.models import DataQuery, QueryState, Rank
from registry.selectors.case_queries import queries_on_rows
from registry.services.suggestions import suggestion_of
from registry.web.entry.boxes import is_asked
from registry.web.entry.control import Box
from registry.web.entry.lab_lines import SAMPLE, LabLine
from registry.web.entry.lines import Computed, Line
from registry.web.entry.sheet import Sheet
from registry.web.entry.typed import written
from registry.web.entry.writes import key_of
from registry.web.query_ranks import RankLook, rank_look
from registry.web.query_threads import threads_of

NAMED_AT_ONCE = 6


@dataclass(frozen=True)
class Asked:
    """One query on an entry page: its place in words, the id of the control to correct, what its thread shows.

    `names` are the controls that are marked; `suggested` is the text of each control that would settle it, as JSON;
    `next` is where its acts lead without a script.
    """

    query: DataQuery
    place: str
    control: str
    thread: Mapping[str, Any]
    names: str = ""
    suggested: str = ""
    next: str = ""

    @property
    def words(self) -> str:
        """Return the question."""
        return str(self.thread["words"])

    @property
    def rank(self) -> RankLook | None:
        """Return how urgent it is where it stops the form from being completed; None for any other."""
        return rank_look(self.query.rank) if self.query.rank == Rank.BLOCKS else None

    @property
    def is_open(self) -> bool:
        """Tell whether the hospital owes an answer."""
        return self.query.state == QueryState.OPEN


@dataclass
class Banner:
    """What stands above a page: its open queries, and those that wait for the registry."""

    open: list[Asked] = field(default_factory=list)
    answered: list[Asked] = field(default_factory=list)

    @property
    def all(self) -> list[Asked]:
        """Return all of them, open ones first."""
        return [*self.open, *self.answered]

    @property
    def is_single(self) -> bool:
        """Tell whether there is one alone, so that there is room for its words."""
        return len(self.all) == 1

    @property
    def at_once(self) -> list[Asked]:
        """Return those that are named at once."""
        return self.all[:NAMED_AT_ONCE]

    @property
    def further(self) -> list[Asked]:
        """Return those that are named on demand."""
        return self.all[NAMED_AT_ONCE:]


class Spot(NamedTuple):
    """Where a row of the record stands on a page: its line, what its rows are called, of a result its analyte."""

    line: Line
    head: str
    analyte: str = ""

    def held(self, name: str) -> Box | Computed | None:
        """Return the control, or the computed value, that shows a field of the row."""
        key = self.analyte if self.analyte and name and name not in SAMPLE else name
        return self.line.boxes.get(key) or self.line.computed.get(key)

    def place(self, held: Box | Computed | None) -> str:
        """Return the place in words: "Day +5, highest temperature"."""
        row = f"{self.head} {self.line.title}" if self.head else ""
        return ", ".join(filter(None, [row, held.label if held else ""]))


def spots_of(sheet: Sheet) -> dict[UUID, Spot]:
    """Return row of the record -> where it stands on the page."""
    return {key: spot for text, spot in _spots(sheet) if (key := key_of(text))}


def _spots(sheet: Sheet) -> Iterator[tuple[str, Spot]]:
    for line in sheet.heads:
        yield line.typed_id, Spot(line, "")
    for grid in sheet.grids:
        for line in grid.lines:
            if isinstance(line, LabLine):
                yield from ((cell.typed_id, Spot(line, grid.head, code)) for code, cell in line.cells.items())
            else:
                yield line.typed_id, Spot(line, grid.head)


def put_queries(user: Any, sheet: Sheet, url: str) -> Banner:
    """Put the queries of the rows on a page beside their controls, and return what stands above the page."""
    spots, banner = spots_of(sheet), Banner()
    found = queries_on_rows(user, sheet.case.patient, list(spots))
    _put_verified(spots, [query for query in found if query.state == QueryState.CLOSED])
    waiting = [query for query in found if query.state != QueryState.CLOSED]
    threads = threads_of(user, waiting)
    for query in waiting:
        asked = _put(sheet, spots[query.row_id], query, threads[query.pk], url)
        (banner.open if asked.is_open else banner.answered).append(asked)
    return banner


def _put(sheet: Sheet, spot: Spot, query: DataQuery, thread: Mapping[str, Any], url: str) -> Asked:
    """Mark the cells that a query speaks of, and hang its thread below the field or the row."""
    marked = marked_of(spot, query.check_code, query.field)
    for held in marked:
        held.query = QueryState.OPEN if QueryState.OPEN in (held.query, query.state) else query.state
    if not marked and query.field in spot.line.hidden:
        spot.line.query = query.state
    single = marked[0] if len(marked) == 1 else None
    asked = Asked(
        query, spot.place(single), control_of(spot, query), thread,
        names=" ".join(held.name for held in marked if isinstance(held, Box)),
        suggested=_suggested(sheet, spot, query) if thread["acts"].suggested else "",
        next=f"{url}#query-{query.pk}",
    )  # fmt: skip
    is_below_field = isinstance(single, Box) and not spot.head
    (single.threads if is_below_field and isinstance(single, Box) else spot.line.threads).append(asked)
    return asked


def marked_of(spot: Spot, code: str, name: str) -> list[Box | Computed]:
    """Return the cells that a query speaks of: its field, or every cell that lacks a value where it asks for any."""
    if code.startswith(ANYTHING_EMPTY):
        boxes = spot.line.by_name()
        held = {box.name: box for box in map(spot.held, check_named(code).fields) if isinstance(box, Box)}
        return [box for box in held.values() if not box.was and is_asked(box, boxes)]
    held = spot.held(name)
    return [] if held is None else [held]


def control_of(spot: Spot, query: DataQuery) -> str:
    """Return the id of the control to correct: that of the first field that the query speaks of and people fill in."""
    marked = marked_of(spot, query.check_code, query.field)
    named = check_named(query.check_code).fields if query.check_code else (query.field,)
    return next((box.id for box in [*marked, *map(spot.held, named)] if isinstance(box, Box)), "")


def _suggested(sheet: Sheet, spot: Spot, query: DataQuery) -> str:
    """Return control -> the text that would settle a query; "" where a cell shows more than one field of its row."""
    if spot.analyte:
        return ""
    values = suggestion_of(query, spot.line.record)
    fields = {entry.name: entry for entry in spot.line.topic.entered_fields}
    boxes = {name: spot.line.boxes[name] for name in values if name in spot.line.boxes}
    texts = {
        box.name: written(fields[name], values[name], sheet.setting, precision=values.get(f"{name}_precision"))
        for name, box in boxes.items()
    }
    return json.dumps(texts)


def _put_verified(spots: dict[UUID, Spot], queries: Sequence[DataQuery]) -> None:
    for query in still_verified(queries):
        held = spots[query.row_id].held(query.field)
        if isinstance(held, Box):
            held.verified = f"{query.closed_by}, {query.closed_at:%Y-%m-%d}: {query.text}"
