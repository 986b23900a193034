"""Compares what the addresses answer with what the table says."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.core.cache import cache

from tests.access.matrix.addresses import addresses
from tests.access.matrix.asking import Answer, Asker
from tests.access.matrix.row import OWN_SITES, PEOPLE, SIDES, Outcome, Row

NEVER_ANSWERED = {Outcome.NOT_ALLOWED, Outcome.SIGN_IN, Outcome.REFUSED, Outcome.ABSENT}


def faults(asker: Asker, row: Row, people: Iterable[str] = PEOPLE) -> Iterator[str]:
    """Ask an address in every way as these people, and name each answer that the table does not say."""
    # So many requests of one person in one minute would be refused for their number alone.
    cache.clear()
    for person in people:
        for method in _asked(row):
            yield from _faults_of(asker, row, person, method)
    if not row.lenient:
        yield from _faults_of_other_methods(asker, row)


def _faults_of(asker: Asker, row: Row, person: str, method: str) -> Iterator[str]:
    sides = _sides(row, person)
    answers = {side: asker.ask(row, addresses()[row.route], person, method, side) for side in sides}
    for side, answer in answers.items():
        name = f"{method} {row.route} as {person}, object {side}"
        if not _is_as_expected(row, person, method, side, answer):
            yield f"{name}: {answer.status}, expected {row.expected(person, method, side).value}"
        if foreign := answer.marks() - set(OWN_SITES.get(person, "")):
            yield f"{name}: shows words of {foreign}"
        if _is_hidden(row, person, method, side) and answer != answers["absent"]:
            yield f"{name}: differs from an object that does not exist"


def _asked(row: Row) -> tuple[str, ...]:
    """Return the methods that everybody tries; those that an address does not take are tried by one person."""
    return ("GET", "POST", *(method for method in row.methods.split() if method not in ("GET", "POST")))


def _sides(row: Row, person: str) -> tuple[str, ...]:
    """Return what a person asks for; whoever is stopped before any look-up need not ask for both sites."""
    if not row.objects:
        return SIDES[:1]
    return SIDES if person in row.may else ("A", "absent")


def _is_as_expected(row: Row, person: str, method: str, side: str, answer: Answer) -> bool:
    expected = row.expected(person, method, side)
    if row.lenient and expected in (Outcome.DONE, Outcome.NOT_ALLOWED):
        known = (Outcome.DONE, Outcome.ABSENT, Outcome.NOT_ALLOWED)
        return answer.outcome in known or _is_stopped(expected, answer)
    return answer.outcome is expected or _is_stopped(expected, answer)


def _is_hidden(row: Row, person: str, method: str, side: str) -> bool:
    """Tell whether an object must look to a person like one that does not exist."""
    expected = row.expected(person, method, side)
    return bool(row.objects) and expected is not Outcome.DONE and expected is row.expected(person, method, "absent")


def _is_stopped(expected: Outcome, answer: Answer) -> bool:
    return expected is Outcome.NOT_ALLOWED and answer.outcome in NEVER_ANSWERED


def _faults_of_other_methods(asker: Asker, row: Row) -> Iterator[str]:
    for person in sorted(row.may)[:1]:
        for method in {"PUT", "PATCH", "DELETE"} - set(_asked(row)):
            answer = asker.ask(row, addresses()[row.route], person, method, "A")
            if answer.outcome not in NEVER_ANSWERED:
                yield f"{method} {row.route} as {person}: {answer.status}"
