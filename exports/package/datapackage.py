"""The descriptor of a CSV package after Frictionless Data Package v2 (https://datapackage.org).

It names no `profile`: with `tabular-data-package` validators want one in every resource as well, and v2 has none.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from exports.package.archive import Entry
from exports.package.columns import codes_of, csv_name, greatest, is_required, reason_column, sheet_name
from exports.package.csv_tables import safe_text
from exports.package.terms import level_words, terms
from exports.sheets import Column, Sheet

DATAPACKAGE: Final = "datapackage.json"
PROFILE: Final = "https://datapackage.org/profiles/2.0/datapackage.json"
FIELD_TYPES: Final[Mapping[str, str]] = {"integer": "integer", "decimal": "number", "yes/no": "boolean"}
# The sheet that every other of its kind belongs to, and the sheet that datasets belong to without it.
ROOT: Final[Mapping[str, str]] = {"table": "patient", "dataset": "adsl"}


def datapackage_json(facts: Mapping[str, Any], sheets: Sequence[Sheet], entries: Mapping[str, Entry]) -> bytes:
    """Return datapackage.json of a package whose CSV files are written already."""
    descriptor = datapackage(facts, sheets, entries)
    return (json.dumps(descriptor, indent=1, ensure_ascii=False) + "\n").encode()


def datapackage(facts: Mapping[str, Any], sheets: Sequence[Sheet], entries: Mapping[str, Entry]) -> dict[str, Any]:
    """Return the descriptor: one resource per sheet with its types, codes, keys and the sheets that it refers to."""
    release = str(facts["release"])
    return {
        "$schema": PROFILE,
        "name": re.sub(r"[^a-z0-9._-]+", "-", release.lower()),
        "title": f"Release {release} of the registry of anakinra after CAR-T cell therapy",
        "description": level_words(facts),
        "version": release,
        "created": facts["data_cut_at"],
        "licenses": [{"title": terms(facts), "path": "README.txt"}],
        "sources": [{"title": f"Release {release}, data cut {facts['data_cut_at']}, content in manifest.json"}],
        "resources": [_resource(sheet, sheets, entries[csv_name(sheet)]) for sheet in sheets],
    }


def _resource(sheet: Sheet, sheets: Sequence[Sheet], entry: Entry) -> dict[str, Any]:
    return {
        "name": resource_name(sheet),
        "type": "table",
        "path": csv_name(sheet),
        "title": sheet.label,
        "description": f"{sheet.grain}.",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": entry.size,
        "hash": f"sha256:{entry.sha256}",
        "rows": sheet.rows,
        "schema": _schema(sheet, sheets),
    }


def resource_name(sheet: Sheet) -> str:
    """Return the name of a sheet's resource; tables and datasets may not share one."""
    return sheet_name(sheet).replace("/", ".")


def _schema(sheet: Sheet, sheets: Sequence[Sheet]) -> dict[str, Any]:
    schema: dict[str, Any] = {"fields": [_field(sheet, column) for column in sheet.columns], "missingValues": [""]}
    if sheet.key:
        schema["primaryKey"] = [safe_text(name) for name in sheet.key]
    foreign = [_foreign(sheet.key[0], root) for root in _roots(sheet, sheets)]
    return {**schema, "foreignKeys": foreign} if foreign else schema


def _field(sheet: Sheet, column: Column) -> dict[str, Any]:
    kind = FIELD_TYPES.get(column.type, "string")
    field: dict[str, Any] = {"name": safe_text(column.column), "type": kind, "title": column.label}
    if described := _description(sheet, column):
        field["description"] = described
    if column.unit:
        field["unit"] = column.unit
    if kind == "boolean":
        field |= {"trueValues": ["1"], "falseValues": ["0"]}
    if kind in {"string", "integer"} and codes_of(column):
        field["categories"] = [{"value": value, "label": label} for value, label in _values(kind, column)]
    constraints = _constraints(sheet, column, kind)
    return {**field, "constraints": constraints} if constraints else field


def _values(kind: str, column: Column) -> list[tuple[str | int, str]]:
    return [(int(code) if kind == "integer" else code, label) for code, label in codes_of(column)]


def _constraints(sheet: Sheet, column: Column, kind: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if is_required(sheet, column):
        found["required"] = True
    if kind in {"string", "integer"} and codes_of(column):
        found["enum"] = [value for value, _label in _values(kind, column)]
    if (most := greatest(column)) is not None:
        found["maximum"] = most
    return found


def _description(sheet: Sheet, column: Column) -> str:
    reasons = reason_column(sheet, column)
    parts = [column.derivation, column.note, f"Leaves as: {column.leaves_as}" if column.leaves_as else ""]
    parts.append(f"Why it is empty: {reasons}" if reasons else "")
    return ". ".join(part.rstrip(".") for part in parts if part)


def _roots(sheet: Sheet, sheets: Sequence[Sheet]) -> list[Sheet]:
    """Return the sheets in which every subject of this one stands; a dataset is bound to the patients as well."""
    names = {(other.kind, other.name): other for other in sheets if other.key}
    wanted = [(kind, ROOT[kind]) for kind in ("dataset", "table") if kind in {sheet.kind, "table"}]
    return [names[key] for key in wanted if key in names and key != (sheet.kind, sheet.name) and sheet.key]


def _foreign(field: str, root: Sheet) -> dict[str, Any]:
    return {
        "fields": [safe_text(field)],
        "reference": {"resource": resource_name(root), "fields": [safe_text(root.key[0])]},
    }
