"""The forms by which forms of a case, cases and sites are completed and locked."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django import forms
from django.utils.translation import gettext, gettext_lazy
from django.utils.translation import gettext_lazy as _

from registry.selectors.status import form_topics

REASON_HELP = gettext_lazy("Kept in the history. No names of patients.")


def _topics() -> Iterator[tuple[str, str]]:
    yield "", gettext("The whole case")
    for topic in form_topics():
        yield topic.code, gettext(topic.label)


def _reason(*, required: bool) -> forms.CharField:
    return forms.CharField(
        label=_("Reason"),
        max_length=200,
        required=required,
        help_text=REASON_HELP,
        error_messages={"required": _("Say why.")},
    )


class FormAct(forms.Form):
    """Which form of a case it is about, and why; what becomes of it is said by the button."""

    topic = forms.ChoiceField(label=_("Form"), choices=_topics, required=False)
    reason = _reason(required=False)


class SiteAct(forms.Form):
    """Up to which day the cases of a site are locked."""

    until_on = forms.DateField(
        label=_("Infusions up to"), required=False, widget=forms.DateInput(attrs={"placeholder": "yyyy-mm-dd"})
    )
    reason = _reason(required=True)

    def clean(self) -> dict[str, Any]:
        """Ask for the day where the site is to be locked."""
        cleaned = super().clean() or {}
        if self.data.get("act") != "unlock" and not self.errors and not cleaned.get("until_on"):
            self.add_error("until_on", _("Say up to which day of infusion the cases are locked."))
        return cleaned
