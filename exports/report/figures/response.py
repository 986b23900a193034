"""Overall response by dose group: a bar from 0 to the rate, the exact 95 % interval as a whisker, counts beside it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _

from exports.report.figures.scales import Scale
from exports.report.figures.shapes import Box, Drawing, Shape, Word, line
from exports.report.numbers import percent, percent_between
from exports.report.told import Report, group_keys, group_name

WIDTH, LEFT, RIGHT, ROW, TOP = 720.0, 112.0, 500.0, 40.0, 10.0
TICKS = (0.0, 0.25, 0.5, 0.75, 1.0)


def response_bars(report: Report) -> Drawing | None:
    """Return the bars of the overall response; None where no group can be shown."""
    overall = (report.get("response") or {}).get("overall") or {}
    rows = [(key, overall[key]) for key in group_keys(report) if overall.get(key) and overall[key]["est"] is not None]
    if not rows:
        return None
    x = Scale(0.0, 1.0, LEFT, RIGHT)
    bottom = TOP + ROW * len(rows)
    shapes = [*_axis(x, bottom), *(shape for at, (key, one) in enumerate(rows) for shape in _bar(key, one, at, x))]
    desc = " ".join(f"{group_name(key)}: {share_words(one)}." for key, one in rows)
    return Drawing("fig-response", _("Overall response by dose group"), desc, WIDTH, bottom + 44, tuple(shapes))


def share_words(share: Mapping[str, Any]) -> str:
    """Return a share in words: 23/28, 82 % (63–94)."""
    shown = percent_between(share["est"], share["lower"], share["upper"])
    if share["count"] is None or share["of"] is None:
        return shown
    return f"{share['count']}/{share['of']}, {shown}"


def _axis(x: Scale, bottom: float) -> Iterator[Shape]:
    for tick in TICKS:
        yield line("axis" if tick == 0 else "guide", (x.at(tick), TOP), (x.at(tick), bottom))
        yield Word("tick", x.at(tick), bottom + 16, percent(tick), "middle")
    yield Word(
        "quiet", (LEFT + RIGHT) / 2, bottom + 34, _("Complete or partial response, of those evaluable"), "middle"
    )


def _bar(key: str, share: Mapping[str, Any], place: int, x: Scale) -> Iterator[Shape]:
    kind, middle = key.lower(), TOP + ROW * place + ROW / 2
    words = share_words(share)
    yield Word(f"{kind}-text", 0, middle + 4, group_name(key))
    yield Box(f"{kind}-bar", LEFT, middle - 11, round(x.at(share["est"]) - LEFT, 1), 22, f"{group_name(key)}: {words}")
    if share["lower"] is not None and share["upper"] is not None:
        low, high = x.at(share["lower"]), x.at(share["upper"])
        yield line("whisker", (low, middle), (high, middle))
        for end in (low, high):
            yield line("whisker", (end, middle - 6), (end, middle + 6))
    yield Word("text", RIGHT + 24, middle + 4, words)
