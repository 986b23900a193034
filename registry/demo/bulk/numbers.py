"""Pseudo-random numbers as SQL: the same for the same seed, row and place, in whatever order rows are made."""

from __future__ import annotations

from dataclasses import dataclass

# hashint8extended is PostgreSQL's own seeded hash of a whole number; 30 of its bits make one number.
_BITS = 1 << 30


@dataclass(frozen=True, slots=True)
class Numbers:
    """Draws for one registry. `place` tells the draws of one row apart, `row` (SQL) the rows."""

    seed: int

    def uniform(self, place: int, row: str = "p.n") -> str:
        """Return SQL for a number from 0 up to but not including 1."""
        seeded = self.seed * 100_000 + place
        return f"((hashint8extended(({row})::bigint, {seeded}) & {_BITS - 1})::float8 / {_BITS})"

    def whole(self, place: int, low: int, high: int, row: str = "p.n") -> str:
        """Return SQL for a whole number from low to high, both included."""
        return f"({low} + floor({self.uniform(place, row)} * {high - low + 1})::int)"

    def bell(self, place: int, row: str = "p.n") -> str:
        """Return SQL for a number that is close to normally distributed, mean 0 and standard deviation 1."""
        parts = " + ".join(self.uniform(10_000 + 3 * place + part, row) for part in range(3))
        return f"(2 * ({parts} - 1.5))"

    def waiting(self, place: int, rate: str, row: str = "p.n") -> str:
        """Return SQL for whole days (1 or more) until an event that happens at this rate per day."""
        return f"ceil(-ln(1 - {self.uniform(place, row)}) / ({rate}) + 1e-9)::int"

    def happens(self, place: int, probability: str | float, row: str = "p.n") -> str:
        """Return SQL for yes with a probability."""
        return f"({self.uniform(place, row)} < {probability})"

    def pick(self, place: int, choices: list[str], row: str = "p.n") -> str:
        """Return SQL for one of the codes; a code listed twice comes twice as often."""
        listed = ", ".join(f"'{choice}'" for choice in choices)
        return f"(ARRAY[{listed}])[1 + floor({self.uniform(place, row)} * {len(choices)})::int]"

    def key(self, name: str, row: str = "p.n") -> str:
        """Return SQL for the key of a row."""
        return f"md5('{self.seed}/{name}/' || ({row}))::uuid"
