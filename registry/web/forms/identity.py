"""The forms around identity: why somebody looks, and whether two cases are one patient."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from registry.models import LinkageState


class RevealForm(forms.Form):
    """The reason for looking at an identity."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=200,
        help_text=_("Kept in the log together with your name. For example: to find the paper record for a query."),
    )


class LinkageForm(forms.Form):
    """The decision on one linkage case."""

    state = forms.ChoiceField(
        label=_("Decision"),
        choices=[(state.value, state.label) for state in (LinkageState.SAME, LinkageState.DIFFERENT)],
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(label=_("Reason"), max_length=500, help_text=_("How you found out. No names of patients."))
