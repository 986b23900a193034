"""The forms of the audit pages. All are sent in the address, so that a result can be kept and found again."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from registry.selectors.history import tracks
from registry.web.history_page import KINDS, track_title
from sites.models import AccessKind


class MomentForm(forms.Form):
    """A moment in the past."""

    at = forms.DateTimeField(
        label=_("As of"),
        help_text=_("Date and time, UTC."),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )


class PeriodForm(forms.Form):
    """Who and when, both days included."""

    person = forms.CharField(label=_("Person"), required=False, max_length=100)
    since = forms.DateField(label=_("From"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(label=_("To"), required=False, widget=forms.DateInput(attrs={"type": "date"}))

    def asked(self) -> dict[str, Any]:
        """Return the person and the moments at which the period starts and ends."""
        given = self.cleaned_data
        since, until = given["since"], given["until"]
        return {
            "person": given["person"].strip(),
            "since": datetime.combine(since, time(), UTC) if since else None,
            "until": datetime.combine(until + timedelta(days=1), time(), UTC) if until else None,
        }


class AuditSearchForm(PeriodForm):
    """What of the audit trail to show."""

    table = forms.ChoiceField(label=_("Records"), required=False)
    kind = forms.ChoiceField(label=_("What happened"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        named = sorted(((code, track_title(track)) for code, track in tracks().items()), key=lambda pair: pair[1])
        self.fields["table"].choices = [("", _("all")), *named]
        self.fields["kind"].choices = [("", _("all")), *KINDS.items()]

    def asked(self) -> dict[str, Any]:
        """Return what to look for."""
        table = self.cleaned_data["table"]
        return {**super().asked(), "codes": [table] if table else [], "label": self.cleaned_data["kind"]}


class ReadsForm(PeriodForm):
    """Which reads to show."""

    kind = forms.ChoiceField(label=_("What was read"), required=False, choices=[("", _("all")), *AccessKind.choices])

    def asked(self) -> dict[str, Any]:
        """Return what to look for."""
        return {**super().asked(), "kind": self.cleaned_data["kind"]}
