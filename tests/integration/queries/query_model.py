"""What becomes of queries, told once more in plain Python: the registry is compared with it after every act.

Rows of two cases have an onset of CRS, and may be marked resolved without a date. Three checks look at them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

LATE, BEFORE, UNDATED = "DT12_CRS_LATE", "DT11_CRS_PRE", "CO02_EVT_CRS"
CHECKS = (LATE, BEFORE, UNDATED)
WAITING = frozenset({UNDATED})
BY_THE_REGISTRY = frozenset({"FIXED", "GONE", "SWITCHED_OFF"})
Print = tuple[int | bool | None, ...]


@dataclass
class Row:
    """One episode: onset as a day from the cells, and whether it is marked resolved, without a date."""

    case: int
    onset: int | None
    is_undated: bool = False
    is_there: bool = True

    def violates(self, check: str, days: int, infused: int) -> bool:
        """Tell whether a check fires, with so many days as its threshold, after an infusion on this day."""
        if check == UNDATED:
            return self.is_undated
        if self.onset is None:
            return False
        return self.onset - infused > days if check == LATE else self.onset < infused

    def print_of(self, check: str) -> Print:
        """Return the values that a check speaks of."""
        return (self.is_undated,) if check == UNDATED else (self.onset,)


@dataclass
class Query:
    """One query: its state, how it was settled and over which values, and the acts in its thread."""

    state: str = "OPEN"
    resolution: str = ""
    settled: Print = ()
    acts: list[str] = field(default_factory=list)

    def close(self, resolution: str, settled: Print = ()) -> None:
        """Settle it over some values."""
        self.state, self.resolution, self.settled = "CLOSED", resolution, settled
        self.acts.append("CLOSED")

    def reopen(self) -> None:
        """Ask once more."""
        self.state, self.resolution, self.settled = "OPEN", "", ()
        self.acts.append("REOPENED")


@dataclass
class Model:
    """All rows, the queries of checks about them, those of people, and the settings."""

    rows: list[Row] = field(default_factory=list)
    queries: dict[tuple[str, int], Query] = field(default_factory=dict)
    asked: dict[int, Query] = field(default_factory=dict)
    switched_off: set[str] = field(default_factory=set)
    days: int = 21
    infused: dict[int, int] = field(default_factory=dict)
    complete: set[int] = field(default_factory=set)

    def run(self, cases: Collection[int], checks: Iterable[str] = CHECKS) -> None:
        """Run some checks over some cases; queries of those switched off, or about rows that are gone, are closed."""
        for number, row in enumerate(self.rows):
            if row.case not in cases:
                continue
            for check in {*checks, *self.switched_off}:
                self._ask(check, number, row)
            if not row.is_there and (hand := self.asked.get(number)) and hand.state != "CLOSED":
                hand.close("GONE")

    def _ask(self, check: str, number: int, row: Row) -> None:
        query = self.queries.get((check, number))
        stands = query is not None and query.state != "CLOSED"
        fires = (
            row.is_there
            and check not in self.switched_off
            and row.violates(check, self.days, self.infused.get(row.case, 0))
        )
        if fires and check in WAITING and row.case not in self.complete and not stands:
            return
        if query is None:
            if fires:
                self.queries[check, number] = Query()
        elif stands and not fires:
            query.close(self._why(check, row))
        elif fires and not stands and self._is_asked_again(query, row.print_of(check)):
            query.reopen()

    def _why(self, check: str, row: Row) -> str:
        if not row.is_there:
            return "GONE"
        return "SWITCHED_OFF" if check in self.switched_off else "FIXED"

    @staticmethod
    def _is_asked_again(query: Query, now: Print) -> bool:
        return query.resolution in BY_THE_REGISTRY or query.settled != now
