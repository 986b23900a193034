"""What goes with the outcomes: Cox models by endpoint, and how far the figures rest on choices."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from exports.report.figures.forest import forest
from exports.report.sections.parts import Part, Section, Subheading, figure, tables, words
from exports.report.tables.models import Model, endpoint_models, multivariable_table, univariable_table, warning
from exports.report.tables.sensitivity import sensitivity_table
from exports.report.told import Report, told


def models_section(report: Report) -> Section:
    """Return the models, endpoint by endpoint: forest plot, univariable and multivariable table."""
    grouped = endpoint_models(report)
    parts = [part for (name, cause), found in grouped.items() for part in _endpoint(report, f"{name}-{cause}", found)]
    lead = _("Cause-specific hazard ratios (Cox, Efron ties): above 1 the event comes sooner or more often.")
    return Section("models", _("What goes with the outcomes"), (*words(lead if parts else ""), *parts))


def sensitivity_section(report: Report) -> Section:
    """Return the sensitivity analyses."""
    return Section("sensitivity", _("Sensitivity analyses"), tuple(tables(sensitivity_table(report))))


def _endpoint(report: Report, name: str, models: Sequence[Model]) -> list[Part]:
    title = told(models[0].get("endpoint_title") or models[0]["title"])
    caption = _("%(title)s: hazard ratios with 95 %% intervals; the larger a square, the more it tells.") % {
        "title": title
    }
    several = [model for model in models if model["kind"] != "univariable"]
    return [
        Subheading(f"cox-{name}", title),
        *figure(f"cox-{name}", caption, [forest(report, models, name, title)]),
        *tables(univariable_table(report, name, models)),
        *(part for model in several for part in _multivariable(report, model)),
    ]


def _multivariable(report: Report, model: Model) -> list[Part]:
    shown = tables(multivariable_table(report, model["id"], model))
    return [*words(warning(model), is_warning=True), *shown]
