"""The forms by which deaths are assigned and judged."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from registry.rules.outcome import TrmClass
from sites.models import User


class AssignForm(forms.Form):
    """Which adjudicator is asked next."""

    adjudicator = forms.ModelChoiceField(queryset=User.objects.none(), label=_("Adjudicator"))

    def __init__(self, people: Iterable[User], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["adjudicator"].queryset = User.objects.filter(pk__in=[person.pk for person in people])


class JudgeForm(forms.Form):
    """The class of a death in one person's judgement."""

    trm_class = forms.ChoiceField(
        label=_("Your judgement"),
        choices=lambda: [(code.value, gettext(code.label)) for code in TrmClass],
        widget=forms.RadioSelect,
        help_text=_("It stands once it is given. The other adjudicator does not see it."),
    )
