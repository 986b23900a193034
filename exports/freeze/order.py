"""What a freeze is asked for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from uuid import UUID

# Called with (tables done, tables, rows so far); raises to stop the freeze.
Progress = Callable[[int, int, int], None]


def silent(_done: int, _tables: int, _rows: int) -> None:
    """Report nothing."""


@dataclass(frozen=True)
class FreezeOrder:
    """One freeze: for which project and release, under which key, on which day agreements must be valid.

    `project_key` is 32 secret bytes; `site_codes` has a code for every site of the registry; `blocked` are the cases
    that blocking checks keep back; `open_queries` counts the data queries that stand open at the cut, by their state;
    `policy` are the numbers that count. Nothing in it is a clock: the same order on the same data gives the same bytes.
    """

    release: str
    project: str
    profile: str
    data_cut_at: dt.datetime
    project_key: bytes
    site_codes: Mapping[UUID, str]
    code_revision: str
    is_simulated: bool = False
    blocked: frozenset[UUID] = frozenset()
    open_queries: Mapping[str, int] = field(default_factory=dict)
    policy: Mapping[str, int] = field(default_factory=dict)

    @property
    def data_cut_on(self) -> dt.date:
        """Return the day of the data cut in UTC."""
        return self.data_cut_at.astimezone(dt.UTC).date()
