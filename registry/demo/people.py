"""The people of the demonstration: who may sign in to it, and what they are there. All of them are invented."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings

from sites.roles import Role


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """One invented person; `sites` are empty for roles of the whole registry and for people without a role."""

    email: str
    full_name: str
    role: Role | None
    sites: tuple[str, ...] = ()
    language: str = "en"

    @property
    def first_name(self) -> str:
        """Return the name that the person is called by."""
        return self.full_name.partition(" ")[0]


def _person(
    name: str, surname: str, role: Role | None, sites: tuple[str, ...] = (), language: str = "en"
) -> DemoPerson:
    return DemoPerson(f"{name.lower()}@quell.example", f"{name} {surname}", role, sites, language)


# Every hospital has somebody who uploads its files; carol works at two.
DEMO_PEOPLE: tuple[DemoPerson, ...] = (
    _person("Alice", "Alonso", Role.COORDINATOR, ("SEV",), "es"),
    _person("Bob", "Brown", Role.COORDINATOR, ("HOU",)),
    _person("Carol", "Castro", Role.COORDINATOR, ("SEV", "HOU")),
    _person("Greta", "Green", Role.COORDINATOR, ("SEA", "BOS", "DEN", "CHI")),
    _person("Marta", "Molina", Role.COORDINATOR, ("MAD", "BCN", "LPA"), "es"),
    _person("Ivan", "Ibarra", Role.INVESTIGATOR, ("SEV",), "es"),
    _person("Fiona", "Foster", Role.INVESTIGATOR, ("HOU",)),
    _person("Dana", "Diaz", Role.DATA_MANAGER),
    _person("Judy", "Jones", Role.ADJUDICATOR),
    _person("Jorge", "Jimenez", Role.ADJUDICATOR, language="es"),
    _person("Adam", "Adams", Role.ADMINISTRATOR),
    _person("Eve", "Evans", None),
)


def demo_password() -> str:
    """Return the one password of everybody in the demonstration; it is printed and worth nothing elsewhere."""
    return str(settings.QUELL_DEMO_PASSWORD)


def uploader_of(site_code: str) -> DemoPerson:
    """Return the first coordinator of a hospital."""
    return next(person for person in DEMO_PEOPLE if person.role == Role.COORDINATOR and site_code in person.sites)
