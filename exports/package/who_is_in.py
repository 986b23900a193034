"""Who is in a release, in words: filters, patients by site, who stayed out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from exports.package.csv_tables import small_pieces
from exports.package.manifest import names_sites
from exports.sheets import Sheet

# Where a site stands in a release, the first that is there counts.
SITE_COLUMNS: Final = (("patient", "site"), ("adsl", "SITEPSEUD"))


def people_lines(facts: Mapping[str, Any], sheets: Sequence[Sheet]) -> Iterator[str]:
    """Yield one sentence or figure a line."""
    yield f"{max((sheet.patients for sheet in sheets), default=0)} patients."
    if names_sites(facts) and (sites := patients_by_site(sheets)):
        yield "Patients by site: " + ", ".join(f"{code} {patients}" for code, patients in sites.items()) + "."
    if criteria := [criterion_words(column, wanted) for column, wanted in facts.get("cohort", {}).items()]:
        yield f"Only cases where {'; '.join(criteria)} (column of adsl)."
    if selection := facts.get("selection"):
        yield f"Only the columns that were asked for; keys always stay. {selection_words(selection)}"
    if steps := facts.get("coarsening"):
        yield f"Made coarser: {'; '.join(step['words'] for step in steps)}."
    for entry in facts["excluded"]:
        if entry["patients"] != 0:
            yield f"Left out: {entry['words'].rstrip('.')}: {entry['patients'] or 'few'}."
    yield from _sites_out(facts)
    yield from _queries(facts)


def patients_by_site(sheets: Sequence[Sheet]) -> dict[str, int]:
    """Count the patients of every site from the rows themselves; empty where the release has no site."""
    for sheet in sheets:
        for column in (column for name, column in SITE_COLUMNS if name == sheet.name and column in sheet.names):
            found: Counter[str] = Counter()
            for piece in small_pieces(sheet, [column]):
                found.update(piece[column].drop_nulls().to_list())
            return dict(sorted(found.items()))
    return {}


def criterion_words(column: str, wanted: Mapping[str, Any]) -> str:
    """Return one criterion of a cohort in words."""
    parts = []
    if "in" in wanted:
        parts.append(f"is {' or '.join(str(code) for code in wanted['in'])}")
    if wanted.get("min") is not None:
        parts.append(f"is at least {wanted['min']}")
    if wanted.get("max") is not None:
        parts.append(f"is at most {wanted['max']}")
    return f"{column} {' and '.join(parts) or wanted}"


def selection_words(selection: Mapping[str, Mapping[str, Any]]) -> str:
    """Return how many columns of which sheets were asked for; * is every column."""
    chosen = {name: columns for kind in selection.values() for name, columns in kind.items()}
    told = (f"{name} ({'all' if isinstance(columns, str) else len(columns)})" for name, columns in chosen.items())
    return f"Asked for: {', '.join(told)}." if chosen else ""


def _sites_out(facts: Mapping[str, Any]) -> Iterator[str]:
    if names_sites(facts):
        for site in facts.get("sites", ()):
            if not site["included"]:
                yield f"Site {site['code']} is not in: {site['words'].rstrip('.')}."


def _queries(facts: Mapping[str, Any]) -> Iterator[str]:
    counts = {state: number for state, number in facts.get("open_queries", {}).items() if number}
    if counts:
        told = ", ".join(f"{number} {state.lower()}" for state, number in counts.items())
        yield f"Data queries of the whole registry that were not settled at the data cut: {told}."
