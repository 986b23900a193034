"""What the address of the agreement of grades asks for: a site's tables, or the rows with certain grades."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.utils.http import urlencode
from django.utils.translation import gettext as _

from registry.rules.outcome import Toxicity
from registry.selectors.grade_agreement import GRADED, Asked, Given, Grain

TOXICITIES = {toxicity.value.lower(): toxicity for toxicity in GRADED}
GRADES = {str(grade): grade for grade in range(6)}


@dataclass(frozen=True)
class AgreementAsked:
    """What is asked for; nonsense in an address asks for nothing. With a toxicity, its rows instead of tables."""

    site: str = ""
    toxicity: Toxicity | None = None
    grain: Grain = Grain.DAY
    computed: Asked | None = None
    reported: Asked | None = None

    @classmethod
    def read(cls, get: Mapping[str, str], sites: Collection[str]) -> AgreementAsked:
        """Read the parameters of an address; `sites` are the codes of those that the person may see."""
        site = get.get("site", "")
        grain = Grain.EPISODE if get.get("grain") == Grain.EPISODE else Grain.DAY
        toxicity = TOXICITIES.get(get.get("toxicity", ""))
        grades = _grade(get.get("computed", "")), _grade(get.get("reported", ""))
        return cls(site if site in sites else "", toxicity, grain, *grades)

    @property
    def url(self) -> str:
        """Return the address that asks for this."""
        asked = {"site": self.site}
        if self.toxicity is not None:
            asked |= {"toxicity": self.toxicity.value.lower(), "grain": self.grain.value}
            asked |= {"computed": _text(self.computed), "reported": _text(self.reported)}
        return f"?{urlencode({name: value for name, value in asked.items() if value})}"

    @property
    def title(self) -> str:
        """Return the toxicity and what its pairs are of, in words."""
        return section_title(self.toxicity, self.grain) if self.toxicity else ""

    @property
    def words(self) -> str:
        """Return which grades the rows have, in words."""
        if self.computed is None and self.reported is None:
            return _("The two grades differ")
        told = {"computed": grade_words(self.computed), "reported": grade_words(self.reported)}
        return _("Computed: %(computed)s; by the clinician: %(reported)s") % told


def section_title(toxicity: Toxicity, grain: Grain) -> str:
    """Return what the heading of a table is."""
    words = _("%(toxicity)s, by episode") if grain is Grain.EPISODE else _("%(toxicity)s, by day")
    return words % {"toxicity": _(toxicity.label)}


def grade_words(asked: Asked | None) -> str:
    """Return what is asked of one grade, in words."""
    if asked is None or asked is Given.SOME:
        return _("any grade")
    return _("no grade") if asked is Given.NONE else str(asked)


def _grade(text: str) -> Asked | None:
    return Given(text) if text in set(Given) else GRADES.get(text)


def _text(asked: Asked | None) -> str:
    return "" if asked is None else str(asked)
