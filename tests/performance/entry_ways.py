"""The pages of entry in two registries, small and large, and what each costs in time and queries."""

from __future__ import annotations

import datetime as dt
import gc
import time
from collections import defaultdict
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field
from unittest import mock
from uuid import UUID

from django.db import connection
from django.db.models.functions import Length
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from registry.demo.bulk.generate import generate_registry
from registry.models import InfusionCourse, Patient
from sites.context import acting_as_system
from sites.models import Membership, Site, User
from sites.roles import Role
from tests.database import use_database
from tests.entry_forms import controls
from tests.performance.reporting import tell
from tests.walls import as_owner

ROUNDS = 9
TIME_BUDGET, QUERY_BUDGET = 1.5, 1.0
# The day of the benchmark: within the years of the generated infusions, so that follow-up is due.
TODAY = dt.date(2022, 10, 1)
SINCE = dt.date(2018, 1, 1)
LARGEST_SITE = "G1S1"
# What people said about the cases: as in a registry that has been at work, and in both of them alike.
SAID = (
    "INSERT INTO registry_formstatus (id, site_id, patient_id, topic, is_complete, completed_at, completed_by_id)"
    " SELECT gen_random_uuid(), site_id, id, topic, true, now(), %(by)s"
    " FROM registry_patient, unnest(ARRAY['patient', 'disease', 'lab']) topic WHERE hashtext(study_id) %% 3 <> 0",
    "INSERT INTO registry_noneoccurred (id, site_id, patient_id, topic, said_at, said_by_id)"
    " SELECT gen_random_uuid(), site_id, id, 'iechs_episode', now(), %(by)s"
    " FROM registry_patient WHERE hashtext(study_id) %% 3 = 0",
    "INSERT INTO registry_caselock (id, site_id, patient_id, topic, reason, locked_at, locked_by_id)"
    " SELECT gen_random_uuid(), site_id, id, '', 'freeze', now(), %(by)s"
    " FROM registry_patient WHERE hashtext(study_id) %% 3 = 1",
    "INSERT INTO registry_signature (id, site_id, patient_id, signed_by_id, signer_name, signed_at, meaning,"
    " record_sha256, audit_position, void_reason)"
    " SELECT gen_random_uuid(), site_id, id, %(by)s, 'simulated', now(), 'CORRECT', repeat('0', 64), '{}', ''"
    " FROM registry_patient WHERE hashtext(study_id) %% 5 = 1",
)
SAID_TABLES = ("registry_formstatus", "registry_noneoccurred", "registry_caselock", "registry_signature")


DAYS = 31
FINDINGS = {"temp_max_c": "38.4", "has_hypotension": "no", "vasopressors": "0", "has_vasopressin": "no",
            "oxygen": "ROOM_AIR", "grade_reported": "1"}  # fmt: skip
# What is measured: its name, who asks, the address, and what is sent (None: the page is only opened).
Asked = tuple[str, Client, str, dict[str, str] | None]


@dataclass
class Registry:
    """One of the two registries: its database, who is signed in, and which addresses they open."""

    name: str
    pages: list[Asked] = field(default_factory=list)
    seconds: defaultdict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    queries: dict[str, int] = field(default_factory=dict)


def measure(databases: Mapping[int, str]) -> None:
    """Fill both registries, open every page in turn in both, and tell the ratios large to small."""
    (at_small, small_name), (at_large, large_name) = sorted(databases.items())
    # Large first: at its largest site it has only some of the cases that the small one has there.
    large, study_id = _filled(large_name, at_large)
    small, _same = _filled(small_name, at_small, study_id)
    for number in range(ROUNDS + 1):
        # Small first, then large, then large first: neither always meets the warmer machine.
        for registry in (small, large) if number % 2 else (large, small):
            use_database(registry.name)
            for page in registry.pages:
                _open(registry, *page, is_counted=number > 0)
    for name in small.seconds:
        _tell(name, small, large, [at_small, at_large])


def _filled(name: str, patients: int, study_id: str = "") -> tuple[Registry, str]:
    """Return a filled registry, and the case that is opened: the one named, or one that smaller registries have too."""
    use_database(name)
    generate_registry(patients=patients, seed=1)
    registry = Registry(name)
    with acting_as_system("benchmark", reason="what people said, and which pages to open"):
        course = _course(study_id)
        coordinator, manager = _person(course.site), _person(None)
        with as_owner() as cursor:
            _say(cursor, coordinator)
            cursor.execute("ANALYZE")
        registry.pages = [
            *_pages("a coordinator", coordinator, course),
            *_pages("a data manager", manager, course),
        ]
    # As autovacuum would have done; it cannot run inside a transaction.
    with as_owner() as cursor:
        cursor.execute("VACUUM ANALYZE")
    return registry, course.patient.study_id


