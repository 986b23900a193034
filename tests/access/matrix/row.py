"""One row of the access matrix, the people it speaks of, and what it expects of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from types import MappingProxyType
from typing import Any

STRANGERS = ("nobody", "closed")
SIGNED_IN = ("eve", "alice", "bob", "carol", "ivan", "dana", "adam", "judy")
PEOPLE = (*STRANGERS, *SIGNED_IN)
READING = "GET"
SIDES = ("A", "B", "absent")


def people(names: str) -> frozenset[str]:
    """Return the people of a list of names."""
    found = frozenset(names.split())
    if unknown := found - set(PEOPLE):
        raise LookupError(f"Not in the cast: {', '.join(sorted(unknown))}")
    return found


NOBODY = people("")
EVERYBODY = people(" ".join(PEOPLE))
ALL_SIGNED_IN = people(" ".join(SIGNED_IN))
CASE_VIEWERS = people("alice bob carol ivan dana")
COORDINATORS = people("alice bob carol")
INVESTIGATORS = people("ivan")
DATA_MANAGERS = people("dana")
ADMINISTRATORS = people("adam")
ADJUDICATORS = people("judy")

Reach = Mapping[str, str]
# Which of two like things a person reaches: those of Sevilla are "A", those of Houston are "B".
OWN_SITES: Reach = MappingProxyType({"alice": "A", "bob": "B", "carol": "AB", "ivan": "A", "dana": "AB"})
EVERY_ONE: Reach = MappingProxyType(dict.fromkeys(PEOPLE, "AB"))


class Outcome(Enum):
    """What an address answers."""

    DONE = "answered"
    SIGN_IN = "sent to sign in"
    REFUSED = "refused (403)"
    ABSENT = "not found (404)"
    NOT_ALLOWED = "no such method (405)"
    BROKEN = "broken (5xx)"


@dataclass(frozen=True)
class Row:
    """One address: the methods it takes, who passes its guard, and which of its objects each of them reaches.

    `objects` names in the test's world what stands for the arguments of the address; `reach` says who finds which.
    `post` is what is sent with a POST; with the name of a side in braces, `{A}`, the key of that side's site.
    `writers` are those of them who may also send something there; without it all of them do. With `refuses_first` the
    others are refused before the object is looked up.
    `absent` is the answer for what does not exist or is out of reach; `instead` is that of single people.
    `lenient` addresses belong to the framework: it answers other methods like those that it knows, and people who
    have nothing there with 404.
    """

    route: str
    methods: str
    may: frozenset[str]
    objects: str = ""
    reach: Reach = field(default_factory=lambda: EVERY_ONE)
    post: Mapping[str, Any] = field(default_factory=dict)
    lenient: bool = False
    is_clinical: bool = False
    absent: Outcome = Outcome.ABSENT
    instead: Mapping[str, Outcome] = field(default_factory=dict)
    writers: frozenset[str] | None = None
    refuses_first: bool = False

    def takes(self, method: str) -> bool:
        """Tell whether the address knows the method."""
        return method in self.methods.split()

    def expected(self, person: str, method: str, side: str) -> Outcome:
        """Return what a person gets who asks for an object of a side."""
        if not self.takes(method):
            return Outcome.NOT_ALLOWED
        if person in self.instead:
            return self.instead[person]
        if person not in self.may:
            return Outcome.SIGN_IN if person in STRANGERS else Outcome.REFUSED
        return self._found(person, method, side)

    def _found(self, person: str, method: str, side: str) -> Outcome:
        is_reader = method != READING and self.writers is not None and person not in self.writers
        if is_reader and self.refuses_first:
            return Outcome.REFUSED
        if self.objects and side not in self.reach.get(person, ""):
            return self.absent
        return Outcome.REFUSED if is_reader else Outcome.DONE
