"""The release policy: what is fixed here, and the numbers that data managers set, with a history, in the database.

A change of anything fixed is a new POLICY_VERSION; the numbers that counted stand in every manifest.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from registry.rules.coding import gettext_noop

POLICY_VERSION: Final = "release-2"
AGE_CAP_YEARS: Final = 90
# A level that fewer patients hold than this is merged with the other rare ones.
RARE_BELOW_PATIENTS: Final = 5
MERGED: Final = "MERGED"
EXPORT_ALIAS: Final = "export"


@dataclass(frozen=True)
class PolicyNumber:
    """One number of the policy: what it begins with, the least and most that it may be, and what it means."""

    value: int
    least: int
    most: int
    words: str


K_AGREEMENT, K_SHAREABLE, SMALL, ROUND_TO, DOWNLOAD_DAYS = (
    "k_agreement", "k_shareable", "small_below", "round_to", "download_days",
)  # fmt: skip
NUMBERS: Final[Mapping[str, PolicyNumber]] = MappingProxyType(
    {
        K_AGREEMENT: PolicyNumber(
            5, 2, 50, gettext_noop("Smallest group under an agreement; a smaller one needs a signature.")
        ),
        K_SHAREABLE: PolicyNumber(
            11, 5, 50, gettext_noop("Smallest group in a shareable release; a smaller one is refused.")
        ),
        SMALL: PolicyNumber(11, 5, 50, gettext_noop("Counts below this are not shown before a release is approved.")),
        ROUND_TO: PolicyNumber(5, 1, 20, gettext_noop("Such counts are rounded to a multiple of this.")),
        DOWNLOAD_DAYS: PolicyNumber(
            90, 1, 365, gettext_noop("Days for which a release may be downloaded, if nobody says otherwise.")
        ),
    }
)


def k_of(profile: str, numbers: Mapping[str, int]) -> int:
    """Return the smallest group that a profile allows."""
    return numbers[K_SHAREABLE if profile == "SHAREABLE" else K_AGREEMENT]
