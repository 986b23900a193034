"""The agreement of computed and reported grades: what is counted, who sees which sites, what a number leads to."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from registry.models import CrsAssessment, CrsEpisode
from registry.rules.grading import highest
from registry.rules.outcome import Toxicity
from registry.selectors.grade_agreement import Given, GradePair, Grain, grade_pairs, grade_rows
from registry.web.grade_asked import AgreementAsked
from registry.web.grade_page import agreement_sections
from sites.context import acting_as
from tests.factories.graded import DAY_0, graded_case

PAGE = "quality_grades"


@pytest.fixture
def graded(cast):
    """Two cases at Sevilla and one at Houston."""
    graded_case(cast.sev, "SEV-0001", crs=[(1, 1), (2, 2), (2, 3), (0, None)], crs_highest=3, icans=[(4, 4), (None, 1)])
    graded_case(cast.sev, "SEV-0002", crs=[(3, 1), (None, 2), (None, None)], crs_highest=1)
    graded_case(cast.hou, "HOU-0001", crs=[(1, 1), (4, 5)], crs_highest=5, icans=[(2, 2)], icans_highest=2)
    return cast


def pairs(user, toxicity, grain) -> list[tuple]:
    with acting_as(user):
        return [tuple(vars(pair).values()) for pair in grade_pairs(user, toxicity, grain)]


def rows(user, toxicity, grain, **asked) -> list[str]:
    with acting_as(user):
        found = grade_rows(user, toxicity, grain, **asked)
        if grain is Grain.EPISODE:
            return [row.course.patient.study_id for row in found]
        return [f"{row.episode.course.patient.study_id} {(row.assessed_on - DAY_0).days:+d}" for row in found]


def test_days_are_counted_by_both_of_their_grades_and_missing_ones_apart(graded):
    assert pairs(graded.dana, Toxicity.CRS, Grain.DAY) == [
        ("HOU", 1, 1, 1),
        ("HOU", 4, 5, 1),
        ("SEV", 0, None, 1),
        ("SEV", 1, 1, 1),
        ("SEV", 2, 2, 1),
        ("SEV", 2, 3, 1),
        ("SEV", 3, 1, 1),
        ("SEV", None, 2, 1),
        ("SEV", None, None, 1),
    ]
    assert pairs(graded.dana, Toxicity.ICANS, Grain.DAY) == [
        ("HOU", 2, 2, 1),
        ("SEV", 4, 4, 1),
        ("SEV", None, 1, 1),
    ]


def test_an_episode_has_the_highest_computed_grade_unless_a_day_without_one_could_be_higher(graded):
    assert pairs(graded.dana, Toxicity.CRS, Grain.EPISODE) == [
        ("HOU", 4, 5, 1),
        ("SEV", 2, 3, 1),
        ("SEV", None, 1, 1),
    ]
    assert pairs(graded.dana, Toxicity.ICANS, Grain.EPISODE) == [("HOU", 2, 2, 1), ("SEV", 4, None, 1)]


@pytest.mark.parametrize(
    "grades",
    [[0], [1, 3, 2], [None], [None, 3], [None, 4], [4, None, 0], []],
    ids=lambda grades: ",".join(map(str, grades)) or "no day",
)
def test_the_database_and_the_rule_agree_on_the_highest_grade(cast, grades):
    graded_case(cast.sev, "SEV-0001", crs=[(grade, None) for grade in grades] or [(1, 1)])
    with acting_as(cast.alice):
        if not grades:
            CrsAssessment.objects.all().delete()
        (found,) = grade_pairs(cast.alice, Toxicity.CRS, Grain.EPISODE)
    assert found == GradePair("SEV", highest(grades), None, 1)


@pytest.mark.parametrize(
    ("name", "sites"),
    [("alice", {"SEV"}), ("bob", {"HOU"}), ("carol", {"SEV", "HOU"}), ("ivan", {"SEV"}), ("dana", {"SEV", "HOU"})],
)
def test_everybody_counts_the_cases_of_the_sites_that_they_see(graded, name, sites):
    for grain in Grain:
        assert {pair[0] for pair in pairs(graded[name], Toxicity.CRS, grain)} == sites


@pytest.mark.parametrize("name", ["adam", "judy", "eve"])
def test_whoever_sees_no_cases_counts_none(graded, name):
    assert pairs(graded[name], Toxicity.CRS, Grain.DAY) == pairs(graded[name], Toxicity.CRS, Grain.EPISODE) == []


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, ["SEV-0001 +3", "SEV-0002 +1"]),
        ({"site": "HOU"}, []),
        ({"computed": 1, "reported": 1}, ["HOU-0001 +1", "SEV-0001 +1"]),
        ({"computed": 1, "reported": 1, "site": "SEV"}, ["SEV-0001 +1"]),
        ({"computed": Given.NONE, "reported": Given.SOME}, ["SEV-0002 +2"]),
        ({"computed": Given.SOME, "reported": Given.NONE}, ["SEV-0001 +4"]),
        ({"computed": Given.NONE, "reported": Given.NONE}, ["SEV-0002 +3"]),
        ({"computed": Given.SOME, "reported": 5}, ["HOU-0001 +2"]),
        ({"reported": 2}, ["SEV-0001 +2", "SEV-0002 +2"]),
    ],
)
def test_a_number_leads_to_its_days(graded, asked, found):
    assert rows(graded.dana, Toxicity.CRS, Grain.DAY, **asked) == found


def test_a_number_leads_to_its_episodes(graded):
    assert rows(graded.dana, Toxicity.CRS, Grain.EPISODE) == ["SEV-0001"]
    assert rows(graded.dana, Toxicity.CRS, Grain.EPISODE, computed=Given.NONE) == ["SEV-0002"]
    assert rows(graded.dana, Toxicity.CRS, Grain.EPISODE, computed=4, reported=5) == ["HOU-0001"]


def test_every_number_of_the_page_is_that_of_the_rows_behind_it(graded, signed_in):
    """The sum over all links: each leads to as many rows as it says."""
    client = signed_in(graded.dana)
    page = client.get(reverse(PAGE)).content.decode()
    links = re.findall(r'<a href="(\?[^"]*toxicity[^"]*)">(.*?)</a>', page)
    assert len(links) > 10
    for address, words in links:
        said = int(re.findall(r"\d+", re.sub(r'<span class="unseen">.*?</span>', "", words))[-1])
        found = client.get(reverse(PAGE) + address.replace("&amp;", "&")).context["found"]
        assert (len(found.rows), found.is_cut) == (said, False), address


def test_each_table_is_one_query(graded):
    with acting_as(graded.dana), CaptureQueriesContext(connection) as asked:
        agreement_sections(graded.dana, "")
    assert len([query for query in asked if "grade" in query["sql"]]) == 4


def sections(user, site="") -> dict:
    with acting_as(user):
        return {section.key: section for section in agreement_sections(user, site)}


def test_a_table_holds_the_pairs_up_to_4_and_says_how_far_apart_they_are(graded):
    crs = sections(graded.dana)["crs-day"]
    assert [line.computed for line in crs.lines] == [0, 1, 2, 3, 4]
    told = {(cell.words, cell.kind, cell.rows) for line in crs.lines for cell in line.cells if cell.rows}
    assert told == {
        ("computed 1, clinician 1", "same", 2),
        ("computed 2, clinician 2", "same", 1),
        ("computed 2, clinician 3", "near", 1),
        ("computed 3, clinician 1", "far", 1),
    }
    assert {(apart.words, apart.rows) for apart in crs.apart} == {
        ("only the computed grade", 1),
        ("only the clinician's grade", 1),
        ("neither grade", 1),
        ("clinician's grade 5, a death", 1),
    }


def test_a_fatal_episode_stands_in_a_column_of_its_own_and_in_no_agreement(graded):
    crs = sections(graded.dana)["crs-episode"]
    assert crs.columns[-1] == "5 (death)"
    assert crs.lines[4].cells[5].rows == 1
    assert crs.sites[-1].pairs == 1


def test_agreement_is_told_by_site_and_for_all_of_them(cast):
    graded_case(cast.sev, "SEV-0001", crs=[(1, 1)] * 20 + [(2, 1)] * 5 + [(1, 2)] * 10 + [(2, 2)] * 15)
    graded_case(cast.hou, "HOU-0001", crs=[(1, 1)] * 3)
    houston, sevilla, everywhere = sections(cast.dana)["crs-day"].sites
    assert (sevilla.code, sevilla.pairs, sevilla.same, sevilla.differing) == ("SEV", 50, "70.0 %", 15)
    assert sevilla.kappa == "0.40 (0.15 to 0.65)"
    assert (houston.kappa, houston.weighted) == ("one grade only", "one grade only")
    assert (everywhere.code, everywhere.pairs) == ("", 53)


def test_where_all_pairs_are_equal_no_interval_is_told(cast):
    graded_case(cast.sev, "SEV-0001", crs=[(1, 1), (2, 2)])
    assert [site.kappa for site in sections(cast.alice)["crs-day"].sites] == ["1.00 (no interval)"]


def test_agreement_below_chance_has_the_sign_of_print(cast):
    graded_case(cast.sev, "SEV-0001", crs=[(1, 2)] * 4 + [(2, 1)] * 4 + [(1, 1)])
    assert sections(cast.alice)["crs-day"].sites[0].kappa.startswith("−0.80 (−1.00 to −0.")


def test_numbers_are_written_as_the_language_writes_them(cast):
    graded_case(cast.sev, "SEV-0001", crs=[(1, 1)] * 20 + [(2, 1)] * 5 + [(1, 2)] * 10 + [(2, 2)] * 15)
    with translation.override("es"):
        (site,) = sections(cast.alice)["crs-day"].sites
    assert (site.same, site.kappa) == ("70,0 %", "0,40 (0,15 a 0,65)")


def test_the_page_of_a_site_holds_that_site_alone(graded, signed_in):
    page = signed_in(graded.dana).get(reverse(PAGE), {"site": "HOU"})
    assert [site.code for section in page.context["sections"] for site in section.sites] == ["HOU"] * 4
    assert b"SEV-" not in page.content


def test_a_coordinator_reads_nothing_of_another_site_whatever_the_address_asks(graded, signed_in):
    client = signed_in(graded.alice)
    for asked in ({}, {"site": "HOU"}, {"site": "HOU", "toxicity": "crs", "computed": "1"}):
        page = client.get(reverse(PAGE), asked).content.decode()
        assert "HOU" not in re.sub(r"<[^>]*>", " ", page)


def test_before_any_grade_the_page_says_so(cast, signed_in):
    page = signed_in(cast.alice).get(reverse(PAGE)).content.decode()
    assert page.count("No day has both a computed and a reported grade yet.") == 2
    assert page.count("No episode has both a computed and a reported grade yet.") == 2


def test_the_page_names_the_rule_in_force_and_calls_every_version_provisional(graded, signed_in):
    page = signed_in(graded.ivan).get(reverse(PAGE))
    assert [version.name for version in page.context["versions"] if version.is_in_force] == ["ASTCT-2019/1"] * 2
    assert page.content.decode().count('chip--wait">provisional') == len(page.context["versions"])


def test_a_row_leads_to_its_day_on_the_form(graded, signed_in):
    client = signed_in(graded.alice)
    page = client.get(reverse(PAGE), {"toxicity": "crs", "grain": "day", "computed": "3"})
    (row,) = page.context["found"].rows
    assert (row.study_id, row.episode, row.day, row.computed, row.reported) == ("SEV-0002", "1.1", "Day +1", 3, 1)
    address, _, anchor = row.url.partition("#")
    assert f'id="{anchor}"' in client.get(address).content.decode()


def test_an_episode_leads_to_its_form(graded, signed_in):
    client = signed_in(graded.alice)
    with acting_as(graded.alice):
        CrsEpisode.objects.filter(max_grade=3).update(max_grade_on=DAY_0 + dt.timedelta(days=3))
    page = client.get(reverse(PAGE), {"toxicity": "crs", "grain": "episode"})
    (row,) = page.context["found"].rows
    assert (row.day, row.computed, row.reported) == ("Day +3", 2, 3)
    address, _, anchor = row.url.partition("#")
    assert f'id="{anchor}"' in client.get(address).content.decode()


def test_a_long_list_is_cut_and_says_so(cast, signed_in, monkeypatch):
    monkeypatch.setattr("registry.web.grade_rows.LIMIT", 2)
    graded_case(cast.sev, "SEV-0001", icans=[(1, 2)] * 3)
    page = signed_in(cast.alice).get(reverse(PAGE), {"toxicity": "icans"})
    assert len(page.context["found"].rows) == 2
    assert "are shown. Choose one site or one pair of grades" in page.content.decode()


def test_nothing_found_leads_back(graded, signed_in):
    page = signed_in(graded.alice).get(reverse(PAGE), {"toxicity": "icans", "computed": "3", "reported": "0"})
    assert "No day has these grades." in page.content.decode()


def test_nonsense_in_the_address_asks_for_nothing():
    asked = {"site": "X", "toxicity": "flu", "grain": "week", "computed": "9", "reported": "-1"}
    assert AgreementAsked.read(asked, ["SEV"]) == AgreementAsked()


@pytest.mark.parametrize("address", ["?site=SEV", "?toxicity=icans&grain=episode&computed=none&reported=5", "?"])
def test_an_address_reads_what_it_writes(address):
    asked = dict(part.split("=") for part in address[1:].split("&") if part)
    assert AgreementAsked.read(asked, ["SEV"]).url == address
