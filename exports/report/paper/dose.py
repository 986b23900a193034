"""Daily dose of anakinra over time by dose group, and the response to the CAR-T cells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from django.utils.translation import gettext as _

from exports.report.figures.colours import INK
from exports.report.numbers import number, percent_between
from exports.report.paper.canvas import footnote, sheet
from exports.report.paper.curves import LOOKS
from exports.report.told import ALL, HIGH, LOW, Report, group_name, told

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

LAST_DAY: Final = 28
WEEK: Final = 7
WIDTH: Final = 120.0
# From dark to light, then in grey: best responses come from complete to progression, under two sets of criteria.
SHADES: Final = ("#12303f", "#2f5d73", "#4f7f96", "#7ba3b6", "#a9c5d2", "#d6e3e9", "#8d8d8d", "#b5b5b5", "#dddddd")
LEGEND_COLUMNS: Final = 2


def dose_over_time(report: Report, note: str) -> Figure:
    """Return the median daily dose of each group with its middle half, over the days from the start of anakinra."""
    figure, axes = sheet(WIDTH, 78, left=18, right=6, top=9, bottom=14)
    for key, rows in dosed(report).items():
        colour, dash = LOOKS[key]
        days = [row["day"] for row in rows]
        axes.fill_between(
            days, [row["q1"] for row in rows], [row["q3"] for row in rows], color=colour, alpha=0.15, lw=0
        )
        axes.plot(days, [row["median"] for row in rows], color=colour, linestyle=dash, label=_treated(key, rows))
    axes.set_title(_("Daily dose of anakinra"))
    axes.set_xlabel(_("Days from the start of anakinra"))
    axes.set_ylabel(_("mg/day, median and middle half"))
    axes.set_xlim(left=0)
    axes.set_xticks(range(0, LAST_DAY + 1, WEEK))
    axes.set_ylim(bottom=0)
    axes.legend(loc="upper right", handlelength=3)
    footnote(figure, note)
    return figure


def dosed(report: Report) -> dict[str, list[Mapping[str, Any]]]:
    """Return the days of each dose group for which the doses can be told."""
    daily = [row for row in (report.get("dose") or {}).get("daily") or () if row["day"] <= LAST_DAY]
    found: dict[str, list[Mapping[str, Any]]] = {
        key: [{"day": row["day"], **row[key]} for row in daily if (row.get(key) or {}).get("q1") is not None]
        for key in (HIGH, LOW)
    }
    return {key: rows for key, rows in found.items() if rows}


def _treated(key: str, rows: Sequence[Mapping[str, Any]]) -> str:
    values = {"group": group_name(key), "first": number(rows[0]["n"]), "last": number(rows[-1]["n"]),
              "day": number(rows[-1]["day"])}  # fmt: skip
    return _("%(group)s (treated: %(first)s, on day %(day)s %(last)s)") % values


def responded(report: Report) -> list[str]:
    """Return the groups whose responses can be told."""
    overall = (report.get("response") or {}).get("overall") or {}
    return [key for key in (HIGH, LOW, ALL) if (overall.get(key) or {}).get("est") is not None]


def response_levels(report: Report, note: str) -> Figure:
    """Return the best response of each group as stacked shares, with the overall response rate in words."""
    keys, found = responded(report), report["response"]
    legend = 4.5 * -(-len(found["levels"]) // LEGEND_COLUMNS)
    height = 30 + 11 * len(keys) + legend
    figure, axes = sheet(WIDTH, height, left=22, right=38, top=12, bottom=18 + legend)
    _bars(axes, keys, found["levels"])
    beside = axes.get_yaxis_transform()
    for row, key in enumerate(keys):
        share = found["overall"][key]
        words = f"{share['count']}/{share['of']}\n{percent_between(share['est'], share['lower'], share['upper'])}"
        axes.text(1.03, row, words, transform=beside, va="center")
    axes.text(1.03, 1.02, _("Overall (95 % CI)"), transform=axes.transAxes, weight="bold", va="bottom")
    axes.set_title(_("Best response"))
    axes.set_yticks(range(len(keys)), labels=[group_name(key) for key in keys])
    axes.invert_yaxis()
    axes.set_xlim(0, 100)
    axes.set_xlabel(_("% of those evaluated"))
    figure.legend(loc="lower left", bbox_to_anchor=(0.01, 5 / height), ncols=LEGEND_COLUMNS, handlelength=1)
    footnote(figure, note)
    return figure


def _bars(axes: Axes, keys: Sequence[str], levels: Sequence[Mapping[str, Any]]) -> None:
    whole = [sum(level["counts"].get(key) or 0 for level in levels) or 1 for key in keys]
    start = [0.0] * len(keys)
    for level, colour in zip(levels, SHADES * (1 + len(levels) // len(SHADES)), strict=False):
        widths = [100 * (level["counts"].get(key) or 0) / n for key, n in zip(keys, whole, strict=True)]
        bar: dict[str, Any] = {"color": colour, "edgecolor": INK, "linewidth": 0.5, "height": 0.6}
        axes.barh(range(len(keys)), widths, left=start, label=told(level["label"]), **bar)
        start = [begin + width for begin, width in zip(start, widths, strict=True)]
