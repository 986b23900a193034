"""The agreement of grades in a real browser, in both languages: rules of accessibility, narrow screens, links."""

from __future__ import annotations

import pytest
from django.urls import reverse

from tests.factories.graded import graded_case

ZOOMED = {"width": 683, "height": 384}
CLEAR = [(1, 1), (1, 1), (2, 2), (3, 3), (2, 2), (1, 1), (0, 0)]


@pytest.fixture
def graded(stage):
    """Sevilla agrees mostly, Houston less; some grades are missing."""
    for number in range(4):
        graded_case(stage.sev, f"SEV-{number:04d}", crs=CLEAR, icans=[(0, 0), (2, 2), (4, 4)], crs_highest=3)
    graded_case(stage.sev, "SEV-0017", crs=[(1, 2), (2, 2), (3, None)], crs_highest=2, icans_highest=5, icans=[(4, 4)])
    for number in range(3):
        graded_case(stage.hou, f"HOU-{number:04d}", crs=[(1, 1), (2, 3), (1, 3), (0, 0)], crs_highest=3)
    graded_case(stage.hou, "HOU-0017", crs=[(None, 2), (None, None), (2, 5)], crs_highest=2, icans=[(1, 1)])
    return stage


def test_the_tables_are_accessible(graded, open_as, inspect) -> None:
    open_as(graded.dana, reverse("quality_grades"))
    inspect("grades")


def test_the_rows_of_a_number_are_accessible(graded, open_as, inspect) -> None:
    open_as(graded.dana, reverse("quality_grades") + "?toxicity=crs&grain=day")
    inspect("grades-rows")


def test_a_page_without_a_pair_is_accessible(stage, open_as, inspect) -> None:
    open_as(stage.alice, reverse("quality_grades"))
    inspect("grades-none")


def test_a_number_leads_by_keyboard_to_its_rows_and_from_there_to_the_day_on_its_form(graded, open_as) -> None:
    page = open_as(graded.dana, reverse("quality_grades"))
    page.locator("td.grades__cell--far a").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/*computed=1&reported=3")
    assert page.locator(".grades__rows tbody tr").count() == 3
    page.locator(".grades__rows tbody tr").first.locator("a").last.click()
    page.wait_for_url("**/*#row-*")
    row = page.url.rpartition("#")[2]
    assert page.locator(f"#{row}").count() == 1


@pytest.mark.parametrize("asked", ["", "?toxicity=crs&grain=day"])
def test_at_twice_the_size_the_page_does_not_scroll_sideways(graded, open_as, page, asked) -> None:
    page.set_viewport_size(ZOOMED)
    open_as(graded.dana, reverse("quality_grades") + asked)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
