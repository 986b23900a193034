"""Every figure of a report as one row, so that what other programs computed can be compared with it mechanically."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

HEADER: Final = ("id", "group", "day", "quantity", "value")
AT: Final = ("se", "lower", "upper", "at_risk")
MEDIAN: Final = ("median", "median_lower", "median_upper")
SHARE: Final = ("count", "of", "est", "lower", "upper")
FOLLOW_UP: Final = ("n", "events", "median", "lower", "upper")
NUMERIC: Final = ("n", "missing", "median", "q1", "q3", "min", "max", "mean", "sd")
TERM: Final = ("coef", "se", "hr", "lower", "upper", "z", "p", "lr_p", "ph_p")
TEST: Final = ("chisq", "df", "p")
# One figure: the analysis, the dose group or coefficient, the day, what it is, and its value; None is not estimable.
Row = tuple[str, str, str, str, float | None]


def figures_of(report: Mapping[str, Any]) -> list[Row]:
    """Return the figures of a report: incidences, survival, models, shares and Table 1, in the order of the report.

    Day is empty where a figure has none. Sensitivity analyses, curves and texts are left out.
    """
    return [*_incidences(report), *_survivals(report), *_models(report), *_shares(report), *_table_one(report)]


def figures_csv(rows: Iterable[Row]) -> bytes:
    """Return rows as CSV with every digit; an empty value is not estimable."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(HEADER)
    writer.writerows([*row[:4], "" if row[4] is None else repr(float(row[4]))] for row in rows)
    return text.getvalue().encode()


def _picked(
    place: tuple[str, str, str], held: Mapping[str, Any] | None, names: Sequence[str], head: str = ""
) -> list[Row]:
    """Return one row for each of these values that are held."""
    return [(*place, f"{head}{name}", held[name]) for name in names if held and name in held]


def _incidences(report: Mapping[str, Any]) -> Iterator[Row]:
    for found in report.get("incidence") or ():
        for group, told in found["groups"].items():
            yield from _incidence(found["id"], group, told) if told else ()
        for cause, test in (found.get("gray") or {}).items():
            yield from _picked((found["id"], "", ""), test, TEST, f"gray_{cause}_")


def _incidence(name: str, group: str, told: Mapping[str, Any]) -> Iterator[Row]:
    yield from _picked((name, group, ""), told, ("n", *MEDIAN))
    yield from _picked((name, group, ""), told["n_events"], sorted(told["n_events"]), "n_events_")
    for head, days in (("", told["at"]), ("competing_", told["competing_at"])):
        for at in days:
            yield from _picked((name, group, str(at["day"])), at, ("est", "events", *AT), head)


def _survivals(report: Mapping[str, Any]) -> Iterator[Row]:
    for found in report.get("survival") or ():
        for group, told in found["groups"].items():
            yield from _picked((found["id"], group, ""), told, ("n", "n_events", *MEDIAN))
            for at in (told or {}).get("at", ()):
                yield from _picked((found["id"], group, str(at["day"])), at, ("surv", "events", *AT))
        yield from _picked((found["id"], "", ""), found.get("log_rank"), TEST, "log_rank_")


def _models(report: Mapping[str, Any]) -> Iterator[Row]:
    for model in report.get("models") or ():
        whole = (model["id"], "", "")
        yield from _picked(whole, model, ("n", "n_events", "concordance"))
        for name, test in (model.get("tests") or {}).items():
            yield from _picked(whole, test, TEST, f"{name}_")
        yield from _picked(whole, model.get("ph_global"), TEST, "ph_global_")
        for term in model["terms"]:
            yield from _picked((model["id"], term["name"], ""), term, TERM)


def _shares(report: Mapping[str, Any]) -> Iterator[Row]:
    shared = {
        "response": (report.get("response") or {}).get("overall"),
        "side_effects": (report.get("safety") or {}).get("side_effects"),
        "stopped_for_side_effect": (report.get("safety") or {}).get("stopped_for_side_effect"),
    }
    for name, groups in shared.items():
        for group, share in (groups or {}).items():
            yield from _picked((name, group, ""), share, SHARE)
    yield from _picked(("response", "", ""), report.get("response"), ("fisher_p",))
    yield from _picked(("follow_up", "ALL", ""), (report.get("flow") or {}).get("follow_up"), FOLLOW_UP)


def _table_one(report: Mapping[str, Any]) -> Iterator[Row]:
    for row in (report.get("table_one") or {}).get("rows", ()):
        if row["kind"] == "numeric":
            for group, cell in row["cells"].items():
                yield from _picked((f"table_one.{row['id']}", group, ""), cell, NUMERIC)
            continue
        for level in row["levels"]:
            for group, cell in level["cells"].items():
                yield from _picked((f"table_one.{row['id']}={level['code']}", group, ""), cell, ("count", "of"))
