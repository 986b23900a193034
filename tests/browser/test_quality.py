"""The pages of quality in a real browser, in both languages: rules of accessibility, narrow screens, links, paper."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from django.urls import reverse

from registry.models import CrsEpisode, InfusionCourse, LabResult
from registry.services.quality import figures_compute
from sites.context import acting_as_system
from sites.models import Site
from tests.factories.quality import Case, full_case, further_sites

PAGE = re.compile(rb"/Type\s*/Page\b(?!s)")
ZOOMED = {"width": 683, "height": 384}
# Open queries of a site by their age in days, and how often each.
AGES = [(2, 9), (14, 5), (60, 3), (200, 2)]


def some_cases(site: Site, number: int) -> None:
    """Write seven cases of which more are incomplete from site to site, and queries about them."""
    for place in range(7):
        case = full_case(site, f"{site.code}-{place}")
        case.patient.age_at_infusion = 60
        if place < number:
            blank(case, place)
        for age, times in AGES:
            for _time in range(max(times * (8 - number) // 8 - place, 0)):
                case.query(asked=age + place)
        if place % 2:
            case.closed(opened=30 + place, closed=20 - number, resolution="FIXED")


def blank(case: Case, place: int) -> None:
    """Take values away, as far as the place of the case says."""
    with acting_as_system("tests", reason="gaps"):
        courses = InfusionCourse.objects.filter(patient=case.patient)
        courses.update(kps=None, missing={"kps": "ND"} if place % 2 else {}, weight_kg=Decimal(70) if place else None)
        if place > 2:
            LabResult.objects.filter(course__patient=case.patient).delete()
        if place > 3:
            CrsEpisode.objects.filter(course__patient=case.patient).update(resolved_on=None)


@pytest.fixture
def busy(stage):
    """Eight hospitals with cases, gaps and queries, and their figures."""
    for number, site in enumerate([stage.sev, stage.hou, *further_sites(6)]):
        some_cases(site, number)
    figures_compute()
    return stage


def test_the_page_of_a_data_manager_is_accessible(busy, open_as, inspect) -> None:
    open_as(busy.dana, reverse("quality"))
    inspect("quality")


def test_the_page_of_a_coordinator_is_accessible(busy, open_as, inspect) -> None:
    open_as(busy.alice, reverse("quality"))
    inspect("quality-own")


def test_the_scorecard_is_accessible(busy, open_as, inspect) -> None:
    open_as(busy.bob, reverse("site_scorecard", args=["HOU"]))
    inspect("scorecard")


def test_the_lists_behind_the_numbers_are_accessible(busy, open_as, inspect) -> None:
    open_as(busy.dana, reverse("quality_missing") + "?variable=covariates")
    inspect("quality-missing")
    open_as(busy.dana, reverse("quality_rows") + "?site=SEV&measure=resolution_days")
    inspect("quality-rows")


def test_pages_without_figures_are_accessible(stage, open_as, inspect) -> None:
    open_as(stage.dana, reverse("quality"))
    inspect("quality-nothing")
    open_as(stage.ivan, reverse("site_scorecard", args=["SEV"]))
    inspect("scorecard-nothing")


@pytest.mark.parametrize("name", ["quality", "site_scorecard"])
def test_at_twice_the_size_the_page_does_not_scroll_sideways(busy, open_as, page, name) -> None:
    page.set_viewport_size(ZOOMED)
    open_as(busy.dana, reverse(name, args=["SEV"] if name == "site_scorecard" else []))
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_the_chart_fits_a_wards_screen_and_its_blocks_lead_to_their_queries(busy, open_as, page) -> None:
    open_as(busy.dana, reverse("quality"))
    for width in (1366, 1024):
        page.set_viewport_size({"width": width, "height": 700})
        for region in (".ag-scroll", ".heat-scroll"):
            assert page.locator(region).evaluate("region => region.scrollWidth <= region.clientWidth"), (region, width)
    block = page.locator(".ag a:has(.ag-longer):has(text)").first
    number = int(block.locator("text").text_content())
    block.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/queries/?**age=91**")
    assert page.locator(".queries tbody tr").count() == number


def test_the_numbers_stand_inside_their_blocks(busy, open_as, page) -> None:
    open_as(busy.dana, reverse("quality"))
    outside = page.evaluate(
        """() => [...document.querySelectorAll(".ag a:has(rect)")].filter(block => {
          const text = block.querySelector("text"), box = block.querySelector("rect").getBoundingClientRect();
          if (!text) return false;
          const words = text.getBoundingClientRect();
          return words.left < box.left || words.right > box.right;
        }).length"""
    )
    assert outside == 0


def test_on_paper_there_are_figures_and_no_controls(busy, open_as) -> None:
    page = open_as(busy.dana, reverse("quality"))
    page.emulate_media(media="print")
    for shown in (".ag-scroll", ".heat", ".q-printed"):
        assert page.locator(shown).first.is_visible()
    for hidden in (".bar", ".q-ways", ".q-computed form", ".actions"):
        assert not page.locator(hidden).first.is_visible()


def test_a_scorecard_is_printed_on_two_pages_at_most(busy, open_as) -> None:
    page = open_as(busy.alice, reverse("site_scorecard", args=["SEV"]))
    assert len(PAGE.findall(page.pdf(prefer_css_page_size=True))) <= 2
