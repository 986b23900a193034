"""The form with which a release is asked for, and what it shares with that of a decision."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from exports.leaving.coarsen import STEPS
from exports.models import Format, Profile, Project, Release
from exports.selectors import next_name


class ProjectChoice(forms.Form):
    """One project: an old one, or the title of a new one."""

    project = forms.ModelChoiceField(
        Project.objects.all(),
        label=_("Project"),
        required=False,
        empty_label=_("A new project"),
        help_text=_("Releases of one project share their subject keys; those of two projects cannot be joined."),
    )
    title = forms.CharField(
        label=_("Title of the new project"),
        max_length=120,
        required=False,
        widget=forms.TextInput(attrs={"size": 60}),
        help_text=_("Only for a new project."),
    )

    def clean(self) -> dict[str, Any]:
        """Ask for one of the two, and for a title that is not taken."""
        cleaned = super().clean() or self.cleaned_data
        project, title = cleaned.get("project"), (cleaned.get("title") or "").strip()
        if project is None and not title:
            self.add_error("title", _("Choose a project or give the title of a new one."))
        if project is not None and title:
            self.add_error("title", _("Leave this empty, or choose “A new project” above."))
        if project is None and Project.objects.filter(title__iexact=title).exists():
            self.add_error("title", _("A project with this title exists. Choose it above."))
        return cleaned


def refuse_blocked(form: forms.Form, blocked: int) -> None:
    """Say on a form that cases are blocked, unless it was ticked to leave them out."""
    if blocked and not form.cleaned_data.get("leaves_out_blocked"):
        words = ngettext(
            "A blocking check stands against %(count)s case. Have it settled first, or leave the case out.",
            "Blocking checks stand against %(count)s cases. Have them settled first, or leave these cases out.",
            blocked,
        )
        form.add_error("leaves_out_blocked", words % {"count": blocked})


def coarsening_steps() -> list[tuple[str, Any]]:
    """Return the declared steps with their words, mild to severe."""
    return [(code, _(step.words)) for code, step in STEPS.items()]


class NewReleaseForm(ProjectChoice):
    """Which project, under which name and terms, how coarse, in which formats, and that the counts have been read."""

    name = forms.CharField(
        label=_("Name of the release"),
        max_length=40,
        validators=Release._meta.get_field("name").validators,
        help_text=_("For example QUELL-2026.1. A release is never edited, only superseded by the next one."),
    )
    profile = forms.ChoiceField(
        label=_("Under which terms"),
        choices=Profile.choices,
        initial=Profile.AGREEMENT,
        widget=forms.RadioSelect,
        help_text=_(
            "The smallest group of cases that look alike is known after the freeze only. If it is smaller than the "
            "policy allows, the release waits: under an agreement for a signature or for coarsening, shareable for "
            "coarsening."
        ),
    )
    formats = forms.MultipleChoiceField(
        label=_("Formats"),
        choices=Format.choices,
        initial=Format.values,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one format.")},
    )
    coarsening = forms.MultipleChoiceField(
        label=_("Steps of coarsening"),
        choices=coarsening_steps,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("The steps can also be chosen after the freeze, when the report says what each would reach."),
    )
    leaves_out_blocked = forms.BooleanField(
        label=_("Leave out the cases against which a blocking check stands."), required=False
    )
    has_read = forms.BooleanField(label=_("I have read which cases will be left out."))

    def __init__(self, *args: Any, blocked: int = 0, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"name": next_name(timezone.localdate().year)})
        super().__init__(*args, **kwargs)
        self.blocked = blocked
        if not blocked:
            del self.fields["leaves_out_blocked"]

    def clean(self) -> dict[str, Any]:
        """Never leave cases out without having said so."""
        cleaned = super().clean()
        refuse_blocked(self, self.blocked)
        return cleaned

    def clean_name(self) -> str:
        """Refuse a name that is taken."""
        name: str = self.cleaned_data["name"].strip()
        if Release.objects.filter(name=name).exists():
            raise forms.ValidationError(_("A release with this name exists."))
        return name
