"""The forms by which data managers ask about a value, and hand in a file of questions."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from registry.web.entry.typed import identifying_words, is_identifying

ANYWAY = "anyway"


class AskForm(forms.Form):
    """Which value of a row, what is to be checked, and by whom. `alarm` is what is said once of words like a name."""

    field = forms.ChoiceField(label=_("Value"), required=False)
    text = forms.CharField(
        label=_("Words"),
        max_length=500,
        strip=True,
        error_messages={"required": _("Say what is to be checked, or how it was checked.")},
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_(
            "The question, or how the value was checked. Kept in the thread. No names of patients, no hospital numbers."
        ),
    )
    assignee = forms.ChoiceField(label=_("Who is to answer"), required=False)

    def __init__(self, values: list[tuple[str, str]], people: list[Any], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["field"].choices = [("", gettext("The row as a whole")), *values]
        self.fields["assignee"].choices = [
            ("", gettext("nobody in particular")),
            *((str(person.pk), str(person)) for person in people),
        ]
        self.alarm = ""

    def is_decided(self, act: str) -> bool:
        """Tell whether the words may go into the thread: words that look like a name are asked about once."""
        is_odd = is_identifying(self.cleaned_data["text"])
        self.alarm = identifying_words() if is_odd and not act.endswith(ANYWAY) else ""
        return not self.alarm


class QueryFileForm(forms.Form):
    """A file of questions."""

    file = forms.FileField(label=_("File"), help_text=_("CSV, UTF-8, 1 MB and 2,000 rows at most."))
