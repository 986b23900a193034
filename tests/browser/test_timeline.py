"""The timeline in a real browser, in both languages: rules of accessibility, narrow screens, keyboard, paper."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse

from registry.models import Death
from tests.factories.one_course import changed, on, one_course, save_course

PAGE = re.compile(rb"/Type\s*/Page\b(?!s)")
ZOOMED = {"width": 683, "height": 384}


def address_of(rows) -> str:
    return reverse("case_timeline", args=[save_course(rows).pk])


@pytest.fixture
def address(stage) -> str:
    """A typical course at Sevilla."""
    return address_of(one_course(stage.sev))


@pytest.fixture
def faulty(stage) -> str:
    """A course with CRS before the infusion, a segment outside its course, events after death."""
    rows = one_course(stage.sev)
    rows.crs_episodes[0].onset_on = on(-1)
    rows.anakinra_courses[0].ended_on = on(12)
    rows.icans_episodes[0].onset_on, rows.icans_episodes[0].onset_on_precision = on(4).replace(day=1), "MONTH"
    death = Death(site=stage.sev, patient=rows.course.patient, died_on=on(20), cause="CRS")
    return address_of(changed(rows, deaths=[death], follow_ups=[]))


@pytest.fixture
def long(stage) -> str:
    """A course whose ICANS is followed for three months."""
    rows = one_course(stage.sev)
    head = rows.icans_episodes[0]
    head.is_resolved, head.resolved_on = False, None
    more = [type(rows.icans_days[0])(site=stage.sev, episode=head, assessed_on=on(day)) for day in range(22, 90, 7)]
    return address_of(changed(rows, icans_days=[*rows.icans_days, *more]))


def test_the_timeline_is_accessible(stage, address, open_as, inspect) -> None:
    open_as(stage.alice, address)
    inspect("timeline")


def test_the_table_below_it_is_accessible(stage, address, open_as, inspect) -> None:
    open_as(stage.ivan, address + "?origin=anakinra").locator("#tl-table > summary").click()
    inspect("timeline-table")


def test_a_timeline_with_faults_is_accessible(stage, faulty, open_as, inspect) -> None:
    open_as(stage.alice, faulty)
    inspect("timeline-faults")


def test_a_long_timeline_scrolls_in_its_own_region_under_titles_that_stay(stage, long, open_as, inspect) -> None:
    page = open_as(stage.dana, long)
    inspect("timeline-long")
    region = page.locator(".tl-scroll")
    assert region.evaluate("region => region.scrollWidth > region.clientWidth")
    region.focus()
    before = page.locator(".tl-margin").bounding_box()["x"]
    region.evaluate("region => { region.scrollLeft = 600; }")
    assert page.locator(".tl-margin").bounding_box()["x"] <= before
    assert page.locator(".tl-margin").bounding_box()["x"] >= region.bounding_box()["x"]


@pytest.mark.parametrize("which", ["address", "long", "faulty"])
def test_at_twice_the_size_the_page_does_not_scroll_sideways(stage, request, open_as, page, which) -> None:
    page.set_viewport_size(ZOOMED)
    open_as(stage.alice, request.getfixturevalue(which)).locator("#tl-table > summary").click()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_a_mark_is_reached_by_keyboard_and_leads_to_its_entry(stage, address, open_as) -> None:
    page = open_as(stage.alice, address)
    mark = page.locator(".tl-plot a").first
    mark.focus()
    assert page.evaluate("document.activeElement.closest('svg') !== null")
    page.keyboard.press("Enter")
    page.wait_for_url("**/*#row-*")


def test_the_chart_can_be_skipped(stage, address, open_as) -> None:
    page = open_as(stage.alice, address)
    page.locator(".tl-skip a").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/*#tl-table")


def test_the_sheet_is_not_wider_than_the_page_where_it_need_not_be(stage, address, open_as) -> None:
    page = open_as(stage.alice, address)
    for width in (1366, 1024):
        page.set_viewport_size({"width": width, "height": 700})
        assert page.locator(".tl-scroll").evaluate("region => region.scrollWidth <= region.clientWidth")


@pytest.mark.parametrize("which", ["address", "long", "faulty"])
def test_a_case_is_printed_on_one_landscape_page(stage, request, open_as, which) -> None:
    page = open_as(stage.alice, request.getfixturevalue(which))
    printed = page.pdf(prefer_css_page_size=True, print_background=False)
    assert len(PAGE.findall(printed)) == 1
    width, height = map(float, re.search(rb"/MediaBox\s*\[0 0 ([\d.]+) ([\d.]+)\]", printed).groups())
    assert (round(width), round(height)) == (842, 595)


def test_the_table_is_printed_only_when_it_is_open(stage, address, open_as) -> None:
    page = open_as(stage.alice, address)
    page.locator("#tl-table > summary").click()
    assert len(PAGE.findall(page.pdf(prefer_css_page_size=True))) > 1


def test_on_paper_there_are_facts_legend_case_and_time_and_no_controls(stage, address, open_as) -> None:
    page = open_as(stage.alice, address)
    page.emulate_media(media="print")
    for shown in (".tl-facts", ".tl-legend", ".tl-foot", ".tl-plot"):
        assert page.locator(shown).is_visible()
    for hidden in (".bar", ".crumbs", ".tl-head .tl-choices", "#tl-table", ".actions"):
        assert not page.locator(hidden).first.is_visible()
    assert "SEV-0017" in page.locator(".tl-foot").inner_text()
