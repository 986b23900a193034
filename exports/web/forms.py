"""The two forms of releases: asking for one, giving one to an investigator."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from exports.models import Project, Release
from exports.selectors import investigators, next_name
from sites.models import User

GRANT_DAYS = 90


class NewReleaseForm(forms.Form):
    """Which project, under which name, and that the counts have been read."""

    project = forms.ModelChoiceField(
        Project.objects.all(),
        label=_("Project"),
        required=False,
        empty_label=_("A new project"),
        help_text=_("Releases of one project share their subject keys; those of two projects cannot be joined."),
    )
    title = forms.CharField(
        label=_("Title of the new project"), max_length=120, required=False, help_text=_("Only for a new project.")
    )
    name = forms.CharField(
        label=_("Name of the release"),
        max_length=40,
        validators=Release._meta.get_field("name").validators,
        help_text=_("For example QUELL-2026.1. A release is never edited, only superseded by the next one."),
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
        """Ask for one project: an old one or the title of a new one."""
        cleaned = super().clean() or self.cleaned_data
        if self.blocked and not cleaned.get("leaves_out_blocked"):
            words = ngettext(
                "A blocking check stands against %(count)s case. Have it settled first, or leave the case out.",
                "Blocking checks stand against %(count)s cases. Have them settled first, or leave these cases out.",
                self.blocked,
            )
            self.add_error("leaves_out_blocked", words % {"count": self.blocked})
        project, title = cleaned.get("project"), (cleaned.get("title") or "").strip()
        if project is None and not title:
            self.add_error("title", _("Choose a project or give the title of a new one."))
        if project is not None and title:
            self.add_error("title", _("Leave this empty, or choose “A new project” above."))
        if project is None and Project.objects.filter(title__iexact=title).exists():
            self.add_error("title", _("A project with this title exists. Choose it above."))
        return cleaned

    def clean_name(self) -> str:
        """Refuse a name that is taken."""
        name: str = self.cleaned_data["name"].strip()
        if Release.objects.filter(name=name).exists():
            raise forms.ValidationError(_("A release with this name exists."))
        return name


class GrantForm(forms.Form):
    """Who gets a release, and until when."""

    investigator = forms.ModelChoiceField(User.objects.none(), label=_("Investigator"))
    valid_until = forms.DateField(
        label=_("May download until"), help_text=_("The last day, for example 2026-12-31."), input_formats=["%Y-%m-%d"]
    )

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        until = timezone.localdate() + timedelta(days=GRANT_DAYS)
        kwargs.setdefault("initial", {"valid_until": until.isoformat()})
        super().__init__(*args, **kwargs)
        people = self.fields["investigator"]
        assert isinstance(people, forms.ModelChoiceField)  # noqa: S101 - declared above
        people.queryset = investigators(by)
