"""Read the cases that a token sees, with all rows below each, into one table per topic, and write each table as CSV.

Run: python cases_to_pandas.py [folder]
"""

import sys
from pathlib import Path

import pandas as pd

from quell import ask, pages


def unfold(topic, row, tables):
    """Put a row into the table of its topic, and the rows below it into theirs."""
    # Below a row stand lists, each under the name of its topic.
    lists = {name: rows for name, rows in row.items() if isinstance(rows, list)}
    plain = {name: value for name, value in row.items() if name not in lists and name != "missing"}
    # Why a field is empty stands beside it: ND not done, UNK unknown, NA not applicable.
    reasons = {f"{name}__missing": reason for name, reason in row["missing"].items()}
    tables[topic].append(plain | reasons)
    for below, rows in lists.items():
        for one in rows:
            unfold(below, one, tables)


def read_cases():
    """Return topic -> table of its rows; `parent` of a row is the `id` of the row above it."""
    tables = {topic["code"]: [] for topic in ask("GET", "/api/topics/")["results"]}
    for case in pages("/api/cases/?include=all&limit=50"):
        unfold("patient", case, tables)
    return {topic: pd.DataFrame(rows).convert_dtypes() for topic, rows in tables.items()}


def main(folder):
    folder.mkdir(parents=True, exist_ok=True)
    for topic, table in read_cases().items():
        if len(table):
            table.to_csv(folder / f"{topic}.csv", index=False)
        print(f"{topic}: {len(table)} rows, {len(table.columns)} columns")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "cases"))
