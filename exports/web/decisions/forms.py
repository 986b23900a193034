"""The forms of a decision: where the data go, how they are made coarser, who signs, what is decided."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from exports.freeze.policy import DOWNLOAD_DAYS, NUMBERS
from exports.models import DataRequest, Project
from exports.selectors import policy_now
from exports.web.forms import ProjectChoice, coarsening_steps, refuse_blocked

APPROVE, REFUSE = "approve", "refuse"


class AssessForm(ProjectChoice):
    """For which project the data of a request are frozen and assessed."""

    leaves_out_blocked = forms.BooleanField(
        label=_("Leave out the cases against which a blocking check stands."), required=False
    )

    def __init__(self, *args: Any, asked: DataRequest, blocked: int = 0, **kwargs: Any) -> None:
        kwargs.setdefault("initial", _first_choice(asked))
        super().__init__(*args, **kwargs)
        self.blocked = blocked
        if not blocked:
            del self.fields["leaves_out_blocked"]

    def clean(self) -> dict[str, Any]:
        """Never leave cases out without having said so."""
        cleaned = super().clean()
        refuse_blocked(self, self.blocked)
        return cleaned


def _first_choice(asked: DataRequest) -> dict[str, Any]:
    """Propose the project of an earlier assessment, else one named after the request."""
    if asked.project is not None:
        return {"project": asked.project}
    named = Project.objects.filter(title__iexact=asked.title.strip()).first()
    return {"project": named} if named is not None else {"title": asked.title}


class CoarsenForm(forms.Form):
    """Which of the declared steps are applied; the page draws their table itself."""

    steps = forms.MultipleChoiceField(choices=coarsening_steps, required=False)


class ReadForm(forms.Form):
    """What is decided on a report, with the mark of the one that was shown: it may be another one by then."""

    seen = forms.CharField(max_length=32, required=False, widget=forms.HiddenInput)


class SignForm(ReadForm):
    """The reason and the password, once more: signing takes two proofs, the sign-in and this."""

    reason = forms.CharField(
        label=_("Why the risk is acceptable"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Kept with the release, beside your name."),
    )
    password = forms.CharField(
        label=_("Your password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        help_text=_("Asked at each signature. Somebody who signs in through the hospital sets a password first."),
    )


class DecisionForm(ReadForm):
    """Approve until a day, or refuse; the person who asked reads the reason. `obstacle` says why not to approve."""

    decision = forms.ChoiceField(label=_("What is decided"), widget=forms.RadioSelect)
    valid_until = forms.DateField(
        label=_("If approved, may download until"),
        required=False,
        help_text=_("The last day, for example 2026-12-31."),
        input_formats=["%Y-%m-%d"],
    )
    reason = forms.CharField(
        label=_("Reason"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("The person who asked reads it."),
    )

    def __init__(self, *args: Any, obstacle: str = "", seen: str = "", **kwargs: Any) -> None:
        last = timezone.localdate() + timedelta(days=policy_now()[DOWNLOAD_DAYS])
        kwargs.setdefault("initial", {"valid_until": last.isoformat(), "seen": seen})
        super().__init__(*args, **kwargs)
        decision = self.fields["decision"]
        assert isinstance(decision, forms.ChoiceField)  # noqa: S101 - declared above
        decision.choices = [(REFUSE, _("Refuse the request"))]
        if obstacle:
            decision.error_messages["invalid_choice"] = obstacle
            del self.fields["valid_until"]
        else:
            decision.choices = [(APPROVE, _("Approve and release the data")), *decision.choices]

    def clean(self) -> dict[str, Any]:
        """Ask for the last day of what is approved."""
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("decision") == APPROVE and not cleaned.get("valid_until") and "valid_until" not in self.errors:
            self.add_error("valid_until", _("Give the last day."))
        return cleaned


def _numbers() -> list[tuple[str, Any]]:
    return [(name, _(number.words)) for name, number in NUMBERS.items()]


class PolicyForm(forms.Form):
    """Another value for one number of the policy, and why."""

    name = forms.ChoiceField(label=_("Number"), choices=_numbers)
    value = forms.IntegerField(
        label=_("New value"), widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"})
    )
    reason = forms.CharField(label=_("Why it changes"), max_length=200)
