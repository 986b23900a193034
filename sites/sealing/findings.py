"""What an examination of the audit trail can find, and how it is said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Trouble(StrEnum):
    """What is wrong."""

    OTHER_KEY = "OTHER_KEY"
    LINK_MISSING = "LINK_MISSING"
    LINK_CHANGED = "LINK_CHANGED"
    EVENT_CHANGED = "EVENT_CHANGED"
    EVENT_MISSING = "EVENT_MISSING"
    EVENT_SLIPPED_IN = "EVENT_SLIPPED_IN"
    END_CUT_OFF = "END_CUT_OFF"
    ROW_CHANGED = "ROW_CHANGED"
    ROW_MISSING = "ROW_MISSING"
    ROW_UNRECORDED = "ROW_UNRECORDED"


WORDS: Mapping[Trouble, str | Promise] = {
    Trouble.OTHER_KEY: _("The chain was made with another key than the one at hand; nothing can be said about it."),
    Trouble.LINK_MISSING: _("Link %(sequence)s of the chain is missing."),
    Trouble.LINK_CHANGED: _(
        "Link %(sequence)s of the chain, for event %(row)s of %(table)s, was changed, moved or put in."
    ),
    Trouble.EVENT_CHANGED: _("Link %(sequence)s: event %(row)s of %(table)s was changed after it was sealed."),
    Trouble.EVENT_MISSING: _("Link %(sequence)s: event %(row)s of %(table)s was deleted after it was sealed."),
    Trouble.EVENT_SLIPPED_IN: _("Event %(row)s of %(table)s is dated before the last seal and was not there then."),
    Trouble.END_CUT_OFF: _("The chain was cut off: seal %(row)s reached link %(sequence)s."),
    Trouble.ROW_CHANGED: _("Row %(row)s of %(table)s differs from its last event: it was changed past the audit."),
    Trouble.ROW_MISSING: _("Row %(row)s of %(table)s is gone and no event says so."),
    Trouble.ROW_UNRECORDED: _("Row %(row)s of %(table)s has no event: it was put in past the audit."),
}


@dataclass(frozen=True)
class Break:
    """One thing that is wrong: in the chain at a link, or in a table at a row. `count` is how many are like it."""

    trouble: str
    sequence: int | None
    table: str
    row: str
    count: int = 1

    def __str__(self) -> str:
        words = str(WORDS[Trouble(self.trouble)]) % {"sequence": self.sequence, "table": self.table, "row": self.row}
        if self.count == 1:
            return words
        return _("%(words)s (The first of %(count)s.)") % {"words": words, "count": self.count}


@dataclass(frozen=True)
class Report:
    """The result of an examination: how much was looked at, and what is wrong, the first broken link first."""

    links: int
    unsealed: int
    rows: int
    breaks: tuple[Break, ...]
