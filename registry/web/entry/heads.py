"""The fields at the top of an entry page: the one row of a topic that the page is about."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from registry.metadata import Topic
from registry.web.entry.boxes import Lists, field_box, saved_text
from registry.web.entry.case import Case
from registry.web.entry.lines import Line, shown_fields
from registry.web.entry.parents import above_box, parents_of
from registry.web.entry.slots import slot_name
from registry.web.entry.typed import Setting


def head_line(case: Case, topic: Topic, record: Any, texts: Mapping[str, str], setting: Setting, lists: Lists) -> Line:
    """Return the row of a head topic with its controls; an empty one where there is none yet."""
    slot = slot_name(topic.code, 0)
    line = Line(slot, topic, record)
    line.typed_id = texts.get("id", str(record.pk) if record else "")
    line.version = as_number(texts.get("version", ""), record.version if record else 0)
    if topic.parent and line.is_new:
        place(line, case, topic, texts)
    for field in shown_fields(topic):
        was = saved_text(record, field, setting)
        line.boxes[field.name] = field_box(slot, field, was, texts.get(field.name, was), setting, lists)
    return line


def place(line: Line, case: Case, topic: Topic, texts: Mapping[str, str]) -> None:
    """Say which row above a new row belongs to; where there are several, or that one is gone, let the person choose."""
    parents = parents_of(case, topic)
    known = [str(row.pk) for row in parents]
    if len(parents) > 1 or (parents and texts.get("above", known[0]) not in known):
        line.boxes["above"] = above_box(line.slot, topic, parents, texts)
    elif parents:
        line.above = str(parents[0].pk)


def as_number(text: str, otherwise: int) -> int:
    """Return a whole number of a hidden control."""
    return int(text) if text.isdecimal() and len(text) < 10 else otherwise
