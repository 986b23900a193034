"""What an unsettled rule is: its words, why it is open, and what a clinician must confirm."""

from __future__ import annotations

from dataclasses import dataclass

from registry.rules.coding import Coded, gettext_noop


class Standing(Coded):
    """Why a rule is provisional."""

    UNVERIFIED = "UNVERIFIED", gettext_noop("not checked with the publication")
    CONVENTION = "CONVENTION", gettext_noop("our own convention")


@dataclass(frozen=True, slots=True)
class Provisional:
    """One unsettled rule: its topic, what is built, why it is open, what a clinician must confirm and where."""

    topic: str
    built: str
    standing: Standing
    confirm: str
    where: str
