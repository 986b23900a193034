"""Spares tests the slow half of the gate of CSV packages, where `frictionless` has said before that all is well.

`frictionless` takes seconds for a descriptor and next to nothing for the rows of a small release. Each worker has it
check the first package of every descriptor; of the next ones our own half of the gate still checks every row. Tests
that ask for `whole_gate` have both halves for each package, and so has what a module makes once for its tests.
"""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any, Final

import pytest

from exports.package import frictionless_gate as gate

TOLD_OF_ROWS: Final = {"bytes", "hash", "rows"}
_passed: set[str] = set()


@pytest.fixture
def whole_gate() -> None:
    """Have `frictionless` check every package of this test, whatever it has checked before."""


@pytest.fixture(autouse=True)
def gate_once_for_each_descriptor(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave a package whose descriptor has passed in this worker to our own check of every row."""
    if "whole_gate" not in request.fixturenames:
        monkeypatch.setattr(gate, "check_with_frictionless", _unless_passed(gate.check_with_frictionless))


def _unless_passed(check: Any) -> Any:
    def checked(package: zipfile.ZipFile, descriptor: gate.Resource, folder: Path) -> None:
        described = _described(descriptor)
        if described not in _passed:
            check(package, descriptor, folder)
            _passed.add(described)

    return checked


def _described(descriptor: gate.Resource) -> str:
    """Return what a descriptor says of the sheets, without what it says of their rows."""
    sheets = [
        {name: value for name, value in resource.items() if name not in TOLD_OF_ROWS}
        for resource in descriptor["resources"]
    ]
    return json.dumps(sheets, sort_keys=True)
