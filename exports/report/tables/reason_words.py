"""Words of the analysis datasets that the report shows, said here for the Spanish catalogue.

They are declared without Django and stay English in every package; a report says them in the language of its reader.
"""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_noop

WORDS: Final = (
    gettext_noop("no course of anakinra after the index infusion"),
    gettext_noop("first day of anakinra not known"),
    gettext_noop("grade at the start of anakinra not known"),
    gettext_noop("not active at the start of anakinra"),
    gettext_noop("no corticosteroid at the start of anakinra"),
    gettext_noop("day of the first relapse or progression not known"),
    gettext_noop("day of a severe infection not known"),
    gettext_noop("last day of a corticosteroid not known"),
    gettext_noop("day of death not known"),
    gettext_noop("day of last contact not known"),
    gettext_noop("class of death unknown"),
    gettext_noop("the time ends before its origin"),
    gettext_noop("BCMA products"),
)
