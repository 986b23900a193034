"""The forms of inviting and of accepting."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.forms import SetPasswordMixin
from django.utils.translation import gettext_lazy as _

from sites.models import Invitation, Site, SiteStatus, User


class InvitationForm(forms.ModelForm):
    """Whom to invite, as what, where, and why."""

    class Meta:
        model = Invitation
        fields = ["email", "role", "site", "language", "reason"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Offer the sites that are not closed."""
        super().__init__(*args, **kwargs)
        self.fields["site"].queryset = Site.objects.exclude(status=SiteStatus.CLOSED)
        self.fields["site"].help_text = _("For coordinators and investigators.")

    def clean_email(self) -> str:
        """Keep addresses in small letters, so that one address is one person."""
        return self.cleaned_data["email"].strip().lower()


class AcceptForm(SetPasswordMixin, forms.Form):
    """Name and password of the invited person."""

    full_name = forms.CharField(
        label=_("Your full name"), max_length=200, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    password1, password2 = SetPasswordMixin.create_password_fields(label1=_("Password"), label2=_("Password again"))

    def __init__(self, *args: Any, invitation: Invitation, **kwargs: Any) -> None:
        """Judge the password against the address it will belong to."""
        super().__init__(*args, **kwargs)
        self._invitation = invitation

    def clean(self) -> dict[str, Any]:
        """Hold the passwords against each other and against the rules."""
        self.validate_passwords("password1", "password2")
        person = User(email=self._invitation.email, full_name=self.cleaned_data.get("full_name", ""))
        self.validate_password_for_user(person, "password2")
        return super().clean()
