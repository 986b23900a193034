"""The form of a new token."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from sites.models import ApiToken, Scope, Site, User
from sites.tokens import sites_to_name

DAYS = {7: _("7 days"), 30: _("30 days"), 90: _("90 days")}


class TokenForm(forms.Form):
    """Name, scopes, hospitals and days of a token.

    `key` makes sending the form again the same act: it is the key of the token that comes of it.
    """

    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4, required=False)
    label = forms.CharField(
        label=_("Name"),
        max_length=ApiToken._meta.get_field("label").max_length,
        help_text=_("The program and where it runs, so that you know the token again: “nightly import, ward server”."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    scopes = forms.MultipleChoiceField(
        label=_("What it is good for"),
        choices=Scope.choices,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Within what you may do yourself. Tick only what the program needs."),
        error_messages={"required": _("Choose what the token is good for.")},
    )
    sites = forms.TypedMultipleChoiceField(
        label=_("Hospitals"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None ticked: all of yours, also later ones. Releases are pooled, so it does not narrow them."),
    )
    days = forms.TypedChoiceField(
        label=_("How long it lasts"), choices=list(DAYS.items()), coerce=int, initial=30, widget=forms.RadioSelect
    )

    def __init__(self, *args: Any, person: User, **kwargs: Any) -> None:
        """Offer the person's hospitals, where there are several."""
        super().__init__(*args, **kwargs)
        own = Site.objects.filter(pk__in=sites_to_name(person)).order_by("code")
        if len(own) > 1:
            self.fields["sites"].choices = [(str(site.pk), f"{site.code} {site.name}") for site in own]
            self.fields["sites"].coerce = {str(site.pk): site.pk for site in own}.__getitem__
        else:
            del self.fields["sites"]
