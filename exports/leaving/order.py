"""What somebody is to get of a release."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal, get_args

from exports.freeze.errors import FreezeError

Level = Literal["AGREEMENT", "SHAREABLE", "TWIN"]
AGREEMENT, SHAREABLE, TWIN = get_args(Level)
EVERYTHING: Final = "*"
# A key of fewer bytes could be found by trying.
KEY_BYTES: Final = 32
Selection = Mapping[str, Mapping[str, str | Sequence[str]]]


@dataclass(frozen=True)
class LeavingOrder:
    """One leaving: at which level, of whom, which columns, how coarse.

    `cohort` has criteria over the subject-level dataset ({"AGE": {"min": 18}}), `selection` the columns by sheet ("*"
    is all; nothing chosen is everything), `coarsening` codes of steps in their order. A shareable release is refused
    if a group has fewer than `k_min` people; with 0 small groups are told, not refused. `key` is secret: the subject
    keys of the shareable level come from it. `seed` decides the draws of a twin.
    """

    level: str
    cohort: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    selection: Selection = field(default_factory=dict)
    coarsening: tuple[str, ...] = ()
    k_min: int = 0
    key: bytes = b""
    seed: str = ""

    def check(self) -> None:
        """Raise FreezeError where the order cannot be carried out safely, whatever the data are."""
        if self.level not in get_args(Level):
            raise FreezeError(f"There is no level {self.level}.")
        if self.level == SHAREABLE and len(self.key) < KEY_BYTES:
            raise FreezeError(f"The shareable level needs a secret key of {KEY_BYTES} bytes for its subject keys.")
        if self.k_min != 0 and self.k_min < 2:
            raise FreezeError("A smallest group of fewer than 2 cases protects nobody.")
        if len(set(self.coarsening)) != len(self.coarsening):
            raise FreezeError("A coarsening step is ordered twice.")
