"""Whether a finding is put down to another cause than the toxicity that the episode is of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def attributed_elsewhere(row: Mapping[str, Any], name: str) -> bool | None:
    """Return yes, no, or nothing where the site says that it does not know.

    A finding written down in an episode of CRS or ICANS is a finding of that episode until somebody says otherwise, so
    an empty answer is no. An answer that is missing for a reason (unknown, not done) stays unknown.
    """
    return None if name in row["missing"] else bool(row[name])