def _course(study_id: str) -> InfusionCourse:
    """Return the index course of a case of the site with the most cases, the first of them if none is named."""
    courses = InfusionCourse.objects.filter(site__code=LARGEST_SITE, course_no=1).select_related("patient", "site")
    named = courses.filter(patient__study_id=study_id) if study_id else courses
    return named.order_by(Length("patient__study_id"), "patient__study_id")[0]


def _say(cursor: object, by: User) -> None:
    """Write what was said without its history, which no page of these reads."""
    for table in SAID_TABLES:
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    for statement in SAID:
        cursor.execute(statement, {"by": by.pk})
    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    for table in SAID_TABLES:
        cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def _person(site: Site | None) -> User:
    role = Role.COORDINATOR if site else Role.DATA_MANAGER
    user = User.objects.create_user(f"{role.value.lower()}@example.org", "a password of the benchmark", full_name=role)
    Membership.objects.create(user=user, site=site, role=role, starts_on=SINCE)
    return user


def _pages(who: str, user: User, course: InfusionCourse) -> list[Asked]:
    client = Client()
    client.force_login(user)
    cases, case, site = reverse("cases"), course.patient_id, course.site
    pages = {
        "work list": reverse("home"),
        "cases, first page": cases,
        "cases, last page": f"{cases}?before=end",
        "cases, by infusion, last first": f"{cases}?sort=-infused_on",
        "cases, by infusion, further down": f"{cases}?sort=infused_on&after={case}",
        "cases, of a product": f"{cases}?product=AXI",
        "cases, of a site, open": f"{cases}?site={site.code}&standing=open",
        "cases, locked": f"{cases}?standing=locked",
        "cases, by a prefix": f"{cases}?q=g1-",
        "cases, by a prefix of none": f"{cases}?q=zz-9",
        "case": reverse("case", args=[case]),
    }
    asked: list[Asked] = [(f"{page} ({who})", client, address, None) for page, address in pages.items()]
    return [*asked, *_grid(who, client, _unlocked(course))] if user.email.startswith("coordinator") else asked


def _unlocked(course: InfusionCourse) -> UUID:
    """Return a case of the same site in which rows can be saved."""
    cases = Patient.objects.filter(site=course.site, locks=None).order_by(Length("study_id"), "study_id")
    return cases.values_list("pk", flat=True)[0]


def _grid(who: str, client: Client, case: UUID) -> list[Asked]:
    """Return a new episode of 31 days of CRS, opened and saved: each time it is another one."""
    address = reverse("case_form_new", args=[case, "crs_episode"])
    dates = {"onset_on": "+1", "resolved_on": "+31", "is_resolved": "yes"}
    typed = controls(client.get(address)) | {f"crs_episode-0-{name}": text for name, text in dates.items()}
    typed = controls(client.post(address, {**typed, "act": "refresh"}))
    assert "crs_assessment-30-temp_max_c" in typed
    for day in range(DAYS):
        typed |= {f"crs_assessment-{day}-{name}": text for name, text in FINDINGS.items()}
    return [
        (f"CRS form ({who})", client, address, None),
        (f"saving {DAYS} days of CRS ({who})", client, address, {**typed, "act": "save"}),
    ]


def _open(
    registry: Registry, name: str, client: Client, address: str, typed: dict[str, str] | None, *, is_counted: bool
) -> None:
    today = mock.patch.object(timezone, "localdate", return_value=TODAY) if address == "/" else nullcontext()
    with today:
        _ask(client, address, typed)
        gc.collect()
        began = time.perf_counter()
        _ask(client, address, typed)
        seconds = time.perf_counter() - began
        if is_counted:
            registry.seconds[name].append(seconds)
        elif name not in registry.queries:
            with CaptureQueriesContext(connection) as counted:
                _ask(client, address, typed)
            registry.queries[name] = len(counted)


def _ask(client: Client, address: str, typed: dict[str, str] | None) -> None:
    response = client.get(address) if typed is None else client.post(address, typed)
    assert response.status_code == (200 if typed is None else 302), (address, response.status_code)


def _tell(name: str, small: Registry, large: Registry, patients: list[int]) -> None:
    # The least of all rounds: what other work of the machine adds is in none of the pages.
    at_small, at_large = (1000 * min(registry.seconds[name]) for registry in (small, large))
    sizes = {"patients": patients[-1], "patients_small": patients[0]}
    shown = {"milliseconds": round(at_large, 1), "milliseconds_small": round(at_small, 1)}
    tell(f"entry: {name}, time", at_large / at_small, TIME_BUDGET, **shown, **sizes)
    counts = {"queries": large.queries[name], "queries_small": small.queries[name]}
    tell(f"entry: {name}, queries", large.queries[name] / small.queries[name], QUERY_BUDGET, **counts)
