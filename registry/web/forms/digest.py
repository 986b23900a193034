"""The form by which a person says how often the e-mail about data queries comes."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from registry.models import DigestFrequency


class DigestForm(forms.Form):
    """How often."""

    frequency = forms.ChoiceField(
        label=_("How often"),
        choices=DigestFrequency.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose how often the e-mail comes.")},
    )
