"""The same pages and the same writes behind the walls and without them, each undone afterwards."""

from __future__ import annotations

import datetime as dt
import gc
import os
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal

from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from config.database.policies import tables_with_a_site
from config.database.roles import OWNER, WEB
from registry.demo.bulk.generate import generate_registry
from registry.metadata import topic_named
from registry.models import InfusionCourse, LabResult, Patient
from registry.services import records_write
from registry.services.staging import stage_columns
from sites import context
from sites.context import acting_as_system
from sites.models import Membership, Site, User
from sites.roles import Role
from tests.performance.reporting import tell
from tests.walls import as_owner

PATIENTS = int(os.environ.get("QUELL_BENCH_PATIENTS", "2000"))
ROWS = 5_000
PAGE_ROUNDS, WRITE_ROUNDS = 9, 4
PAGE_BUDGET, WRITE_BUDGET = 1.25, 1.6
LAB = topic_named("lab")
SAMPLED_ON = dt.date(2020, 1, 1)
AUDIT_TRIGGERS = (
    "SELECT tgname FROM pg_trigger WHERE tgrelid = 'registry_labresult'::regclass"
    " AND tgname ~ '^pgtrigger_(insert|update|delete)_'"
)
Work = Callable[[], object]


def measure() -> None:
    """Tell the ratio of each page and each write."""
    generate_registry(patients=PATIENTS, seed=1)
    with as_owner() as cursor:
        cursor.execute("ANALYZE")
    site = Site.objects.order_by("code").first()
    for name, user in (("a coordinator", _person(site)), ("a data manager", _person(None))):
        client = Client()
        client.force_login(user)
        for page, address in _pages(site):
            _compare(f"page of {name}: {page}", lambda a=address, c=client: _get(c, a), PAGE_ROUNDS, PAGE_BUDGET)
    courses = _courses(site)
    _compare("bulk write: bulk_create", lambda: _bulk_create(courses), WRITE_ROUNDS, WRITE_BUDGET, rows=ROWS)
    _compare("bulk write: upload", lambda: _upload(courses, site), WRITE_ROUNDS, WRITE_BUDGET, rows=ROWS)


def _compare(name: str, work: Work, rounds: int, budget: float, **figures: int) -> None:
    times: dict[bool, list[float]] = {True: [], False: []}
    for number in range(2 * rounds):
        # Walls first, then open, then open first: neither always meets the warmer machine.
        has_walls = number % 4 in (0, 3)
        times[has_walls].append(_seconds(work, has_walls=has_walls))
    behind, without = statistics.median(times[True]), statistics.median(times[False])
    shown = {"milliseconds": round(1000 * behind, 1), "milliseconds_without": round(1000 * without, 1)}
    tell(f"walls: {name}", behind / without, budget, **shown, **figures)


def _seconds(work: Work, *, has_walls: bool) -> float:
    """Seconds that a piece of work takes the second time; what it wrote, and the fall of the walls, is rolled back."""
    gc.collect()
    with transaction.atomic():
        with _walls(standing=has_walls):
            with transaction.atomic():
                work()
                transaction.set_rollback(True)
            began = time.perf_counter()
            work()
            seconds = time.perf_counter() - began
        transaction.set_rollback(True)
    return seconds


@contextmanager
def _walls(*, standing: bool) -> Iterator[None]:
    if standing:
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute(f"SET ROLE {OWNER}")
        for table in tables_with_a_site(cursor):
            cursor.execute(f'ALTER TABLE "{table}" DISABLE ROW LEVEL SECURITY')
        cursor.execute(AUDIT_TRIGGERS)
        for (name,) in cursor.fetchall():
            cursor.execute(f'ALTER TABLE registry_labresult DISABLE TRIGGER "{name}"')
        cursor.execute(f"SET ROLE {WEB}")
    tell_database = context._tell
    context._tell = lambda *_told: None
    try:
        yield
    finally:
        context._tell = tell_database


def _get(client: Client, address: str) -> None:
    response = client.get(address)
    assert response.status_code == 200, (address, response.status_code)


@acting_as_system("benchmark", reason="which pages to open")
def _pages(site: Site) -> list[tuple[str, str]]:
    case = Patient.objects.filter(site=site).order_by("study_id")[0]
    return [("home", reverse("home")), ("cases", reverse("cases")), ("case", reverse("case", args=[case.pk]))]


@acting_as_system("benchmark", reason="people of the benchmark")
def _person(site: Site | None) -> User:
    role = Role.COORDINATOR if site else Role.DATA_MANAGER
    user = User.objects.create_user(f"{role.value.lower()}@example.org", "a password of the benchmark", full_name=role)
    Membership.objects.create(user=user, site=site, role=role, starts_on=SAMPLED_ON)
    return user


@acting_as_system("benchmark", reason="courses to write results for")
def _courses(site: Site) -> list[InfusionCourse]:
    return list(InfusionCourse.objects.filter(site=site).select_related("patient"))


@acting_as_system("benchmark", reason="simulated results")
def _bulk_create(courses: list[InfusionCourse]) -> None:
    LabResult.objects.bulk_create(
        (
            LabResult(
                site_id=course.site_id,
                course=course,
                analyte="CRP",
                sampled_on=day,
                value=Decimal(5),
                unit="mg/L",
                canonical_value=Decimal(5),
            )
            for course, day in _wanted(courses)
        ),
        batch_size=1000,
    )


@acting_as_system("benchmark", reason="simulated results")
def _upload(courses: list[InfusionCourse], site: Site) -> None:
    given = {"course_no": 1, "analyte": "CRP", "value": "5", "unit": "mg/L"}
    names = [column.name for column in stage_columns(LAB)]
    rows = []
    for number, (course, day) in enumerate(_wanted(courses), start=2):
        values = {**given, "study_id": course.patient.study_id, "course_no": course.course_no, "sampled_on": day}
        rows.append((number, False, None, *(values.get(name) for name in names)))
    written = records_write(topic=LAB, rows=rows, columns=LAB.columns, site=site)
    assert (written.new, written.problem_count) == (ROWS, 0), written


def _wanted(courses: list[InfusionCourse]) -> Iterator[tuple[InfusionCourse, dt.date]]:
    """Which courses and days get a result: days long before any that the generator writes."""
    for number in range(ROWS):
        day, which = divmod(number, len(courses))
        yield courses[which], SAMPLED_ON + dt.timedelta(days=day)
