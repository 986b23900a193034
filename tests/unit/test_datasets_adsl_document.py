"""The page of the analysis datasets: every column with its derivation, in a table that Markdown can read."""

from __future__ import annotations

import re

from exports.datasets.adsl import ADSL
from exports.datasets.adtte import ADTTE
from exports.datasets.document import datasets_markdown
from exports.datasets.trace import TRACE

PAGE = datasets_markdown((ADSL, ADTTE, TRACE))


def test_every_column_is_on_the_page_with_its_derivation_and_its_sources():
    for dataset in (ADSL, ADTTE, TRACE):
        for column in dataset.columns:
            if not column.is_reason:
                [line] = [line for line in PAGE.splitlines() if f"| `{column.deriv_id}` |" in line]
                assert line.startswith(f"| `{column.column}`")
                assert all(f"`{source}`" in line for source in column.sources)


def test_every_line_of_a_table_has_the_cells_of_its_head():
    cells = 0
    for line in PAGE.splitlines():
        if line.startswith("|"):
            found = len(re.findall(r"(?<!\\)\|", line))
            cells = cells or found
            assert found == cells, line
        else:
            cells = 0


def test_provisional_rules_are_called_so():
    for name in ("HDSTER", "DEXEQ_PRE", "HT", "DTHCLASS", "DOSEGRP", "DISGR", "ORRFL"):
        [column] = [column for column in ADSL.columns if column.column == name]
        assert column.note.startswith("Provisional ("), name
