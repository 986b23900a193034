"""What a check would do under settings that nobody has decided yet: counted and shown, nothing is written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from itertools import zip_longest
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import OperationalError, connection
from django.db.models import Count, QuerySet
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from registry.checks.compiled import branch
from registry.checks.declared import Severity
from registry.models import Patient
from registry.services.check_settings import Setting, checks_touched, settings_under
from registry.services.query_sql import COMES_BACK
from sites.access import require
from sites.context import acting_as
from sites.models import Site
from sites.roles import Permission

# Work on one query, by the hospital and the registry together: a vendor's figure, quoted beside the query economics of
# Applied Clinical Trials (2012). Nobody has measured it here.
MINUTES_PER_QUERY = (20, 30)
SAMPLE_MOST = 10
SECONDS_MOST = 20.0
_TOO_LONG = "57014"


class Outcome(StrEnum):
    """What would become of a row that violates the check, or of an open query that nothing violates any more."""

    OPENS = "opens"
    REOPENS = "reopens"
    ASKED = "asked"
    QUIET = "quiet"
    STOPS = "stops"
    CLOSES = "closes"


FOUND = (Outcome.OPENS, Outcome.REOPENS, Outcome.ASKED, Outcome.QUIET, Outcome.STOPS)
_COUNTS = """
WITH found (check_code, row_id, patient_id, site_id, fingerprint) AS MATERIALIZED ({found}),
known AS (SELECT * FROM registry_dataquery WHERE check_code <> '' AND check_code = ANY (%s)),
laid AS (
    SELECT f.*, CASE WHEN f.check_code = ANY (%s) THEN 'stops' WHEN q.id IS NULL THEN 'opens'
        WHEN q.state <> 'CLOSED' THEN 'asked'
        WHEN {comes_back} THEN 'reopens'
        ELSE 'quiet' END AS outcome
    FROM found f LEFT JOIN known q ON q.check_code = f.check_code AND q.row_id = f.row_id
    UNION ALL
    SELECT q.check_code, q.row_id, q.patient_id, q.site_id, '', 'closes' FROM known q
    WHERE q.state <> 'CLOSED' AND NOT EXISTS (
        SELECT FROM found f WHERE f.check_code = q.check_code AND f.row_id = q.row_id)
)
SELECT site_id, outcome, count(*), (array_agg(check_code ORDER BY row_id))[:{most}],
    (array_agg(row_id ORDER BY row_id))[:{most}], (array_agg(patient_id ORDER BY row_id))[:{most}]
