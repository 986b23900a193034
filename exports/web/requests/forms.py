"""The form of a request, which is also the builder of its cohort; and that of a message."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from exports.cohorts.checking import CohortError, checked_cohort
from exports.cohorts.criteria import CRITERIA, Criterion
from exports.models import DataRequest, Format, Profile, RequestMessage
from exports.web.requests.variables import boxes_of, selection_of, sheets

NEEDED: Final = ("aim", "approval_reference", "agreement_reference")
NEEDED_WORDS: Final = gettext_lazy("This is needed before a request can be decided on.")
REFERENCE_LENGTH: Final = 120


class CohortForm(forms.Form):
    """One field per criterion, named for its column; nothing chosen means that the criterion does not count."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        year = timezone.localdate().year
        for criterion in CRITERIA.values():
            self.fields[criterion.column] = _field(criterion, year)

    @property
    def criteria(self) -> Iterator[tuple[forms.BoundField, int]]:
        """Yield the fields of the criteria, and of how many levels each is asked now."""
        for column in CRITERIA:
            field = self[column]
            yield field, len(field.value() or []) if CRITERIA[column].kind == "levels" else bool(field.value())

    def clean(self) -> dict[str, Any]:
        """Put the cohort together; there is none while a choice is not in its list."""
        cleaned = super().clean() or self.cleaned_data
        if set(CRITERIA) & set(self.errors):
            return cleaned
        asked = {column: cleaned.get(column) for column in CRITERIA}
        rules = {column: _rule(CRITERIA[column], value) for column, value in asked.items() if value}
        try:
            cleaned["cohort"] = checked_cohort(rules)
        except CohortError as error:
            self.add_error(None, str(error))
        return cleaned


def _field(criterion: Criterion, year: int) -> forms.ChoiceField:
    label = _(criterion.label)
    if criterion.kind == "minimum":
        steps = [(code, f"{code} {_(criterion.unit)}") for code in criterion.codes if code != "0"]
        return forms.ChoiceField(label=label, required=False, choices=[("", _("no minimum")), *steps])
    levels = [(code, _(words)) for code, words in criterion.levels if criterion.column != "INFYR" or int(code) <= year]
    box = forms.CheckboxSelectMultiple
    return forms.MultipleChoiceField(label=label, required=False, choices=levels, widget=box)


def _rule(criterion: Criterion, value: Any) -> dict[str, Any]:
    return {"min": value} if criterion.kind == "minimum" else {"in": value}


class RequestForm(CohortForm):
    """Everything that a request says. To submit takes more than to keep a draft."""

    title = forms.CharField(label=gettext_lazy("Title"), max_length=DataRequest._meta.get_field("title").max_length)
    aim = forms.CharField(
        label=gettext_lazy("Aim"),
        max_length=4000,
        error_messages={"required": NEEDED_WORDS},
        widget=forms.Textarea({"rows": 5}),
        help_text=gettext_lazy("The question, the outcome, and how the data will answer it. No names of patients."),
    )
    profile = forms.ChoiceField(
        label=gettext_lazy("Profile"), choices=Profile.choices, initial=Profile.AGREEMENT, widget=forms.RadioSelect
    )
    whole = forms.MultipleChoiceField(label=gettext_lazy("Variables"), required=False)
    variables = forms.MultipleChoiceField(label=gettext_lazy("Variables"), required=False)
    formats = forms.MultipleChoiceField(
        label=gettext_lazy("Formats"),
        required=False,
        choices=Format.choices,
        initial=Format.values,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("None chosen: all of them."),
    )
    approval_reference = forms.CharField(
        label=gettext_lazy("Ethics approval"),
        max_length=REFERENCE_LENGTH,
        error_messages={"required": NEEDED_WORDS},
        help_text=gettext_lazy("Committee and number of the approval or waiver for this aim."),
    )
    agreement_reference = forms.CharField(
        label=gettext_lazy("Data use agreement"),
        max_length=REFERENCE_LENGTH,
        error_messages={"required": NEEDED_WORDS},
        help_text=gettext_lazy("Number of the agreement between the registry and your institution."),
    )

    def __init__(self, *args: Any, is_submitted: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.is_submitted = is_submitted
        self._choices("whole", [(sheet.id, sheet.name) for sheet in sheets()])
        self._choices("variables", [(one.id, one.name) for sheet in sheets() for one in sheet.variables])
        for name in NEEDED:
            self.fields[name].required = is_submitted or not self.is_bound

    def _choices(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.MultipleChoiceField)  # noqa: S101 - declared above
        field.choices = choices

    def clean(self) -> dict[str, Any]:
        """Put the selection together. A draft may want nothing yet, and what a decision needs only looks required."""
        cleaned = super().clean()
        selection = selection_of(cleaned.get("whole", ()), cleaned.get("variables", ()))
        cleaned["selection"] = selection
        if self.is_submitted and not any(selection.values()) and not {"whole", "variables"} & set(self.errors):
            self.add_error("variables", _("Choose at least one variable."))
        for name in NEEDED:
            self.fields[name].required = True
        return cleaned

    @property
    def sheets(self) -> list[dict[str, Any]]:
        """Return every table and dataset with what of it stands ticked."""
        whole, single = set(self["whole"].value() or ()), set(self["variables"].value() or ())
        return [
            {"sheet": sheet, "is_whole": sheet.id in whole, "ticked": {one.id for one in sheet.variables} & single}
            for sheet in sheets()
        ]

    def asked(self) -> dict[str, Any]:
        """Return what the service of requests takes."""
        names = ("title", "aim", "profile", "cohort", "selection", "formats", *NEEDED[1:])
        return {name: self.cleaned_data[name] for name in names}


def initial_of(request: DataRequest) -> dict[str, Any]:
    """Return what a form shows of a request that was saved."""
    whole, single = boxes_of(request.selection)
    names = ("title", "aim", "profile", "formats", *NEEDED[1:])
    kept = {name: getattr(request, name) for name in names}
    return {**kept, "whole": whole, "variables": single, **_cohort_initial(request.cohort)}


def _cohort_initial(cohort: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    shown: dict[str, Callable[[Mapping[str, Any]], Any]] = {
        "levels": lambda rule: [str(value) for value in rule["in"]],
        "minimum": lambda rule: str(rule["min"]),
    }
    return {column: shown[CRITERIA[column].kind](rule) for column, rule in cohort.items() if column in CRITERIA}


class MessageForm(forms.Form):
    """One message about a request."""

    text = forms.CharField(
        label=gettext_lazy("Your message"),
        max_length=RequestMessage._meta.get_field("text").max_length,
        widget=forms.Textarea({"rows": 3}),
        error_messages={"required": gettext_lazy("Write the message first.")},
        help_text=gettext_lazy("No names of patients, no hospital numbers."),
    )
