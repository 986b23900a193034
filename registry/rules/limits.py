"""Hard and soft limits of a measured value: outside the hard ones it is refused, outside the soft ones queried."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class Breach(StrEnum):
    """Which limits a value lies outside of."""

    HARD = "HARD"
    SOFT = "SOFT"


@dataclass(frozen=True, slots=True)
class Limits:
    """Lowest and highest value allowed (hard) and expected (soft), both ends included."""

    hard_low: Decimal
    hard_high: Decimal
    soft_low: Decimal
    soft_high: Decimal

    @classmethod
    def of(cls, hard: tuple[str, str], soft: tuple[str, str]) -> Limits:
        """Build limits from numbers as written."""
        return cls(Decimal(hard[0]), Decimal(hard[1]), Decimal(soft[0]), Decimal(soft[1]))

    def breach(self, value: Decimal) -> Breach | None:
        """Return which limits the value breaks, the hard ones first, or nothing."""
        if not self.hard_low <= value <= self.hard_high:
            return Breach.HARD
        return None if self.soft_low <= value <= self.soft_high else Breach.SOFT