FROM laid GROUP BY site_id, outcome
"""
_NOTHING = "SELECT NULL::text, NULL::uuid, NULL::uuid, NULL::uuid, NULL::text WHERE false"


@dataclass(frozen=True)
class Fire:
    """One row that would be found, and what would become of it."""

    check_code: str
    row_id: UUID
    patient_id: UUID
    outcome: Outcome


@dataclass(frozen=True)
class SiteFires:
    """What would happen at one site, or at all: rows by outcome, and the cases among which they were found."""

    site: Site | None
    cases: int
    counts: Mapping[Outcome, int]

    @property
    def found(self) -> int:
        """Return how many rows would violate the check."""
        return sum(self.counts.get(outcome, 0) for outcome in FOUND)

    @property
    def new(self) -> int:
        """Return how many questions would be asked that nobody owes an answer to now."""
        return self.counts.get(Outcome.OPENS, 0) + self.counts.get(Outcome.REOPENS, 0)

    @property
    def per_100(self) -> float | None:
        """Return the new questions per 100 cases, None where there is no case."""
        return 100 * self.new / self.cases if self.cases else None


@dataclass(frozen=True)
class DryRun:
    """What a setting would do: site by site, over all, and some of the rows. `asks` is false where it only stops."""

    sites: list[SiteFires]
    all: SiteFires
    sample: list[Fire]
    asks: bool

    @property
    def hours(self) -> tuple[float, float]:
        """Return the least and the most hours of work that the new questions mean."""
        least, most = MINUTES_PER_QUERY
        return self.all.new * least / 60, self.all.new * most / 60


def dry_run(setting: Setting, *, by: Any, seconds: float = SECONDS_MOST) -> DryRun:
    """Count what a check would find, ask and close under a setting, over all sites, and change nothing.

    ValidationError, in words, where the database needs longer than it is given.
    """
    require(by, Permission.CHECK_MANAGE)
    with acting_as(by, reason="dry run of a check"):
        with _no_longer_than(seconds):
            rows = _rows(setting)
        sites = list(Site.objects.visible_to(by).order_by("code"))
        cases = dict(Patient.objects.visible_to(by).order_by().values_list("site").annotate(cases=Count("pk")))
    counted = [_at(site, cases.get(site.pk, 0), rows) for site in sites]
    asks = any(check.severity is not Severity.LOCKING for check in checks_touched(setting.code))
    return DryRun(counted, _over_all(counted), _sample(rows), asks)


Row = tuple[UUID, str, int, list[str], list[UUID], list[UUID]]


def _rows(setting: Setting) -> list[Row]:
    checks = checks_touched(setting.code)
    locking = [check.code for check in checks if check.severity is Severity.LOCKING]
    found, parameters = _found(setting)
    statement = _COUNTS.format(found=found, comes_back=COMES_BACK, most=SAMPLE_MOST)
    with connection.cursor() as cursor:
        cursor.execute(statement, [*parameters, [check.code for check in checks], locking])
        return cursor.fetchall()


def _found(setting: Setting) -> tuple[str, Sequence[Any]]:
    """Return the query that finds what violates the checks of a setting, compiled for this proposal alone."""
    settings = settings_under(setting)
    running = [check for check in checks_touched(setting.code) if settings.is_on(check)]
    branches: list[QuerySet[Any]] = [
        branch(check, settings, key="", is_asking=check.severity is not Severity.LOCKING) for check in running
    ]
    if not branches:
        return _NOTHING, ()
    first, *others = branches
    return (first.union(*others, all=True) if others else first).query.sql_with_params()


def _at(site: Site, cases: int, rows: Sequence[Row]) -> SiteFires:
    counts = {Outcome(outcome): count for site_id, outcome, count, *_sample in rows if site_id == site.pk}
    return SiteFires(site, cases, counts)


def _over_all(sites: Sequence[SiteFires]) -> SiteFires:
    counts = {outcome: sum(fires.counts.get(outcome, 0) for fires in sites) for outcome in Outcome}
    return SiteFires(None, sum(fires.cases for fires in sites), counts)


def _sample(rows: Sequence[Row]) -> list[Fire]:
    """Return some of the rows that would be found: what is new first, and of each site in turn."""
    fires: list[Fire] = []
    for wanted in FOUND:
        found = [
            [Fire(*row, wanted) for row in zip(codes, keys, patients, strict=True)]
            for _site, outcome, _count, codes, keys, patients in rows
            if outcome == wanted
        ]
        fires += [fire for turn in zip_longest(*found) for fire in turn if fire is not None]
    return fires[:SAMPLE_MOST]


@contextmanager
def _no_longer_than(seconds: float) -> Iterator[None]:
    """Let the database work for so long and no longer, in this transaction alone."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('statement_timeout')")
        before = cursor.fetchone()[0]
        cursor.execute("SELECT set_config('statement_timeout', %s, true)", [f"{seconds * 1000:.0f}ms"])
    try:
        yield
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", "") != _TOO_LONG:
            raise
        raise ValidationError(_too_long(seconds), code="too_long") from error
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('statement_timeout', %s, true)", [before])


def _too_long(seconds: float) -> str:
    words = _(
        "The dry run was stopped after %(seconds)s seconds: there are too many rows to count at once. "
        "Run it at a quiet hour, or save the setting and look at the run that follows."
    )
    return words % {"seconds": number_format(seconds, decimal_pos=None if seconds % 1 else 0)}
