"""The names of controls: `<topic>-<number>-<part>`, and what was typed on a page sorted by its rows."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping

_NAME = re.compile(r"([a-z_]+)-(\d{1,4})-([A-Za-z0-9_-]+)")

Texts = dict[str, str]


def slot_name(topic: str, number: int) -> str:
    """Return the name of a row on the page."""
    return f"{topic}-{number}"


def typed_rows(typed: Mapping[str, str]) -> dict[str, dict[int, Texts]]:
    """Return topic -> number of the row -> part -> text; names of other things are passed over."""
    found: defaultdict[str, defaultdict[int, Texts]] = defaultdict(lambda: defaultdict(dict))
    for name, text in typed.items():
        if match := _NAME.fullmatch(name):
            found[match[1]][int(match[2])][match[3]] = text
    return {topic: dict(sorted(rows.items())) for topic, rows in found.items()}
