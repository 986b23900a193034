"""What became of the rows of a file."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a row was not written: a code, the columns it is about, and their values in the row.

    `row` is None for what concerns the file as a whole.
    """

    row: int | None
    code: str
    detail: str
    columns: tuple[str, ...]
    values: dict[str, Any]


@dataclass
class Written:
    """What became of the rows of one file. `patients` are the cases that a written row belongs to."""

    new: int = 0
    changed: int = 0
    same: int = 0
    problem_count: int = 0
    problems: list[Problem] = field(default_factory=list)
    rejected: list[int] = field(default_factory=list)
    patients: set[UUID] = field(default_factory=set)
