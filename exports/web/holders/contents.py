"""What a release holds at a level and what it does not, in words: from the facts beside its tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from exports.cohorts.words import cohort_words
from exports.freeze.errors import KeyMissing
from exports.freeze.folder import FACTS_FILE, read_facts
from exports.freeze.pseudonyms import project_key, site_codes
from exports.leaving.coarsen import STEPS
from exports.models import Release
from exports.services.places import leaving_folder, release_root
from registry.models import QueryState
from sites.models import Site

Facts = Mapping[str, Any]


@dataclass(frozen=True)
class SiteLine:
    """One site of the ledger under its code; `name` is the hospital, for data managers alone."""

    code: str
    words: str
    patients: int
    is_included: bool
    name: str = ""


def facts_at(release: Release, level: str) -> Facts:
    """Return the facts of a level: what was written beside its tables, else the manifest of the release's own level."""
    folder = leaving_folder(release_root() / str(release.pk), level)
    if level and (folder / FACTS_FILE).is_file():
        return read_facts(folder)
    return release.manifest if level == release.profile else {}


def contents_of(release: Release, level: str, *, with_sites: bool) -> dict[str, Any]:
    """Return what the template of the contents needs; `with_sites` adds the hospitals behind the codes."""
    facts = facts_at(release, level)
    return {
        "contents": facts,
        "withheld": withheld_by_reason(facts),
        "sites": _sites(facts, _names(release) if with_sites else {}),
        "with_sites": with_sites,
        "open_queries": [(QueryState(state).label, n) for state, n in facts.get("open_queries", {}).items()],
        "cohort": cohort_words(facts.get("cohort") or release.cohort),
        "selection": _selection(facts.get("selection") or release.selection),
        "coarsening": _coarsening(facts.get("coarsening", release.coarsening)),
    }


def withheld_by_reason(facts: Facts) -> list[tuple[str, list[str]]]:
    """Return the withheld columns by reason, so that a page of hundreds of lines becomes a few."""
    found: dict[str, list[str]] = {}
    for entry in facts.get("withheld", []):
        found.setdefault(entry["why"], []).append(f"{entry['table']}.{entry['column']}")
    return sorted(found.items())


def _sites(facts: Facts, names: Mapping[str, str]) -> list[SiteLine]:
    return [
        SiteLine(entry["code"], entry["words"], entry["patients"], entry["included"], names.get(entry["code"], ""))
        for entry in facts.get("sites", [])
    ]


def _names(release: Release) -> Mapping[str, str]:
    """Return code of the project -> hospital; nothing where the link between the two is cut."""
    try:
        key = project_key(settings.QUELL_PROJECT_KEK, bytes(release.project.salt))
    except KeyMissing:
        return {}
    hospitals = {site.pk: f"{site.code} {site.name}" for site in Site.objects.order_by("code")}
    codes, _remembered = site_codes(key, hospitals, release.project.site_codes)
    return {codes[site]: words for site, words in hospitals.items()}


def _selection(selection: Mapping[str, Mapping[str, Any]]) -> list[tuple[str, str]]:
    """Return the sheets that were asked for, each with its columns in words; nothing where everything was."""
    asked = {name: columns for sheets in selection.values() for name, columns in sheets.items()}
    return [(name, _("all columns") if columns == "*" else ", ".join(columns)) for name, columns in asked.items()]


def _coarsening(steps: list[Any]) -> list[str]:
    """Return the steps in words; facts of a folder tell each with its columns, a release by its code."""
    codes = [step["code"] if isinstance(step, Mapping) else step for step in steps]
    return [_(STEPS[code].words) if code in STEPS else str(code) for code in codes]
