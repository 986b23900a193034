"""The interface beside a plain one and the database itself: lists, rows one by one and at once, many clients."""

from __future__ import annotations

import gc
import itertools
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar
from unittest import mock
from uuid import UUID

from django.core.cache import cache
from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext

from registry.metadata import topic_named
from sites.api.access import PersonRate
from tests.database import use_database
from tests.performance.api_case import (
    Page,
    Person,
    Registry,
    courses,
    filled,
    result,
    site_of_courses,
)
from tests.performance.api_clients import under_load
from tests.performance.api_stock import as_ours, only_shared
from tests.performance.reporting import tell

ROUNDS = 9
WAYS = ("ours", "stock", "floor")
LIST, LAB = "/api/cases/", "/api/records/lab/"
FLOOR_BUDGET, DEEP_BUDGET, SIZE_BUDGET = 5.0, 1.3, 1.3
# Of a flat list most of the time goes into letting the person in, which both do: there it is enough not to be slower.
STOCK_BUDGETS = {"cases": 4.0, "lab": 1.0}
# Behind checks, questions and computed values, which a plain interface has none of.
ONE_BUDGET, BULK_BUDGET, SINGLE_BUDGET = 6.0, 0.5, 8.0
CASES, ROWS, SAMPLE = 200, 1_000, 50
Way = Callable[[], Any]
Name = TypeVar("Name")


def measure(databases: Mapping[int, str]) -> None:
    """Fill both registries, then tell lists of both, writing in the large one, and many clients of the large one."""
    (at_small, small_name), (at_large, large_name) = sorted(databases.items())
    small, large = filled(small_name, at_small), filled(large_name, at_large)
    with override_settings(ROOT_URLCONF="tests.performance.api_stock"), _without_limits():
        _tell_lists({at_small: small, at_large: large})
        use_database(large.name)
        _tell_writing(large.coordinator, at_large)
    under_load(large, at_large)


@contextmanager
def _without_limits() -> Iterator[None]:
    """Let one person ask as often as the measurement needs to."""
    with mock.patch.object(PersonRate, "rate", "1000000/min", create=True):
        yield


def _tell_lists(registries: Mapping[int, Registry]) -> None:
    (_at_small, small), (at_large, large) = sorted(registries.items())
    for (small_first, small_deep), (first, deep) in zip(_pairs(small), _pairs(large), strict=True):
        use_database(small.name)
        at_small = _seconds({small_first.name: _ours(small_first), small_deep.name: _ours(small_deep)})
        use_database(large.name)
        _require_same_rows(first)
        _require_same_rows(deep)
        seconds = _seconds({(page.name, way): get for page in (first, deep) for way, get in _ways(page).items()})
        for page in (first, deep):
            own = {way: seconds[page.name, way] for way in WAYS}
            _tell_page(page, own, at_small[page.name], at_large)
        tell(f"api: {deep.name}, to the first", seconds[deep.name, "ours"] / seconds[first.name, "ours"], DEEP_BUDGET)


def _pairs(registry: Registry) -> Iterator[tuple[Page, Page]]:
    """Yield the first page and the deep one of each list."""
    deep = [page for page in registry.pages if page.is_deep]
    yield from zip([page for page in registry.pages if not page.is_deep], deep, strict=True)


def _tell_page(page: Page, seconds: Mapping[str, float], at_small: float, patients: int) -> None:
    figures = {**_shown(seconds), "queries": _queries(_ours(page)), "patients": patients}
    budget = STOCK_BUDGETS["cases" if page.ours.startswith(LIST) else "lab"]
    tell(f"api: {page.name}, to json_agg", seconds["ours"] / seconds["floor"], FLOOR_BUDGET, **figures)
    tell(f"api: {page.name}, to plain", seconds["stock"] / seconds["ours"], budget, at_least=True, **figures)
    tell(f"api: {page.name}, large to small", seconds["ours"] / at_small, SIZE_BUDGET, **_shown({"small": at_small}))


def _ways(page: Page) -> dict[str, Way]:
    return {way: _getting(page.person, getattr(page, way)) for way in WAYS}


def _ours(page: Page) -> Way:
    return _getting(page.person, page.ours)


