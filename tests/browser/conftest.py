"""Browser tests: a real Chromium, no complaint on its console, axe-core's rules. Skipped where there is no Chromium."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT, AxeResults
from django.db import connections
from django.test import Client

from sites.models import User
from tests.browser.chromium import CHROMIUM
from tests.cast import Cast, create_cast

# Playwright runs an event loop in this thread; Django would refuse to reach the database from it.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
WIDTHS = {"1366": (1366, 700), "1024": (1024, 700)}
PICTURES = os.environ.get("QUELL_PICTURES", "")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test of this folder, and skip it where no Chromium is installed."""
    for item in items:
        if Path(item.path).is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.browser)
            if CHROMIUM is None:
                item.add_marker(pytest.mark.skip(reason="Chromium is not installed"))


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Use the Chromium of the system."""
    return {**browser_type_launch_args, "executable_path": CHROMIUM, "args": FLAGS}


@pytest.fixture(scope="session")
def playwright(playwright: Any) -> Iterator[Any]:
    """Close the connections made while Playwright's event loop ran: afterwards Django would no longer find them."""
    yield playwright
    connections.close_all()


@pytest.fixture(params=["en-GB", "es-ES"])
def locale(request: pytest.FixtureRequest) -> str:
    """Every test runs in both languages: numbers and dates break in one of them only."""
    return request.param


@pytest.fixture
def browser_context_args(browser_context_args: dict[str, Any], locale: str) -> dict[str, Any]:
    """A ward's screen, in the language of the test."""
    width, height = WIDTHS["1366"]
    return {**browser_context_args, "viewport": {"width": width, "height": height}, "locale": locale}


@pytest.fixture
def page(page: Any) -> Iterator[Any]:
    """A page whose console must stay silent: any breach of the policy fails the test."""
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if _is_complaint(message) else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.set_default_timeout(10_000)
    yield page
    assert not complaints, complaints


def _is_complaint(message: Any) -> bool:
    """Chromium notes the status of a form that was not saved (422) as an error too: the page did nothing wrong."""
    return message.type == "error" and "status of 422" not in message.text


@pytest.fixture
def stage(transactional_db: None, locale: str) -> Cast:
    """The cast where the server of a browser test can see it, speaking the language of the test."""
    from sites.context import acting_as_system

    people = create_cast()
    with acting_as_system("tests", reason="the language of the test"):
        User.objects.update(language=locale[:2])
    return people


@pytest.fixture
def open_as(page: Any, live_server: Any) -> Callable[[User | None, str], Any]:
    """Open a page as somebody who has signed in (None: as a stranger)."""

    def open_page(user: User | None, address: str) -> Any:
        page.context.clear_cookies()
        if user is not None:
            client = Client()
            client.force_login(user)
            cookie = {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}
            page.context.add_cookies([cookie])
        page.goto(live_server.url + address)
        return page

    return open_page


def violations(page: Any) -> AxeResults:
    """What axe finds wrong with the open page. What it finds right is not gathered: that takes half of its time."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    options = {"runOnly": RULES, "resultTypes": ["violations"]}
    return AxeResults(page.evaluate("o => axe.run(o).then((found) => ({violations: found.violations}))", options))


@pytest.fixture
def inspect(page: Any, locale: str) -> Callable[[str], None]:
    """Check the open page: axe finds nothing, and at neither width does the page itself scroll sideways."""

    def check(name: str) -> None:
        found = violations(page)
        assert found.violations_count == 0, found.generate_report()
        for label, (width, height) in WIDTHS.items():
            page.set_viewport_size({"width": width, "height": height})
            assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), "scrolls sideways"
            if PICTURES:
                page.screenshot(path=f"{PICTURES}/{name}-{label}-{locale}.png", full_page=True)

    return check
