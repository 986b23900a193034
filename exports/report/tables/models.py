"""Tables of the Cox models of one endpoint: hazard ratios with their tests, and what must be said of each model."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from exports.report.numbers import decimal, p_said, p_value, ratio_between
from exports.report.tables.labels import coefficient_label, model_label, term_label
from exports.report.tables.table import Column, Kind, Row, Table, row, table
from exports.report.told import Report, count, told

Model = Mapping[str, Any]


def endpoint_models(report: Report) -> dict[tuple[str, int], list[Model]]:
    """Return the models by endpoint and cause, in the order of the report."""
    found: dict[tuple[str, int], list[Model]] = {}
    for model in report.get("models") or ():
        found.setdefault((model["endpoint"], model.get("cause") or 1), []).append(model)
    return found


def univariable_table(report: Report, name: str, models: Sequence[Model]) -> Table | None:
    """Return the univariable models of an endpoint in one table, a row a coefficient; those without one at the end."""
    chosen = [model for model in models if model["kind"] == "univariable"]
    rows = [*(one for model in chosen for one in _rows(report, model)), *_failures(chosen)]
    notes = [*_legend(chosen), *_excluded(report, chosen)]
    return table(f"uni-{name}", _caption(chosen, _("One covariate at a time")), _columns(), rows, notes)


def multivariable_table(report: Report, name: str, model: Model) -> Table | None:
    """Return one multivariable model with its tests below."""
    caption = _caption([model], _("All covariates together"))
    rows = [*_rows(report, model), *_failures([model])]
    return table(f"multi-{name}", caption, _columns(), rows, [*_legend([model]), *model_notes(report, model)])


def _caption(models: Sequence[Model], words: str) -> str:
    """Return the endpoint with what its models are, so that each table has a caption of its own."""
    return f"{told(models[0]['title'])}: {words[0].lower()}{words[1:]}" if models else words


def model_notes(report: Report, model: Model) -> Iterator[str]:
    """Return what must be said of a model: cases left out, tests of the whole, concordance, clock, strata."""
    yield from _excluded(report, [model])
    tests = model.get("tests") or {}
    if tests.get("lr"):
        yield _("Likelihood-ratio test of the model: %(test)s.") % {"test": _test(tests["lr"])}
    if model.get("ph_global"):
        yield _("Proportional hazards, all terms together: %(test)s.") % {"test": _test(model["ph_global"])}
    if model.get("concordance") is not None:
        yield _("Concordance %(c)s.") % {"c": decimal(model["concordance"], 2)}
    if model.get("epv") is not None:
        values = {"epv": decimal(model["epv"], 1), "parameters": model["parameters"]}
        yield _("%(parameters)s parameters, %(epv)s events per parameter.") % values
    if model.get("entry"):
        yield _("Clock from infusion; at risk from the start of anakinra on (delayed entry).")
    if model.get("strata"):
        yield _("Stratified by site.")


def warning(model: Model) -> str:
    """Return the warning of few events per parameter, empty where there is none."""
    return told(model.get("epv_warning"))


def _columns() -> list[Column]:
    return [
        Column(_("Covariate"), is_number=False),
        Column(_("Events/n")),
        Column(_("Hazard ratio (95 % CI)")),
        Column(_("P (Wald)")),
        Column(_("P (LR)")),
        Column(_("P (PH)")),
    ]


def _legend(models: Sequence[Model]) -> Iterator[str]:
    yield _("LR: likelihood-ratio test. PH: test of proportional hazards; a small P speaks against them.")
    if any(model.get("firth") for model in models):
        yield _("Penalised (Firth): profile interval, P by penalised likelihood ratio.")


def _rows(report: Report, model: Model) -> Iterator[Row]:
    counts = f"{count(report, model.get('n_events'))}/{count(report, model.get('n'))}"
    penalised = {one["name"]: one for one in model.get("firth") or ()}
    for term in model.get("terms") or ():
        yield _term_row(term, counts)
        for per in term.get("per") or ():
            shown = ratio_between(per["hr"], per["lower"], per["upper"])
            yield row(told(per["label"]), "", shown, "", "", "", kind=Kind.PART)
        if found := penalised.pop(term["name"], None):
            yield _firth(_("penalised (Firth)"), found)
    for found in penalised.values():
        yield _firth(_("%(term)s, penalised (Firth)") % {"term": coefficient_label(found["name"])}, found)


def _failures(models: Sequence[Model]) -> Iterator[Row]:
    """Yield why there is no estimate, once for all models of which it is true."""
    found: dict[str, list[str]] = {}
    for model in models:
        if error := model.get("error"):
            words = f"{told(error['words'])} {told(error.get('advice'))}".strip()
            found.setdefault(words, []).append(model_label(model))
    for words, labels in found.items():
        yield Row(f"{', '.join(labels)}: {words}", kind=Kind.WORDS)


def _term_row(term: Mapping[str, Any], counts: str) -> Row:
    tests = (p_value(term.get("p")), p_value(term.get("lr_p")), p_value(term.get("ph_p")))
    return row(term_label(term), counts, ratio_between(term["hr"], term["lower"], term["upper"]), *tests)


def _firth(head: str, found: Mapping[str, Any]) -> Row:
    shown = ratio_between(found["hr"], found["lower"], found["upper"])
    return row(head, "", shown, "", p_value(found["p"]), "", kind=Kind.PART)


def _excluded(report: Report, models: Sequence[Model]) -> Iterator[str]:
    missing = [model["excluded_missing"] for model in models if model.get("excluded_missing")]
    if missing:
        values = {"n": count(report, max(missing))}
        yield _("Complete cases only: up to %(n)s cases left out for a missing value.") % values
    late = [model["excluded_entry"] for model in models if model.get("excluded_entry")]
    if late:
        yield _("Left out because the time ends before anakinra: %(n)s.") % {"n": count(report, max(late))}


def _test(test: Mapping[str, Any]) -> str:
    values = {"chisq": decimal(test["chisq"], 2), "df": test["df"], "p": p_said(test["p"])}
    return _("χ² = %(chisq)s, %(df)s df, %(p)s") % values
