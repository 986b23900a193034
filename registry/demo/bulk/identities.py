"""Identities of the simulated patients: made by the database like everything else, then sealed here and written."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from registry.demo.bulk.numbers import Numbers
from registry.models import PatientIdentity
from registry.models.record_index import record_index

COLUMNS = ("id", "site_id", "patient_id", "record_index", "local_record_number", "birth_date")
TYPES = ("uuid", "uuid", "uuid", "text", "text", "text")


def born(numbers: Numbers) -> str:
    """Return SQL for a day of birth that gives the age on the day of infusion."""
    return f"(p.infused_on - (p.age * 365.2425)::int - {numbers.whole(100, 2, 300)})"


def insert_identities(cursor: Any, numbers: Numbers) -> int:
    """Write the identities of the planned patients in one statement and return how many they are."""
    cursor.execute(
        f"SELECT {numbers.key('identity')}, p.site_id, p.patient_id, 'SIM-{numbers.seed}-' || p.n, {born(numbers)}"
        " FROM generated_plan p"
    )
    arrays = [list(column) for column in zip(*_sealed(cursor.fetchall()), strict=True)]
    names, given = ", ".join(COLUMNS), ", ".join(f"%s::{kind}[]" for kind in TYPES)
    cursor.execute(
        f'INSERT INTO "{PatientIdentity._meta.db_table}" ({names}, version, missing)'
        f" SELECT {names}, 1, '{{}}'::jsonb FROM unnest({given}) AS v({names})",
        arrays,
    )
    return int(cursor.rowcount)


def _sealed(rows: list[tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
    number_field: Any = PatientIdentity._meta.get_field("local_record_number")
    birth_field: Any = PatientIdentity._meta.get_field("birth_date")
    for row_id, site_id, patient_id, number, birth in rows:
        sealed_number = number_field.sealed(number, site_id=site_id, row_id=row_id)
        sealed_birth = birth_field.sealed(birth, site_id=site_id, row_id=row_id)
        index = record_index(site_id, number)
        yield row_id, site_id, patient_id, index, sealed_number.text, sealed_birth.text