def _getting(person: Person, address: str) -> Way:
    client = person.client

    def get() -> Any:
        response = client.get(address)
        assert response.status_code == 200, (address, response.content[:500])
        return response

    return get


def _seconds(ways: Mapping[Name, Way]) -> dict[Name, float]:
    """Return the least time of each way, in turn: what other work of the machine adds is in none of them."""
    found: defaultdict[Name, list[float]] = defaultdict(list)
    for number in range(ROUNDS + 1):
        for name, way in list(ways.items())[:: 1 if number % 2 else -1]:
            cache.clear()
            gc.collect()
            began = time.perf_counter()
            way()
            if number:
                found[name].append(time.perf_counter() - began)
    return {name: min(times) for name, times in found.items()}


def _queries(way: Way) -> int:
    with CaptureQueriesContext(connection) as counted:
        way()
        return len(counted.captured_queries)


def _shown(seconds: Mapping[str, float]) -> dict[str, float]:
    return {f"milliseconds_{name}": round(1000 * value, 1) for name, value in seconds.items()}


def _require_same_rows(page: Page) -> None:
    """Compare what the three ways tell of a page; measured is only what says the same."""
    ways = _ways(page)
    ours, stock = ways["ours"]().json()["results"], ways["stock"]().json()["results"]
    is_nested = page.ours.startswith(LIST)
    topic = topic_named("patient" if is_nested else "lab")
    assert ours, page.name
    assert ours == ways["floor"]().json(), f"{page.name}: the database says something else"
    shared = [only_shared(topic, row, is_nested=is_nested) for row in ours]
    assert shared == [as_ours(topic, row, is_nested=is_nested) for row in stock], f"{page.name}: not the same rows"


def _tell_writing(person: Person, patients: int) -> None:
    client, cases = person.client, courses(CASES)
    numbers = itertools.count()
    one = _seconds({"ours": _posting(client, LAB, cases, numbers), "stock": _plain_posting(client, cases, numbers)})
    figures = {**_shown(one), "patients": patients}
    tell("api: one row created, to plain", one["ours"] / one["stock"], ONE_BUDGET, **figures)
    singles = ROWS * _of_sample(_posting(client, LAB, cases, numbers))
    plain = ROWS * _of_sample(_plain_posting(client, cases, numbers))
    rows = [result(cases[number % len(cases)], next(numbers)) for number in range(ROWS)]
    began = time.perf_counter()
    told = client.post(f"{LAB}bulk/", {"rows": rows}, content_type="application/json").json()
    bulk = time.perf_counter() - began
    assert told["done"] == ROWS, told["results"][0]
    seconds = {"seconds_bulk": round(bulk, 2), "seconds_singly": round(singles, 2), "seconds_plain": round(plain, 2)}
    shown = {**seconds, "rows": ROWS, "cases": len(cases), "queries": _bulk_queries(client, cases, numbers)}
    tell("api: rows at once, to one by one", singles / bulk, SINGLE_BUDGET, at_least=True, **shown)
    tell("api: rows at once, to plain ones one by one", bulk / plain, BULK_BUDGET, **shown)


def _of_sample(post: Way) -> float:
    began = time.perf_counter()
    for _number in range(SAMPLE):
        post()
    return (time.perf_counter() - began) / SAMPLE


def _posting(client: Client, address: str, cases: list[UUID], numbers: Iterator[int]) -> Way:
    def post() -> None:
        number = next(numbers)
        _require_created(
            client.post(address, result(cases[number % len(cases)], number), content_type="application/json")
        )

    return post


def _plain_posting(client: Client, cases: list[UUID], numbers: Iterator[int]) -> Way:
    site = str(site_of_courses())

    def post() -> None:
        number = next(numbers)
        row = result(cases[number % len(cases)], number)
        row |= {"course": row.pop("parent"), "site": site}
        _require_created(client.post("/api/stock/lab/", row, content_type="application/json"))

    return post


def _require_created(response: Any) -> None:
    assert response.status_code == 201, response.content[:500]


def _bulk_queries(client: Client, cases: list[UUID], numbers: Iterator[int]) -> int:
    rows = [result(cases[number % len(cases)], next(numbers)) for number in range(ROWS)]
    return _queries(lambda: client.post(f"{LAB}bulk/", {"rows": rows}, content_type="application/json"))
