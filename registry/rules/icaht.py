"""Blood counts after CAR-T: grades of early and late neutropenia and of early thrombocytopenia (provisional).

Sources: ICAHT, Rejeski et al., Blood 2023;142:865, DOI 10.1182/blood.2023020578 (limits taken from published code,
not yet from the text); T-ICAHT, abstract in the ASH archive.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from decimal import Decimal

from registry.rules.bands import Band, ladder, lookup
from registry.rules.grading import RowGrade, settled

RULE_VERSION = "ICAHT-2023/provisional"

EARLY_LAST_DAY = 30
# Fewer days of recovery than this do not end a spell.
RECOVERY_DAYS = 3
# A count is taken to hold until the next one, for at most this many days.
CARRY_DAYS = 3

ANC_LOW = Decimal("0.5")
ANC_VERY_LOW = Decimal("0.1")
ANC_LOW_DAYS = ladder(0, ("1", 1), ("7", 2), ("14", 3))
ANC_VERY_LOW_DAYS = ladder(0, ("7", 3), ("14", 4))
ANC_NEVER_RECOVERED_GRADE = 4
ANC_LATE: tuple[Band[int], ...] = (
    Band(4, None, Decimal("0.1"), high_closed=True),
    Band(3, Decimal("0.1"), Decimal("0.5"), low_closed=False, high_closed=True),
    Band(2, Decimal("0.5"), Decimal("1.0"), low_closed=False, high_closed=True),
    Band(1, Decimal("1.0"), Decimal("1.5"), low_closed=False, high_closed=True),
    Band(0, Decimal("1.5"), None, low_closed=False),
)
PLT_LOW = Decimal(50)
PLT_VERY_LOW = Decimal(20)
PLT_LOW_DAYS = ladder(0, ("1", 1), ("7", 2))
PLT_VERY_LOW_DAYS = ladder(0, ("1", 3), ("14", 4))

Counts = Mapping[int, Decimal]

_COMPLETELY_LOW = Decimal(0)
_RECOVERED = Decimal(10_000)


def early_icaht_grade(anc_10e9_l: Counts, last_day: int = EARLY_LAST_DAY) -> int | None:
    """Return the grade 0 to 4 of early neutropenia from counts by day from infusion, day 0 to 30 (provisional).

    `last_day` is the last day of observation if before day 30. Nothing when days without a count could change it.
    """
    return _bounded(anc_10e9_l, last_day, _early_anc_grade)


def late_icaht_grade(anc_10e9_l: Counts) -> int | None:
    """Return the grade 0 to 4 of late neutropenia, from the lowest limit that two counts after day 30 reach.

    Nothing with fewer than two counts after day 30 (provisional).
    """
    late = sorted(count for day, count in anc_10e9_l.items() if day > EARLY_LAST_DAY)
    return lookup(ANC_LATE, late[1]) if len(late) > 1 else None


def early_t_icaht_grade(platelets_10e9_l: Counts, last_day: int = EARLY_LAST_DAY) -> int | None:
    """Return the grade 0 to 4 of early thrombocytopenia from counts by day from infusion, day 0 to 30 (provisional).

    `last_day` is the last day of observation if before day 30. Nothing when days without a count could change it.
    """
    return _bounded(platelets_10e9_l, last_day, _early_platelet_grade)


def longest_spell(low_days: Collection[int]) -> int:
    """Return the length in days of the longest spell; spells with fewer than 3 days between them are one."""
    longest, first, last = 0, None, None
    for day in sorted(low_days):
        if first is None or last is None or day - last > RECOVERY_DAYS:
            first = day
        last = day
        longest = max(longest, last - first + 1)
    return longest


def _bounded(counts: Counts, last_day: int, grade_of: Callable[[list[Decimal]], int]) -> int | None:
    """Grade twice, with unknown days as recovered and as low; only when both agree is the grade known."""
    days = _daily(counts, min(last_day, EARLY_LAST_DAY))
    lowest = grade_of([_RECOVERED if count is None else count for count in days])
    highest = grade_of([_COMPLETELY_LOW if count is None else count for count in days])
    return settled(RowGrade(lowest, highest))


def _daily(counts: Counts, last_day: int) -> list[Decimal | None]:
    """Return one count a day from day 0, each carried forward until the next one for a few days."""
    return [
        next((counts[back] for back in range(day, day - CARRY_DAYS - 1, -1) if back in counts), None)
        for day in range(last_day + 1)
    ]


def _early_anc_grade(days: list[Decimal]) -> int:
    low = [day for day, anc in enumerate(days) if anc <= ANC_LOW]
    very_low = [day for day, anc in enumerate(days) if anc <= ANC_VERY_LOW]
    if len(low) > EARLY_LAST_DAY:
        return ANC_NEVER_RECOVERED_GRADE
    return max(lookup(ANC_LOW_DAYS, longest_spell(low)), lookup(ANC_VERY_LOW_DAYS, longest_spell(very_low)))


def _early_platelet_grade(days: list[Decimal]) -> int:
    low = [day for day, platelets in enumerate(days) if platelets < PLT_LOW]
    very_low = [day for day, platelets in enumerate(days) if platelets < PLT_VERY_LOW]
    return max(lookup(PLT_LOW_DAYS, longest_spell(low)), lookup(PLT_VERY_LOW_DAYS, longest_spell(very_low)))
