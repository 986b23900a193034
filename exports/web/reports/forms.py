"""The form with which a study report is asked for: dose rule and, if one wants, a cohort of one's own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from exports.report.plan import (
    DOSE_RULE_WORDS,
    FIRST_YEAR,
    LAST_YEAR,
    LONGEST_FOLLOW_UP_DAYS,
    DoseRule,
    Plan,
    PlanError,
)
from registry.rules.anakinra import Indication
from registry.rules.products import PRODUCTS

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise


def dose_rules() -> list[tuple[str, str]]:
    """Return the dose rules with their words."""
    return [(rule.value, gettext(words)) for rule, words in DOSE_RULE_WORDS.items()]


def indications() -> list[tuple[str, str]]:
    """Return the indications of anakinra with their words."""
    return [(code.value, gettext(code.label)) for code in Indication]


def products() -> list[tuple[str, str]]:
    """Return the CAR-T products with their names."""
    return [(product.code, gettext(product.generic_name)) for product in PRODUCTS]


def _whole(label: StrPromise, least: int, most: int) -> forms.IntegerField:
    """Return a field for a whole number that may stay empty, without the arrows that change it by accident."""
    typed = forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"})
    return forms.IntegerField(label=label, required=False, min_value=least, max_value=most, widget=typed)


class PlanForm(forms.Form):
    """One plan. Everything but the dose rule may stay empty and then leaves nobody out."""

    dose_rule = forms.ChoiceField(
        label=_("Dose rule"),
        choices=dose_rules,
        initial=DoseRule.FIRST.value,
        widget=forms.RadioSelect,
        help_text=_("The first prescribed dose is fixed at the start; the others look ahead and are for comparison."),
    )
    indications = forms.MultipleChoiceField(
        label=_("Only these indications"), choices=indications, required=False, widget=forms.CheckboxSelectMultiple
    )
    products = forms.MultipleChoiceField(
        label=_("Only these products"), choices=products, required=False, widget=forms.CheckboxSelectMultiple
    )
    year_from = _whole(_("Infused from year"), FIRST_YEAR, LAST_YEAR)
    year_to = _whole(_("Infused to year"), FIRST_YEAR, LAST_YEAR)
    min_follow_up_days = _whole(_("Followed for at least this many days, or until death"), 0, LONGEST_FOLLOW_UP_DAYS)

    plan: Plan

    def clean(self) -> dict[str, Any]:
        """Refuse years in the wrong order; what is in order makes the plan."""
        cleaned = super().clean() or self.cleaned_data
        first, last = cleaned.get("year_from"), cleaned.get("year_to")
        if first is not None and last is not None and first > last:
            self.add_error("year_to", _("The first year comes after the last."))
        if not self.errors:
            self._make({**cleaned, "min_follow_up_days": cleaned.get("min_follow_up_days") or 0})
        return cleaned

    def _make(self, values: dict[str, Any]) -> None:
        try:
            self.plan = Plan.of(values)
        except PlanError as error:
            self.add_error(None, str(error))
