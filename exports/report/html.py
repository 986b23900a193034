"""The report as a page: what the templates of its body need, and the one file that needs nothing else."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from exports.report.sections.absent import absent_everywhere, with_absent
from exports.report.sections.closing import cases_section, notes_section
from exports.report.sections.effects import models_section, sensitivity_section
from exports.report.sections.facts import facts
from exports.report.sections.opening import baseline_section, flow_section, published_section
from exports.report.sections.outcomes import incidence_section, survival_section
from exports.report.sections.parts import Section
from exports.report.sections.treatment import dose_section, response_section, safety_section
from exports.report.told import Report

SECTIONS: Final[tuple[Callable[[Report], Section], ...]] = (
    published_section,
    flow_section,
    baseline_section,
    dose_section,
    safety_section,
    response_section,
    incidence_section,
    survival_section,
    models_section,
    sensitivity_section,
    cases_section,
    notes_section,
)
# The site links the first two; the third lays out a page of its own.
STYLES: Final = ("quell/tokens.css", "quell/report.css", "quell/report_alone.css")


def body_context(report: Report) -> dict[str, Any]:
    """Return what `exports/report/body.html` prints, in the active language.

    `report` is the report itself, `facts` pairs of words and value, `sections` those of the body in reading order,
    `is_simulated`, `suppressed` and `nothing` (why there is nothing at all) decide on the banners, `absent` is said
    where a section has nothing to show.
    """
    suppressed = report.get("suppressed")
    absent = (
        _("Too few cases: nothing is shown here.") if suppressed else _("This release does not carry what is needed.")
    )
    return {
        "report": report,
        "facts": facts(report),
        "sections": [with_absent(report, make(report)) for make in SECTIONS],
        "nothing": absent_everywhere(report),
        "is_simulated": bool(report["release"].get("simulated")),
        "suppressed": suppressed,
        "absent": absent,
    }


def standalone_html(report: Report, language: str = "en") -> str:
    """Return the report as one HTML file in a language, with its styles inside, without scripts and other files."""
    with translation.override(language):
        context = {**body_context(report), "language": language, "style": _style()}
        return render_to_string("exports/report/page.html", context)


def _style() -> str:
    return "\n".join(Path(str(finders.find(name))).read_text(encoding="utf-8") for name in STYLES)
