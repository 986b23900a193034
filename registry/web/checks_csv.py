"""The list of checks as a file: one line a check, safe to open in a spreadsheet program."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from django.utils.translation import gettext as _

from registry.intake.downloads import safe_cell
from registry.web.checks_list import Line


def checks_csv(lines: Iterable[Line]) -> bytes:
    """Return the checks with their settings, what they have asked, and the latest decision on each."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([_("Check"), _("Form"), _("What it says"), _("Variables"), _("Severity"), _("Switched on"),
                     _("Thresholds"), _("Open queries"), _("Queries ever"), _("Queries per 100 cases"),
                     _("Changed on (UTC)"), _("Changed by"), _("Reason")])  # fmt: skip
    for line in lines:
        writer.writerow([safe_cell(cell) for cell in _cells(line)])
    return out.getvalue().encode("utf-8-sig")


def _cells(line: Line) -> list[str]:
    said = [line.code, line.place[1], line.says, ", ".join(line.fields), line.severity_words]
    stands = [_("yes") if line.is_on else _("no"), "; ".join(line.limits)]
    asked = [str(line.asked.open), str(line.asked.ever)] if line.asked else ["", ""]
    asked.append("" if line.per_100 is None else f"{line.per_100:.1f}")
    return [*said, *stands, *asked, *_decision(line)]


def _decision(line: Line) -> list[str]:
    decision = line.decision
    if decision is None:
        return ["", "", ""]
    return [decision.set_at.strftime("%Y-%m-%d %H:%M"), str(decision.set_by), decision.reason]
