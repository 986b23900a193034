"""The forms of a release that is out: accepting its terms, giving it to somebody, withdrawing it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from exports.freeze.policy import DOWNLOAD_DAYS
from exports.models import Level, Release
from exports.selectors import investigators, policy_now
from sites.models import User


class TermsForm(forms.Form):
    """That the terms were read."""

    accepted = forms.BooleanField(
        label=_("I accept these terms."),
        error_messages={"required": _("Tick the box if you accept the terms; without them there is no download.")},
    )


class GrantForm(forms.Form):
    """Who gets a release, at which level, and until when."""

    investigator = forms.ModelChoiceField(User.objects.none(), label=_("Investigator"))
    level = forms.ChoiceField(
        label=_("Level"),
        help_text=_("Whoever has a level may also take everything below it."),
    )
    valid_until = forms.DateField(
        label=_("May download until"), help_text=_("The last day, for example 2026-12-31."), input_formats=["%Y-%m-%d"]
    )

    def __init__(self, *args: Any, by: User, release: Release, **kwargs: Any) -> None:
        until = timezone.localdate() + timedelta(days=policy_now()[DOWNLOAD_DAYS])
        kwargs.setdefault("initial", {"valid_until": until.isoformat(), "level": release.profile})
        super().__init__(*args, **kwargs)
        people, level = self.fields["investigator"], self.fields["level"]
        assert isinstance(people, forms.ModelChoiceField)  # noqa: S101 - declared above
        assert isinstance(level, forms.ChoiceField)  # noqa: S101 - declared above
        people.queryset = investigators(by)
        lower = Level.at_most(release.profile)
        level.choices = [(code, label) for code, label in Level.choices if code in lower]


class WithdrawForm(forms.Form):
    """Why a release is withdrawn."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Everybody who holds the release reads this in an e-mail. No names of patients."),
    )
