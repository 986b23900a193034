"""The folder of a frozen release: its tables, and beside them the facts that everything later is said from."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from exports.freeze.durable import write_text

FACTS_FILE = "freeze.json"


def write_facts(folder: Path, facts: Mapping[str, Any]) -> None:
    """Write the facts beside the tables."""
    write_text(folder / FACTS_FILE, json.dumps(facts, indent=1, ensure_ascii=False) + "\n")


def read_facts(folder: Path) -> dict[str, Any]:
    """Read the facts of a frozen release."""
    facts: dict[str, Any] = json.loads((folder / FACTS_FILE).read_text(encoding="utf-8"))
    return facts
