"""What a clinical variable is, said once: its words, unit, code, limits and privacy class."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum

Number = int | Decimal


class Privacy(Enum):
    """How a field may leave the registry. There is no default: a field without a class is an error at start-up."""

    DIRECT = "direct identifier"
    FREE_TEXT = "free text"
    DATE = "date"
    QUASI = "quasi-identifier"
    CLINICAL = "clinical fact"
    SYSTEM = "system"


class Transform(Enum):
    """What the freeze does to a column on its way into a release."""

    KEEP = "kept as recorded"
    WITHHOLD = "withheld"
    DAYS = "days from infusion"
    YEAR = "calendar year only"
    AGE_TOP_CODED = "years, 90 and over as 90"
    MERGE_RARE = "levels held by few patients merged"


DEFAULT_TRANSFORM: Mapping[Privacy, Transform] = {
    Privacy.DIRECT: Transform.WITHHOLD,
    Privacy.FREE_TEXT: Transform.WITHHOLD,
    Privacy.DATE: Transform.DAYS,
    Privacy.CLINICAL: Transform.KEEP,
    Privacy.SYSTEM: Transform.WITHHOLD,
}

ALLOWED_TRANSFORMS: Mapping[Privacy, frozenset[Transform]] = {
    Privacy.DIRECT: frozenset({Transform.WITHHOLD}),
    Privacy.FREE_TEXT: frozenset({Transform.WITHHOLD}),
    Privacy.DATE: frozenset({Transform.DAYS, Transform.YEAR, Transform.WITHHOLD}),
    Privacy.QUASI: frozenset(
        {Transform.KEEP, Transform.AGE_TOP_CODED, Transform.MERGE_RARE, Transform.WITHHOLD},
    ),
    Privacy.CLINICAL: frozenset({Transform.KEEP, Transform.WITHHOLD}),
    Privacy.SYSTEM: frozenset({Transform.WITHHOLD}),
}


@dataclass(frozen=True, slots=True)
class Variable:
    """One clinical variable.

    `unit` is UCUM ("1" for a pure number or score); `limits` are hard (a value outside cannot be stored);
    `plausible` is soft (a value outside is stored and queried); both are inclusive and in `unit`.
    `code` is the variable's code in a public vocabulary, given with its system ("LOINC 2276-4").
    `derived` marks a value that the registry computes itself: it is in no upload and on no form.
    `asked_if` names a field of the same row and the codes with which this one is asked ("yes" and "no" for a flag,
    "*" for any answer); it stays on the form where it holds a value all the same.
    `normal` is the answer, as typed, of a day without findings; one key fills it into a whole row.
    `short` is the heading of its column in a grid, where the label is too long for one.
    `optional` marks what may stay empty without a reason.
    """

    label: str
    privacy: Privacy
    unit: str = ""
    code: str = ""
    limits: tuple[Number, Number] | None = None
    plausible: tuple[Number, Number] | None = None
    note: str = ""
    derived: bool = False
    transform: Transform | None = None
    asked_if: tuple[str, tuple[str, ...]] | None = None
    normal: str = ""
    optional: bool = False
    short: str = ""

    @property
    def leaves_as(self) -> Transform | None:
        """Return how the column leaves in a release, or None where a quasi-identifier declares nothing."""
        return self.transform or DEFAULT_TRANSFORM.get(self.privacy)

    @property
    def comment(self) -> str:
        """Return the label and unit as stored in the database, where a percent sign would be a placeholder."""
        words = f"{self.label} [{self.unit}]" if self.unit else self.label
        return words.replace("%", "percent")
