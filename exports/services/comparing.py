"""The comparison of two releases: made once, kept beside the newer one, for whoever may have both."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from exports.diff import Comparison, compare
from exports.freeze.durable import write_text
from exports.models import Release
from exports.selectors.diff import Ground, ground_of
from exports.services.places import DIFFS, release_root
from sites.access import require
from sites.models import User
from sites.roles import Permission

LINES_FILE: Final = "lines.parquet"
# Written last: a comparison without it was not finished.
SUMMARY_FILE: Final = "summary.json"


@dataclass(frozen=True)
class Compared:
    """What differs from one release to another: the figures, and where the lines lie."""

    before: Release
    after: Release
    ground: Ground
    figures: Comparison
    lines: Path


def releases_compare(*, before: Release, after: Release, by: User) -> Compared:
    """Compare two releases that a person may have; DiffError says in words why they cannot be compared.

    Releases never change, so a comparison that was made once is read again.
    """
    require(by, Permission.RELEASE_DOWNLOAD)
    ground = ground_of(before, after, by)
    place = release_root() / str(after.pk) / DIFFS / f"{before.pk}-{ground.name}"
    summary, lines = place / SUMMARY_FILE, place / LINES_FILE
    if not summary.is_file():
        figures = compare(ground.before, ground.after, lines)
        write_text(summary, json.dumps(figures.as_data()))
    return Compared(before, after, ground, Comparison.of_data(json.loads(summary.read_text())), lines)
