"""The numbers of the release policy. A change of any of them is a new POLICY_VERSION."""

from __future__ import annotations

from typing import Final

POLICY_VERSION: Final = "agreement-1"
AGE_CAP_YEARS: Final = 90
# A level that fewer patients hold than this is merged with the other rare ones.
RARE_BELOW_PATIENTS: Final = 5
MERGED: Final = "MERGED"
EXPORT_ALIAS: Final = "export"
