"""What a REDCap client sees of a release: one project of forms, each with its fields and its rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

import polars as pl

# The column of the subject in the rows of every form, whatever its sheet calls it.
RECORD: Final = "record"
INSTRUMENT: Final = "redcap_repeat_instrument"
INSTANCE: Final = "redcap_repeat_instance"
GROUP: Final = "redcap_data_access_group"
YES_NO: Final[Mapping[str, str]] = {"1": "Yes", "0": "No"}
# REDCap's own states of a form; what is released is complete.
COMPLETE: Final = "2"
COMPLETE_WORDS: Final = "Complete"


@dataclass(frozen=True)
class Field:
    """One field: its line of the dictionary, and what of that the records need."""

    name: str
    form: str
    kind: str
    label: str
    is_decimal: bool
    choices: Mapping[str, str]
    line: tuple[str, ...]


@dataclass(frozen=True)
class Form:
    """One sheet of the release; its rows are texts, sorted by subject, in the order in which they are numbered."""

    name: str
    label: str
    is_repeating: bool
    fields: tuple[Field, ...]
    rows: pl.DataFrame

    @property
    def complete(self) -> str:
        """Return the name of the field that says that the form is complete."""
        return f"{self.name}_complete"


@dataclass(frozen=True)
class Project:
    """One release at one level. `groups` are site codes by subject, empty where sites may not be told apart."""

    release: str
    level: str
    data_cut_at: str
    is_simulated: bool
    record_field: Field
    forms: tuple[Form, ...]
    subjects: tuple[str, ...]
    groups: Mapping[str, str] = field(default_factory=dict)

    @property
    def fields(self) -> Iterator[Field]:
        """Yield every field in the order of the dictionary, the record id first."""
        yield self.record_field
        for form in self.forms:
            yield from form.fields

    @property
    def repeating(self) -> list[Form]:
        """Return the forms that a subject may have several rows of."""
        return [form for form in self.forms if form.is_repeating]


def group_name(site: str) -> str:
    """Return the unique name of a site's data access group."""
    return site.lower()
