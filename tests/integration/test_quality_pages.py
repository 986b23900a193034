"""The pages of quality: every number leads to exactly its rows, and nobody reads of another hospital than their own."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from registry.models import SiteScore
from registry.selectors.quality_measures import MEASURES
from registry.services.quality import figures_compute
from registry.web.quality_heat import CODES
from sites.context import acting_as_system
from tests.factories.quality import full_case, further_sites, small_queries, small_record

pytestmark = pytest.mark.django_db
NOBODY = ["judy", "adam", "eve"]


@pytest.fixture
def record(cast):
    """Cases at Sevilla with other gaps each, and one at Houston."""
    return small_record(cast)


@pytest.fixture
def asked(record):
    """Queries at Sevilla of every kind, and one at Houston."""
    return small_queries(record)


@pytest.fixture
def computed(cast, asked):
    """The record counted by hand, its queries, and the figures of both hospitals."""
    figures_compute()
    return cast


@pytest.fixture
def open_as(signed_in):
    """Open a page as somebody."""

    def get(user, address: str, status: int = 200):
        page = signed_in(user).get(address)
        assert page.status_code == status, address
        return page

    return get


def rows_at(open_as, user, address: str) -> int:
    """Return how many rows the page has to which a number leads."""
    context = open_as(user, address).context
    return context["page"].paginator.count if "page" in context else len(context["lines"])


@pytest.mark.parametrize("person", ["dana", "carol", "alice"])
def test_every_number_of_the_queue_leads_to_as_many_queries(computed, open_as, person) -> None:
    context = open_as(computed[person], reverse("quality")).context
    lines = [*context["forms"], *context["ages"], *context["checks"], *context["further_checks"]]
    counted = [number for line in context["lines"] for number in (*line.ages, line.open, line.answered)]
    counted += [number for line in lines for number in (line.open, line.answered)]
    assert sum(number.count for number in counted) > 8
    for number in counted:
        assert rows_at(open_as, computed[person], number.url) == number.count, number


def test_the_oldest_query_is_the_one_that_is_linked(computed, asked, open_as) -> None:
    line = next(line for line in open_as(computed.dana, reverse("quality")).context["lines"] if line.code == "SEV")
    assert (line.oldest_days, line.oldest_url) == (40, reverse("query", args=[asked["again"].pk]))
    assert open_as(computed.dana, line.oldest_url)


def test_the_chart_has_the_numbers_of_the_table(computed, open_as) -> None:
    context = open_as(computed.dana, reverse("quality")).context
    drawn = {row.aged.name: row.aged for row in context["ageing"].rows}
    assert {name: site.total for name, site in drawn.items()} == {"HOU": 1, "SEV": 2}
    for line in context["lines"][:-1]:
        assert list(drawn[line.code].counts.values()) == [number.count for number in line.ages]
        assert list(drawn[line.code].urls.values()) == [number.url for number in line.ages]


def test_the_sums_below_are_those_of_all_sites(computed, open_as) -> None:
    *sites, total = open_as(computed.dana, reverse("quality")).context["lines"]
    assert (total.code, total.open.count, total.oldest_days) == ("", sum(line.open.count for line in sites), 40)


def test_every_cell_of_the_map_leads_to_the_cases_that_lack_the_value(computed, open_as) -> None:
    heat = open_as(computed.dana, reverse("quality")).context["heat"]
    with acting_as_system("tests", reason="look"):
        figures = {score.site.code: score.figures for score in SiteScore.objects.select_related("site")}
    line = next(line for line in heat.lines if line.code == "SEV")
    for code, cell in zip(CODES, line.cells, strict=True):
        figure = figures["SEV"][code]
        if not figure["of"]:
            assert (cell.percent, cell.url) == (None, "")
            continue
        assert cell.percent == 100 * figure["count"] // figure["of"]
        held = parse_qs(urlsplit(cell.url).query)["held"][0]
        assert held == ("empty" if figure["empty"] else "reason" if figure["reason"] else "value")
        assert rows_at(open_as, computed.dana, cell.url) == figure[held if held != "value" else "count"]
        assert [choice.count for choice in open_as(computed.dana, cell.url).context["choices"]] == [
            figure["empty"], figure["reason"], figure["count"]]  # fmt: skip


def test_every_figure_of_a_scorecard_leads_to_its_rows(computed, open_as) -> None:
    parts = open_as(computed.alice, reverse("site_scorecard", args=["SEV"])).context["parts"]
    with acting_as_system("tests", reason="look"):
        figures = SiteScore.objects.get(site=computed.sev).figures
    lines = [line for part in parts for line in part.lines]
    counts = {
        measure.code: figures[measure.code]["count"]
        if measure.code in ("queries_per_1000", "reopened")
        else figures[measure.code]["of"]
        for measure in MEASURES
        if not measure.is_completeness
    }
    for measure, line in zip(MEASURES, lines, strict=True):
        if measure.is_completeness or not line.url:
            continue
        assert rows_at(open_as, computed.alice, line.url) == counts[measure.code], measure.code


def test_the_slowest_come_first(computed, open_as) -> None:
    address = reverse("quality_rows") + "?site=SEV&measure=response_days"
    lines = open_as(computed.alice, address).context["lines"]
    assert [cells[-1].text for cells in lines] == ["10", "8", "6", "4"]


def test_cases_are_listed_with_what_they_lack_and_the_form_on_which_it_is_entered(computed, record, open_as) -> None:
    lines = open_as(computed.alice, reverse("quality_missing") + "?site=SEV&variable=covariates").context["lines"]
    lacks = {line.course.patient.study_id: [label for label, _url in line.lacks] for line in lines}
    assert lacks == {
        "B": ["Age", "Ferritin before lymphodepletion", "Karnofsky performance status"],
        "C": ["Ferritin before lymphodepletion", "Karnofsky performance status", "First dose of anakinra per kg"],
    }
    (line,) = open_as(computed.alice, reverse("quality_missing") + "?site=SEV&variable=kps").context["lines"]
    assert line.url == reverse("case_form", args=[record["B"].patient.pk, "infusion_course"])


PAGES = ["quality", "quality_missing", "quality_ageing_csv", "quality_completeness_csv"]


@pytest.mark.parametrize("person", NOBODY)
def test_who_sees_no_cases_sees_no_quality(computed, open_as, person) -> None:
    for name in PAGES:
        open_as(computed[person], reverse(name), 403)
    open_as(computed[person], reverse("quality_rows") + "?site=SEV&measure=entry_days", 403)
    open_as(computed[person], reverse("site_scorecard", args=["SEV"]), 403)


@pytest.mark.parametrize("person", ["alice", "ivan"])
def test_people_of_one_hospital_find_nothing_of_another(computed, open_as, person) -> None:
    user = computed[person]
    for name in PAGES:
        words = open_as(user, reverse(name)).content.decode()
        assert "HOU" not in words
        assert "Houston" not in words
    open_as(user, reverse("site_scorecard", args=["HOU"]), 404)
    open_as(user, reverse("quality_rows") + "?site=HOU&measure=open_days", 404)
    open_as(user, reverse("quality_missing") + "?site=HOU&variable=kps", 404)
    card = open_as(user, reverse("site_scorecard", args=["SEV"])).content.decode()
    assert "HOU" not in card
    assert "fewer than 5 hospitals" in card


def test_a_scorecard_stands_beside_the_quartiles_of_all_without_a_name(computed, open_as) -> None:
    for site in further_sites(4):
        for number in range(5):
            full_case(site, f"F{number}")
    with acting_as_system("tests", reason="five at Sevilla"):
        full_case(computed.sev, "E")
    figures_compute()
    page = open_as(computed.alice, reverse("site_scorecard", args=["SEV"]))
    lines = {line.label: line for part in page.context["parts"] for line in part.lines}
    kps = lines["Karnofsky performance status"]
    assert (kps.value, kps.rests) == ("60\u00a0%", "3 of 5 cases")
    assert (kps.median, kps.half) == ("100\u00a0%", "100\u00a0%")
    assert (kps.tone, kps.beside) == ("wait", "worse than most")
    assert kps.strip.median > 100
    assert lines["CAR-T product"].beside == "like most"
    assert lines["Re-opened"].peers == "fewer than 5 hospitals"
    words = page.content.decode()
    assert "X01" not in words
    assert "Hospital 1" not in words


def test_a_figure_that_rests_on_too_little_is_not_compared(computed, open_as) -> None:
    for site in further_sites(5):
        for number in range(5):
            full_case(site, f"F{number}")
    figures_compute()
    page = open_as(computed.alice, reverse("site_scorecard", args=["SEV"]))
    lines = {line.label: line for part in page.context["parts"] for line in part.lines}
    onset = lines["Onset of CRS"]
    assert (onset.rests, onset.median, onset.beside) == ("1 of 2 cases", "100\u00a0%", "too few to compare")
    assert onset.strip is None


def test_before_anything_is_computed_the_pages_say_so(cast, open_as) -> None:
    page = open_as(cast.dana, reverse("quality")).content.decode()
    assert "No query is open or answered." in page
    assert "Nothing has been computed yet." in page
    assert "Nothing has been computed for this hospital yet." in open_as(
        cast.alice, reverse("site_scorecard", args=["SEV"])).content.decode()  # fmt: skip


def test_what_an_address_asks_in_vain_is_not_found(computed, open_as) -> None:
    for query in ("quality_missing", "?variable=shoe_size"), ("quality_rows", "?site=SEV&measure=shoe_size"):
        open_as(computed.dana, reverse(query[0]) + query[1], 404)
    open_as(computed.dana, reverse("quality_rows") + "?site=SEV&measure=kps", 404)
    open_as(computed.dana, reverse("quality_rows"), 404)
    for moment in ("soon", "2026-02-30T00:00Z", "2026-01-01T00:00"):
        assert not open_as(computed.dana, reverse("quality") + f"?asked={moment}").context["state"].is_awaited


@pytest.fixture
def sent(monkeypatch):
    """The messages that go to a worker."""
    found: list[str] = []
    monkeypatch.setattr("registry.services.quality.current_app.send_task", lambda name, **_: found.append(name))
    return found


def test_a_data_manager_has_the_figures_computed_and_the_page_waits_for_them(
    computed, signed_in, sent, django_capture_on_commit_callbacks
) -> None:
    client = signed_in(computed.dana)
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post(reverse("quality_compute"))
    assert sent == ["registry.quality_nightly"]
    page = client.get(answer["Location"])
    assert page.context["state"].is_awaited
    assert "every 3s" in page.content.decode()
    figures_compute()
    page = client.get(answer["Location"])
    assert not page.context["state"].is_awaited
    assert "every 3s" not in page.content.decode()


def test_figures_that_do_not_come_are_said_to_be_late(computed, open_as) -> None:
    long_ago = (timezone.now() - timedelta(minutes=6)).isoformat()
    with acting_as_system("tests", reason="older figures"):
        SiteScore.objects.update(taken_at=timezone.now() - timedelta(days=1))
    page = open_as(computed.dana, reverse("quality") + "?" + "asked=" + long_ago.replace("+", "%2B"))
    assert page.context["state"].is_late
    assert "every 3s" not in page.content.decode()


@pytest.mark.parametrize("person", ["alice", "ivan", "judy", "adam"])
def test_nobody_else_has_them_computed(computed, signed_in, sent, person) -> None:
    assert signed_in(computed[person]).post(reverse("quality_compute")).status_code == 403
    assert "Compute again now" not in signed_in(computed[person]).get(reverse("quality")).content.decode()
    assert sent == []


def table(page) -> list[list[str]]:
    return list(csv.reader(io.StringIO(page.content.decode("utf-8-sig"))))


def test_the_files_have_the_numbers_of_the_page(computed, open_as) -> None:
    heads, hou, sev = table(open_as(computed.dana, reverse("quality_ageing_csv")))
    assert heads[0] == "Site"
    assert (hou, sev) == (["HOU", "0", "1", "0", "0", "1", "0", "8"], ["SEV", "1", "0", "1", "0", "2", "1", "40"])
    _heads, *lines = table(open_as(computed.dana, reverse("quality_completeness_csv")))
    assert ["SEV", "Karnofsky performance status", "4", "2", "1", "1"] in [line[:6] for line in lines]
    assert len(lines) == 2 * len(CODES)


def test_the_page_costs_the_same_queries_for_many_hospitals(computed, open_as) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as captured:
            open_as(computed.dana, reverse("quality"))
        return len(captured)

    cost()
    before = cost()
    for site in further_sites(4):
        full_case(site, "F").query(asked=3)
    figures_compute()
    assert cost() == before


@pytest.mark.parametrize("language", ["en", "es"])
def test_the_pages_are_complete_in_both_languages(computed, signed_in, language) -> None:
    client = signed_in(computed.dana)
    client.cookies["django_language"] = language
    client.post(reverse("choose_language"), {"language": language})
    page = client.get(reverse("quality")).content.decode()
    assert ("Completitud" in page) is (language == "es")
    assert 'width="900,' not in page
    assert client.get(reverse("site_scorecard", args=["SEV"])).status_code == 200
