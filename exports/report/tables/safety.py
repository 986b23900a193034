"""Safety of anakinra: side effects, why it was stopped, infections; and the response to the CAR-T cells."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _

from exports.report.numbers import number, p_said
from exports.report.tables.shares import counted_cells, group_columns, group_sizes, share_cells
from exports.report.tables.table import Column, Kind, Row, Table, heading, row, table
from exports.report.told import ALL, Report, group_keys, hidden, told


def safety_table(report: Report) -> Table | None:
    """Return the shares of cases with side effects, stopped treatment and infections."""
    safety = report.get("safety") or {}
    infections = safety.get("infections") or {}
    named = [
        (_("A side effect of anakinra"), safety.get("side_effects")),
        (_("Anakinra stopped for a side effect"), safety.get("stopped_for_side_effect")),
        (_("An infection after the start of anakinra"), infections.get("patients")),
        (_("A severe infection"), infections.get("severe")),
    ]
    rows = [row(words, *share_cells(report, shares)) for words, shares in named if shares]
    caption = _("Cases with a side effect or an infection")
    note = _("Below the counts: percentage with its exact 95 % interval (Clopper-Pearson).")
    return table("safety", caption, [Column(_("Cases with"), is_number=False), *group_columns(report)], rows, [note])


def events_table(report: Report) -> Table | None:
    """Return the side effects one by one: cases by group, events, and the grades they reached."""
    columns = [Column(_("Side effect"), is_number=False), *group_columns(report), Column(_("Events")),
               Column(_("By grade (CTCAE)"), is_number=False)]  # fmt: skip
    rows = [
        row(told(one.get("label") or one["term"]), *counted_cells(report, one["patients"]), *_events(report, one))
        for one in (report.get("safety") or {}).get("events") or ()
    ]
    return table("side-effects", _("Side effects of anakinra: cases by dose group"), columns, rows)


def _events(report: Report, one: Mapping[str, Any]) -> tuple[str, str]:
    total = (one.get("events") or {}).get(ALL)
    return hidden(report) if total is None else number(total), _grades(report, one.get("by_grade") or {})


def _grades(report: Report, by_grade: Mapping[str, Any]) -> str:
    grades = by_grade.get(ALL) if isinstance(by_grade.get(ALL), Mapping) else by_grade
    told_ = [
        f"{_('grade %(grade)s') % {'grade': grade}}: {hidden(report) if n is None else number(n)}"
        for grade, n in sorted((grades or {}).items())
        if n != 0 and not isinstance(n, Mapping)
    ]
    return ", ".join(told_)


def stop_table(report: Report) -> Table | None:
    """Return why anakinra was stopped, and the infections by their class."""
    safety = report.get("safety") or {}
    rows = [
        *_counts(report, _("Why anakinra was stopped"), safety.get("stop_reasons")),
        *_counts(report, _("Infections by class"), (safety.get("infections") or {}).get("by_class")),
    ]
    columns = [Column(_("Cases"), is_number=False), *group_columns(report)]
    return table("stopped", _("End of anakinra and infections, cases by dose group"), columns, rows)


def _counts(report: Report, words: str, listed: Any) -> Iterator[Row]:
    shown = [one for one in listed or () if any(n != 0 for n in _of(one).values())]
    if shown:
        yield heading(words)
    for one in shown:
        yield row(told(one["label"]), *counted_cells(report, _of(one), group_sizes(report)), kind=Kind.PART)


def _of(one: Mapping[str, Any]) -> Mapping[str, Any]:
    counts: Mapping[str, Any] = one.get("counts") or one.get("patients") or {}
    return {key: n for key, n in counts.items() if not isinstance(n, Mapping)}


def response_table(report: Report) -> Table | None:
    """Return the best response by dose group with the overall response rate."""
    response = report.get("response") or {}
    overall = response.get("overall")
    rows = [row(_("Complete or partial response"), *share_cells(report, overall))] if overall else []
    levels = [one for one in response.get("levels") or () if any(n != 0 for n in (one["counts"] or {}).values())]
    if levels:
        rows.append(heading(_("Best response")))
    rows += [row(told(one["label"]), *counted_cells(report, one["counts"]), kind=Kind.PART) for one in levels]
    missing = response.get("not_evaluable")
    if missing and any(missing.get(key) != 0 for key in group_keys(report)):
        rows.append(row(_("Not evaluable"), *counted_cells(report, missing)))
    columns = [Column(_("Response to the CAR-T cells"), is_number=False), *group_columns(report)]
    p = response.get("fisher_p")
    note = _("High against low dose: %(p)s (Fisher's exact test).") % {"p": p_said(p)} if p is not None else ""
    return table("response", _("Overall and best response, by dose group"), columns, rows, [note])
