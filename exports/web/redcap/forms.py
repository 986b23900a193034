"""The form with which a token for REDCap clients is made."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from exports.models import Release
from exports.selectors import download_right
from exports.selectors.redcap_tokens import MOST_DAYS, last_day_for, redcap_levels
from sites.models import User


class TokenForm(forms.Form):
    """What the token is for, which level it opens, and until when."""

    label = forms.CharField(
        label=_("What it is for"),
        max_length=60,
        help_text=_("For example the machine and the script: statistics server, dose analysis. No names of patients."),
    )
    level = forms.ChoiceField(label=_("Level"), help_text=_("Choose the least that the script needs."))
    last_day = forms.DateField(label=_("Last day"), input_formats=["%Y-%m-%d"])

    def __init__(self, *args: Any, release: Release, user: User, **kwargs: Any) -> None:
        latest = last_day_for(download_right(release, user))
        kwargs.setdefault("initial", {"last_day": latest.isoformat()})
        super().__init__(*args, **kwargs)
        level = self.fields["level"]
        assert isinstance(level, forms.ChoiceField)  # noqa: S101 - declared above
        level.choices = redcap_levels(release, user)
        words = _("At most %(days)s days from now, and never after your right to the release ends: %(latest)s.")
        self.fields["last_day"].help_text = words % {"days": MOST_DAYS, "latest": latest.isoformat()}
