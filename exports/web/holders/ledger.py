"""Who holds a release, as a file."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from exports.package.csv_tables import text_csv
from exports.selectors import Holder

COLUMNS = (
    "person", "email", "level", "valid_until", "terms_version", "terms_accepted_at", "downloads", "last_download_at",
    "last_package_sha256",
)  # fmt: skip


def ledger_csv(holders: Sequence[Holder]) -> bytes:
    """Return the holders as CSV, times in UTC."""
    return text_csv(COLUMNS, [_row(holder) for holder in holders])


def _row(holder: Holder) -> list[str]:
    return [
        str(holder.person),
        holder.person.email,
        holder.level,
        holder.valid_until.isoformat() if holder.valid_until else "",
        holder.terms_version,
        _instant(holder.accepted_at),
        str(holder.downloads),
        _instant(holder.last_download_at),
        holder.last_sha256,
    ]


def _instant(at: dt.datetime | None) -> str:
    return at.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if at else ""
