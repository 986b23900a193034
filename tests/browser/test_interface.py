"""The description of the interface in a real browser: whole, readable, within the page."""

from __future__ import annotations

import pytest
from django.urls import reverse

from config.openapi.document import described_groups


@pytest.mark.parametrize("address", ["/docs/api/", "/docs/api/crs_assessment/"])
def test_the_description_is_read_within_the_page(stage, page, live_server, inspect, open_as, address) -> None:
    # Made once a process, in a second or two, which a page under test is not to wait for.
    described_groups("en"), described_groups("es")
    open_as(stage.alice, address)
    inspect(f"interface{address.replace('/', '-')}".rstrip("-"))


def test_from_the_list_of_operations_to_one_of_them_by_keyboard(stage, page, live_server, open_as) -> None:
    open_as(stage.alice, reverse("api_docs"))
    page.locator('a[href="/docs/api/lab/#lab_bulk"]').focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/docs/api/lab/#lab_bulk")
    assert page.locator("#lab_bulk").is_visible()
    codes = page.locator("#lab_bulk details summary").first
    codes.focus()
    page.keyboard.press("Enter")
    assert page.locator("#lab_bulk details[open] li").first.is_visible()
