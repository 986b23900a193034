"""The groups that feasibility counts are made from: frozen, derived and microaggregated by the worker over all sites.

Nothing else of that freeze stays: its keys are thrown away, its folder is deleted.
"""

from __future__ import annotations

import datetime as dt
import secrets
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import polars as pl
from django.utils import timezone

from exports.cohorts.basis import basis_of
from exports.cohorts.criteria import CRITERIA
from exports.datasets.adsl import ADSL
from exports.datasets.run import derive_datasets
from exports.freeze import FreezeOrder, freeze
from exports.freeze.policy import SMALL
from exports.models import FeasibilityBasis, Profile
from exports.revision import code_revision
from exports.selectors import policy_now
from exports.services.places import release_root
from exports.sheets import sheet_path
from sites.context import acting_as_system
from sites.models import Site

NAME: Final = "feasibility"
REASON: Final = "groups of similar cases for feasibility counts"
# No groups from fewer cases than two of them need.
GROUPS_AT_LEAST: Final = 2
# Corrections reach the counts at the latest after this, although few cases have come.
RENEWED_AFTER: Final = dt.timedelta(days=90)
# Longer than any task may run: what is older belongs to a worker that was killed.
ABANDONED_SECONDS: Final = 3600
_PATTERN: Final = (f"{NAME}.", ".work")


def feasibility_refresh(*, at_once: bool = False) -> FeasibilityBasis | None:
    """Make the groups anew from the cases that a release of today could hold; None where they stay as they are.

    They stay while fewer cases than a group has have come or gone, so that what changed from one time to the next does
    not tell of a few people either; and there are none while the cases do not suffice for two groups. `at_once` makes
    them all the same.
    """
    size = policy_now()[SMALL]
    cases = _cases()
    if cases.height < GROUPS_AT_LEAST * size or not (at_once or _is_due(cases.height, size)):
        return None
    groups = [group.plain() for group in basis_of(cases, size)]
    with acting_as_system(NAME, reason=REASON):
        return FeasibilityBasis.objects.create(made_at=timezone.now(), group_size=size, groups=groups)


def _is_due(cases: int, size: int) -> bool:
    latest = FeasibilityBasis.objects.order_by("-made_at").first()
    if latest is None or latest.group_size != size or timezone.now() - latest.made_at >= RENEWED_AFTER:
        return True
    counted: int = sum(group["size"] for group in latest.groups)
    return abs(cases - counted) >= size


def _cases() -> pl.DataFrame:
    """Return the criteria of every case that may leave today; no key of a case or a site comes with them."""
    with _folder() as folder:
        facts = freeze(_order(), folder)
        derive_datasets(folder, facts, (ADSL,))
        return pl.read_parquet(sheet_path(folder, "dataset", ADSL.name), columns=list(CRITERIA))


def _order() -> FreezeOrder:
    with acting_as_system(NAME, reason=REASON):
        sites = list(Site.objects.order_by().values_list("pk", flat=True))
    secrets.SystemRandom().shuffle(sites)
    return FreezeOrder(
        release=NAME,
        project=NAME,
        profile=Profile.AGREEMENT,
        data_cut_at=timezone.now(),
        project_key=secrets.token_bytes(32),
        site_codes={site: f"S{number:02d}" for number, site in enumerate(sites, 1)},
        code_revision=code_revision(),
    )


@contextmanager
def _folder() -> Iterator[Path]:
    """Lend a folder that only its maker can read and that is gone afterwards; what killed workers left goes first."""
    root = release_root()
    root.mkdir(parents=True, exist_ok=True)
    for left in root.glob("*".join(_PATTERN)):
        if time.time() - left.stat().st_mtime > ABANDONED_SECONDS:
            shutil.rmtree(left, ignore_errors=True)
    folder = Path(tempfile.mkdtemp(prefix=_PATTERN[0], suffix=_PATTERN[1], dir=root))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
