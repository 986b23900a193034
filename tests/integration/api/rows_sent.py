"""Rows as programs send them, taken from a whole case: what is read can be sent again under another key."""

from __future__ import annotations

from typing import Any

from registry.metadata import Topic, topic_named
from registry.models import Patient
from registry.services.rows import auto_key
from tests.integration.api.asking import Program

# A result in a unit of its analyte, which a value of each type alone is not; a key that the case does not have yet.
RESULT = {"analyte": "FERRITIN", "value": 512.25, "unit": "ng/mL", "lower_limit": 15, "upper_limit": 150}
OTHER_KEYS = {"sampled_on": "2021-03-20", "assessed_on": "2021-03-19", "sampled_at": "08:15:00"}


def address(topic: str, row: Any = None) -> str:
    """Return the address of the rows of a topic, or of one of them."""
    return f"/api/records/{topic}/" + (f"{row['id'] if isinstance(row, dict) else row}/" if row else "")


def row_of(program: Program, code: str, patient: Patient) -> dict[str, Any]:
    """Return the row of a topic that a whole case has."""
    [row] = program.read(address(code), patient=patient.pk)["results"]
    return row


def body_of(topic: Topic, row: dict[str, Any]) -> dict[str, Any]:
    """Return a new row with the values of one that was read, under a key of its own."""
    entered = {field.name: row[field.name] for field in topic.entered_fields if field.name != auto_key(topic)}
    result = RESULT if topic.code == "lab" else {}
    free = {name: value for name, value in OTHER_KEYS.items() if name in topic.key}
    return {"parent": row["parent"], **entered, **result, **free, "missing": row["missing"]}


def send(program: Program, code: str, **values: Any) -> Any:
    """Send a new row and return the answer."""
    return program.send(address(code), values)


def made(program: Program, code: str, **values: Any) -> dict[str, Any]:
    """Send a new row that must be taken, and return it."""
    response = send(program, code, **values)
    assert response.status_code == 201, response.content
    return response.json()


def change(program: Program, code: str, row: dict[str, Any], version: int = 0, **values: Any) -> Any:
    """Change a row that was read and return the answer."""
    tag = {"If-Match": f'"{version or row["version"]}"'}
    return program.send(address(code, row), values, method="patch", **tag)


def delete(program: Program, code: str, row: dict[str, Any], **headers: str) -> Any:
    """Delete a row that was read and return the answer."""
    return program.send(address(code, row), None, method="delete", **{"If-Match": f'"{row["version"]}"', **headers})


def entered(code: str) -> list[str]:
    """Return the names of the fields that people fill in."""
    return [field.name for field in topic_named(code).entered_fields]
