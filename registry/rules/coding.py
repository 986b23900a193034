"""How the field's coded answers are written down: a stored code and the words that people read."""

from __future__ import annotations

from enum import StrEnum


def gettext_noop(message: str) -> str:
    """Mark a message for the translation catalogue without importing a framework."""
    return message


class Coded(StrEnum):
    """A closed list of answers; each member is the stored code and carries its English label (a message id).

    Members compare equal to their code, so a value read from a database or a file needs no conversion.
    """

    label: str

    def __new__(cls, code: str, label: str) -> Coded:
        member = str.__new__(cls, code)
        member._value_ = code
        member.label = label
        return member

    @classmethod
    def choices(cls) -> list[tuple[str, str]]:
        """Return (code, English label) pairs in the order of declaration."""
        return [(member.value, member.label) for member in cls]

    @classmethod
    def codes(cls) -> frozenset[str]:
        """Return every stored code of the list."""
        return frozenset(member.value for member in cls)
