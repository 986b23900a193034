"""The page that somebody reads first after unpacking."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

SIMULATED = "SIMULATED DATA: every patient, hospital and value of this release is invented.\n\n"

TEXT = """{simulated}Release {release} of the registry of anakinra after CAR-T cell therapy
Data cut {data_cut_at}. Profile {profile} (policy {policy_version}).

Tables (tables/*.csv), each with one row per its grain:
{tables}

How to read them
- subject_key joins the tables. It means one patient in every release of this project and nothing outside it.
- course_no and the other numbers join the rows of one patient; the key of each table is in manifest.json.
- A column that ends in _day counts days from the infusion of the row's own course (day 0); in tables with one row
  per patient, from the infusion of course 1. It is empty where the day of the month is not known; see _day_precision.
- A column that ends in __mr says why its neighbour is empty: ND not done, UNK unknown, NA not applicable.
- yes/no is 1 or 0. Decimals have a point. Text is UTF-8, lines end in LF. A text that begins like a formula has an
  apostrophe before it. Levels that fewer than five patients hold are MERGED. Ages of 90 and over are 90.
- codebook.csv has the label, unit and choices of every column.
- manifest.json says how many rows, patients and sites each table has, who was left out and why, which columns were
  withheld and why, and the SHA-256 of every file; checksums.txt is for `sha256sum -c`.

The data are pseudonymised, not anonymous. Whoever holds them has agreed not to look for the people behind them.
"""


def readme(facts: Mapping[str, Any]) -> bytes:
    """Return README.txt of a release."""
    tables = "\n".join(f"- {table['name']}: {table['grain']}, {table['rows']} rows" for table in facts["tables"])
    simulated = SIMULATED if facts["is_simulated"] else ""
    words = {name: facts[name] for name in ("release", "data_cut_at", "profile", "policy_version")}
    return TEXT.format(simulated=simulated, tables=tables, **words).encode()
