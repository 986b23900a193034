"""The document of the access matrix."""

from __future__ import annotations

from tests.access.matrix.document import COLUMNS, matrix_markdown
from tests.access.matrix.table import rows


def test_the_document_names_every_address_and_what_each_role_reaches() -> None:
    lines = matrix_markdown().splitlines()
    assert all(any(f"`/{row.route}`".replace("|", "\\|") in line for line in lines) for row in rows())
    case = next(line for line in lines if line.startswith("| `/cases/<uuid:patient_id>/` |"))
    cells = [cell.strip() for cell in case.strip("|").split("|")][2:]
    told = dict(zip(COLUMNS, cells, strict=True))
    assert (told["alice"], told["bob"]) == ("A", "B")
    assert [told[name] for name in ("nobody", "eve", "carol", "judy")] == ["sign in", "403", "A B", "403"]
