"""Writes a simulated registry: sites first, then the cases in batches, each batch one transaction under a context."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Iterator
from uuid import UUID, uuid5

from django.db import connection

from registry.demo.bulk.baseline import baseline_inserts
from registry.demo.bulk.identities import insert_identities
from registry.demo.bulk.inserting import Insert
from registry.demo.bulk.laboratory import lab_insert
from registry.demo.bulk.numbers import Numbers
from registry.demo.bulk.outcomes import outcome_inserts
from registry.demo.bulk.plan import plan_statement
from registry.demo.bulk.toxicities import toxicity_inserts
from registry.demo.bulk.treatment import treatment_inserts
from registry.demo.only import require_simulated_only
from registry.services.reference import reference_load
from sites.context import acting_as_system
from sites.models import Agreement, AgreementKind, Site, SiteStatus

BATCH = 10_000
NAME = "registry_generate"
REASON = "simulated registry for benchmarks"
NAMESPACE = UUID("0c5c9c1e-7a52-4b52-9f6a-3f1d2f1f6a10")
# Every twentieth site has no valid ethics approval, so that its cases stay out of a release.
WITHOUT_APPROVAL_EVERY = 20


def generate_registry(*, patients: int, seed: int, tell: Callable[[int], None] = lambda _done: None) -> dict[str, int]:
    """Write a registry of so many simulated patients and return topic -> rows; the same rows for the same seed.

    ValueError when a registry of this seed is there already; `tell` hears how many patients are done.
    """
    require_simulated_only()
    with acting_as_system(NAME, reason=REASON):
        reference_load()
        _make_sites(site_count(patients), seed)
    counts: dict[str, int] = {}
    for first in range(1, patients + 1, BATCH):
        last = min(first + BATCH - 1, patients)
        with acting_as_system(NAME, reason=REASON):
            for topic, rows in _write(Numbers(seed), first, last):
                counts[topic] = counts.get(topic, 0) + rows
        tell(last)
    return counts


def site_count(patients: int) -> int:
    """Return how many sites a registry of this size has: 9 for the smallest, about 40 for 10,000 patients."""
    return max(9, round(math.sqrt(patients) / 2.5))


def inserts(numbers: Numbers) -> Iterator[Insert]:
    """Yield the statements of all topics, parents before children."""
    yield from baseline_inserts(numbers)
    yield lab_insert(numbers)
    yield from toxicity_inserts(numbers)
    yield from treatment_inserts(numbers)
    yield from outcome_inserts(numbers)


def _make_sites(count: int, seed: int) -> None:
    if Site.objects.filter(code__startswith=f"G{seed}S").exists():
        raise ValueError(f"The registry of seed {seed} has been generated already; choose another seed.")
    for no in range(1, count + 1):
        is_spanish = no % 3 == 0
        site = Site.objects.create(
            id=uuid5(NAMESPACE, f"{seed}/{no}"),
            code=f"G{seed}S{no}",
            name=f"Simulated hospital {no} of registry {seed}",
            country="ES" if is_spanish else "US",
            time_zone="Europe/Madrid" if is_spanish else "America/Chicago",
            status=SiteStatus.ACTIVE,
        )
        _sign(site, has_approval=no % WITHOUT_APPROVAL_EVERY != 0)


def _sign(site: Site, *, has_approval: bool) -> None:
    for kind in AgreementKind if has_approval else (AgreementKind.DATA_USE,):
        signed = dt.date(2017, 6, 1)
        Agreement.objects.create(
            site=site, kind=kind, reference=f"{site.code}-{kind}", signed_on=signed, valid_from=signed
        )


def _write(numbers: Numbers, first: int, last: int) -> Iterator[tuple[str, int]]:
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS generated_plan, generated_sites")
        cursor.execute(
            "CREATE TEMPORARY TABLE generated_sites AS SELECT substring(code FROM 'S(.*)')::int AS no, id, country"
            " FROM study_sites_site WHERE code LIKE %s",
            [f"G{numbers.seed}S%"],
        )
        cursor.execute(plan_statement(numbers, first, last))
        cursor.execute("ANALYZE generated_plan")
        for insert in inserts(numbers):
            cursor.execute(insert.sql())
            yield insert.topic, cursor.rowcount
        yield "identity", insert_identities(cursor, numbers)
        cursor.execute("DROP TABLE generated_plan, generated_sites")
