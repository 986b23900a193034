"""Which columns of the clinical record may be read for a release, and how each leaves."""

from __future__ import annotations

from collections.abc import Mapping

from registry.metadata.fields import DateVariable, VariableField
from registry.metadata.topics import topics
from registry.metadata.variable import Transform

KEYS = ("id", "site_id", "missing")
# What the freeze reads besides clinical tables: what a product is, and which sites' papers are valid.
LOOKUPS: Mapping[str, list[str]] = {
    "registry_product": ["code", "target", "costimulatory_domain"],
    "study_sites_site": ["id", "status"],
    "study_sites_agreement": ["site_id", "kind", "valid_from", "valid_until"],
}


def leaves(field: VariableField) -> bool:
    """Say whether a column of this field is read for a release at all."""
    return field.variable is not None and field.variable.leaves_as is not Transform.WITHHOLD


def exportable_columns() -> Mapping[str, list[str]]:
    """Return table -> columns that the export role may read: keys, and fields that leave; nothing else.

    Dates are in the list because the freeze turns them into days; identifiers and free text never are.
    A table of which nothing leaves is absent; the look-ups that the freeze needs are there.
    """
    found: dict[str, list[str]] = {table: list(columns) for table, columns in LOOKUPS.items()}
    for entry in topics():
        released = [field for field in entry.fields if leaves(field)]
        if not released:
            continue
        meta = entry.model._meta
        parent = [f"{entry.parent}_id"] if entry.parent else []
        names = [*KEYS, *parent, *_sharing_state(entry.code)]
        for field in released:
            names.append(str(field.column))
            if isinstance(field, DateVariable) and field.partial:
                names.append(f"{field.column}_precision")
        found[meta.db_table] = names
    return found


def _sharing_state(code: str) -> list[str]:
    """Return the patient's columns that decide whether the case leaves; they are read, never released."""
    return ["consent_basis", "objected_on", "withdrawn_on"] if code == "patient" else []
