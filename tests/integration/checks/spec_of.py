"""Reads specs of checks: rows of one case in the order of their making, and whether the last one is found."""

from __future__ import annotations

from typing import Any

from registry.checks.declared import check_named
from sites.models import Site
from tests.integration.checks.case_of import Case

Row = tuple[str, dict[str, Any]]


def is_found(site: Site, code: str, *rows: Row) -> bool:
    """Make the rows and tell whether the check finds the last row of its topic; it may find no other.

    Values of the topic `patient` are those of the case itself.
    """
    checked = check_named(code).topic.code
    patient = {name: value for topic, values in rows if topic == "patient" for name, value in values.items()}
    case = Case(site, **patient)
    for topic, values in rows:
        if topic != "patient":
            case.add(topic, **values)
    found, last = case.hits(code), case.last[checked].pk
    assert found <= {last}, f"{code} finds another row than the last of {checked}."
    return found == {last}
