"""What the report is of: release, data cut, cohort, dose rule, programs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from exports.report.numbers import number
from exports.report.plan import DOSE_RULE_WORDS, DoseRule
from exports.report.tables.shares import or_dash
from exports.report.told import Report, count, told
from registry.rules.anakinra import Indication
from registry.rules.products import PRODUCTS


def facts(report: Report) -> list[tuple[str, str]]:
    """Return pairs of words and value for the head of the report."""
    release, plan = report["release"], report["plan"]
    analysed = (report.get("flow") or {}).get("analysed")
    pairs = [
        (_("Release"), str(release["name"])),
        (_("Data cut"), _day(release.get("data_cut"))),
        (_("Cases analysed"), count(report, analysed)),
        (_("Cohort"), cohort_words(plan)),
        (_("Dose rule"), told(DOSE_RULE_WORDS[DoseRule(plan["dose_rule"])])),
        (_("Programs"), ", ".join(f"{name} {version}" for name, version in (report.get("software") or {}).items())),
        (_("Revision of the code"), str(release.get("code_revision") or "")),
        (_("SHA-256 of the data"), str(release.get("content_hash") or "")),
    ]
    return [(words, or_dash(value)) for words, value in pairs]


def cohort_words(plan: Mapping[str, Any]) -> str:
    """Return what the plan chooses, in words."""
    products = {product.code: product.generic_name for product in PRODUCTS}
    indications = {item.value: told(str(item.label)) for item in Indication}
    parts = [
        ", ".join(indications.get(code, code) for code in plan.get("indications") or ()),
        ", ".join(products.get(code, code) for code in plan.get("products") or ()),
        _years(plan.get("year_from"), plan.get("year_to")),
    ]
    if days := plan.get("min_follow_up_days"):
        parts.append(_("followed for %(days)s days or died") % {"days": number(days)})
    return "; ".join(part for part in parts if part) or _("the whole study cohort")


def _years(first: int | None, last: int | None) -> str:
    if first is None and last is None:
        return ""
    if first is None or last is None:
        words = _("infused from %(year)s on") if last is None else _("infused until %(year)s")
        return words % {"year": last if first is None else first}
    return _("infused %(first)s to %(last)s") % {"first": first, "last": last}


def _day(text: str | None) -> str:
    instant = parse_datetime(text) if text else None
    return f"{instant:%Y-%m-%d}" if instant else str(text or "")
