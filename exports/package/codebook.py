"""The codebook of the released columns, as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from typing import Any

HEADER = ("table", "column", "label", "type", "unit", "choices", "leaves_as", "missing_reasons", "note")


def codebook_csv(facts: Mapping[str, Any]) -> bytes:
    """Return one line per released column: its words, unit, choices, what the freeze did to it, why it may be empty."""
    out = io.StringIO()
    writer = csv.DictWriter(out, HEADER, lineterminator="\n")
    writer.writeheader()
    for table in facts["tables"]:
        writer.writerows({"table": table["name"], **column} for column in table["columns"])
    return out.getvalue().encode()
