"""The access matrix as a document to read."""

from __future__ import annotations

from collections.abc import Iterator

from tests.access.matrix.row import STRANGERS, Outcome, Row
from tests.access.matrix.table import AREAS

COLUMNS = {
    "nobody": "stranger",
    "eve": "no role",
    "alice": "coordinator A",
    "bob": "coordinator B",
    "carol": "coordinator A and B",
    "ivan": "investigator A",
    "dana": "data manager",
    "adam": "administrator",
    "judy": "adjudicator",
}
WORDS = {Outcome.SIGN_IN: "sign in", Outcome.REFUSED: "403", Outcome.ABSENT: "404", Outcome.DONE: "yes"}
HEAD = """# Access matrix

Written by `manage.py access_matrix` (`make docs`) from `tests/access/matrix`; do not edit. The tests ask every address
as every person with every method, for an object of site A, for one of site B and for one that does not exist, and fail
for an address without a row. A closed account gets what a stranger gets.

`yes`: answered. `A`, `B`, `A B`: answered for objects of these sites; any other object is `404`, the same answer as for
one that does not exist. `403`: refused. `sign in`: sent to sign in. For releases A is one granted to the investigator,
for a person's own things A is the coordinator's of A. Methods that are not named are refused.
"""


def matrix_markdown() -> str:
    """Return the whole document."""
    return HEAD + "".join(part for area, rows in AREAS.items() for part in _section(area, rows))


def _section(area: str, rows: list[Row]) -> Iterator[str]:
    header = ["address", "methods", *COLUMNS.values()]
    yield f"\n## {area.capitalize()}\n\n"
    yield "| " + " | ".join(header) + " |\n" + "|---" * len(header) + "|\n"
    for row in rows:
        # Where some may only read, reading and writing have a line each.
        for methods in row.methods.split() if row.writers else [row.methods]:
            cells = [f"`/{row.route}`".replace("|", "\\|"), methods, *(_cell(row, who, methods) for who in COLUMNS)]
            yield "| " + " | ".join(cells) + " |\n"


def _cell(row: Row, person: str, methods: str) -> str:
    """Return what a person gets, in a word."""
    method = methods.split()[0]
    found = {side: row.expected(person, method, side) for side in ("A", "B", "absent")}
    if not row.objects or person in STRANGERS or len(set(found.values())) == 1:
        return WORDS[found["A"]]
    reached = [side for side in ("A", "B") if found[side] is Outcome.DONE]
    return " ".join(reached) or WORDS[found["A"] if found["A"] is not Outcome.ABSENT else found["B"]]
