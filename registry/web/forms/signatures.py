"""The form by which a case is signed."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class SignForm(forms.Form):
    """The password, once more: signing takes two proofs, the sign-in and this."""

    password = forms.CharField(
        label=_("Your password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        help_text=_("Asked at each signature. Somebody who signs in through the hospital sets a password first."),
    )
