"""The form by which files are handed in."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from registry.models.uploads import BlankCells, NumberStyle
from registry.selectors.uploads import upload_sites
from sites.models import Site


class ManyFilesInput(forms.ClearableFileInput):
    """A file input that takes several files."""

    allow_multiple_selected = True


class ManyFilesField(forms.FileField):
    """Several files at once; cleans to a list."""

    widget = ManyFilesInput

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        """Return the files; every one is checked like a single one."""
        files = data if isinstance(data, list | tuple) else [data]
        return [super(ManyFilesField, self).clean(file, initial) for file in (files or [None])]


class UploadForm(forms.Form):
    """Files of one site and how they are to be read."""

    site = forms.ModelChoiceField(queryset=Site.objects.none(), label=_("Site"), empty_label=None)
    files = ManyFilesField(
        label=_("Files"),
        help_text=_("CSV files, one per kind of record, or a zip archive of them. 20 MB together at most."),
    )
    number_style = forms.ChoiceField(
        label=_("How the files are written"), choices=NumberStyle.choices, initial=NumberStyle.POINT
    )
    blank_cells = forms.ChoiceField(
        label=_("Empty cells"),
        choices=BlankCells.choices,
        initial=BlankCells.KEEP,
        help_text=_("ND, UNK or NA in a cell says that a value is missing and why; an empty cell says nothing."),
    )
    reason = forms.CharField(
        label=_("Reason for changes"),
        max_length=200,
        required=False,
        help_text=_("Kept in the history of every row that this upload changes. No names of patients."),
    )

    def __init__(self, user: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["site"].queryset = upload_sites(user)
