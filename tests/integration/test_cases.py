"""The pages of cases: who sees which, in what words, at what cost."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from registry.metadata.forms import FORMS
from registry.models import (
    CaseLock,
    CrsEpisode,
    DataQuery,
    Draft,
    InfusionCourse,
    LabResult,
    Patient,
    QueryState,
    SiteLock,
)
from registry.selectors.case_filters import CaseFilter, CaseOrder
from registry.services.signatures import case_sign
from registry.web.case_panels import _panels, register_panel
from sites.context import acting_as, acting_as_system
from tests.factories.files import create_products
from tests.factories.whole_case import INFUSED, whole_case


@pytest.fixture
def two(cast):
    """One whole case at Sevilla, one at Houston, with tell-tale words in every field of words."""
    here = whole_case(cast.sev, "SEV-0001", words="sevilla", judge=cast.judy)
    there = whole_case(cast.hou, "HOU-0001", words="houston", judge=cast.judy)
    return here, there


@pytest.fixture
def many(cast):
    """120 cases, alternately of both sites."""
    with acting_as_system("tests", reason="many cases"):
        Patient.objects.bulk_create(
            Patient(site=(cast.sev, cast.hou)[number % 2], study_id=f"C-{number:04d}") for number in range(120)
        )


def page(client, path="cases", *args, **asked) -> str:
    response = client.get(reverse(path, args=args), asked)
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


@pytest.mark.parametrize(
    ("person", "sees"),
    [("alice", {"SEV"}), ("ivan", {"SEV"}), ("bob", {"HOU"}), ("carol", {"SEV", "HOU"}), ("dana", {"SEV", "HOU"})],
)
def test_each_person_finds_the_cases_of_their_sites_and_no_others(cast, two, signed_in, person, sees) -> None:
    client = signed_in(cast[person])
    text = page(client)
    for patient in two:
        code = patient.study_id[:3]
        assert (patient.study_id in text) == (code in sees)
        assert (client.get(reverse("case", args=[patient.pk])).status_code == 200) == (code in sees)


@pytest.mark.parametrize("person", ["judy", "adam", "eve"])
def test_people_without_the_right_get_neither_list_nor_case(cast, two, signed_in, person) -> None:
    client = signed_in(cast[person])
    assert client.get(reverse("cases")).status_code == 403
    assert client.get(reverse("case", args=[two[0].pk])).status_code == 403


def test_a_case_of_another_site_looks_like_one_that_does_not_exist(cast, two, signed_in) -> None:
    client = signed_in(cast.alice)
    foreign, absent = (client.get(reverse("case", args=[pk])) for pk in (two[1].pk, uuid.uuid4()))
    assert foreign.status_code == absent.status_code == 404
    assert b"HOU" not in foreign.content


def test_search_and_site_narrow_the_list_and_stay_in_the_address(cast, many, signed_in) -> None:
    client = signed_in(cast.carol)
    text = page(client, q="c-000", site="HOU")
    assert "C-0001" in text
    assert "C-0000" not in text
    assert "C-0011" not in text
    assert 'value="c-000"' in text
    assert '<option value="HOU" selected>' in text
    empty = page(client, q="none")
    assert "No cases match these filters." in empty
    assert "Clear filters" in empty


def test_a_site_that_is_not_ones_own_cannot_be_asked_for(cast, many, signed_in) -> None:
    client = signed_in(cast.alice)
    foreign, absent = (client.get(reverse("cases"), {"site": code}).context["cases"] for code in ("HOU", "NONE"))
    assert foreign == absent
    assert "Houston" not in page(client, site="HOU")


def test_the_pages_follow_each_other_without_gap_or_repeat(cast, many, signed_in) -> None:
    client, after, seen = signed_in(cast.dana), "", []
    for _page in range(3):
        response = client.get(reverse("cases"), {"after": after} if after else {})
        seen += [case.study_id for case in response.context["cases"]]
        after = response.context["following"]
    assert after is None
    assert seen == [f"C-{number:04d}" for number in range(120)]


@pytest.fixture(params=["site by site", "all at once", "all at once, many of all"])
def way_of_reading(request, monkeypatch):
    """Read the lists in each of the ways that are chosen by the number of sites and of rows."""
    if request.param != "site by site":
        monkeypatch.setattr("registry.selectors.case_pages.SITES_ONE_BY_ONE", 0)
    if request.param == "all at once, many of all":
        monkeypatch.setattr("registry.selectors.case_filters.FEW", 0)


def _walk(client, way: str, **asked) -> list[str]:
    """Read all pages from the first to the last, or back from the last to the first."""
    place, going, seen = ({}, "after", []) if way == "on" else ({"before": "end"}, "before", [])
    for _page in range(9):
        context = client.get(reverse("cases"), {**asked, **place}).context
        shown = [case.study_id for case in context["cases"]]
        seen = [*seen, *shown] if way == "on" else [*shown, *seen]
        key = context["following" if way == "on" else "previous"]
        if key is None:
            return seen
        place = {going: key}
    raise AssertionError("The pages do not end.")


@pytest.fixture
def infused(many):
    """Courses of 110 of the 120 cases, several on one day; the last ten have none."""
    create_products()
    with acting_as_system("tests", reason="infusions"):
        InfusionCourse.objects.bulk_create(
            InfusionCourse(
                site_id=case.site_id,
                patient=case,
                course_no=1,
                infused_on=INFUSED + dt.timedelta(days=number * 7 % 30),
                product_id=("AXI", "TISA")[number % 3 == 0],
            )
            for number, case in enumerate(Patient.objects.order_by("study_id")[:110])
        )


@pytest.mark.parametrize("way", ["on", "back"])
@pytest.mark.parametrize("person", ["dana", "carol", "alice"])
@pytest.mark.parametrize("order", [*CaseOrder])
def test_in_every_order_pages_lead_on_and_back_through_all_cases(
    cast, infused, signed_in, way_of_reading, person, order, way
) -> None:
    with acting_as(cast[person]):
        rows = InfusionCourse.objects.order_by("infused_on", "patient_id").values_list("patient__study_id", flat=True)
        by_id = Patient.objects.order_by("study_id").values_list("study_id", flat=True)
        expected = list(rows if order.is_by_infusion else by_id)
    assert _walk(signed_in(cast[person]), way, sort=order) == (expected[::-1] if order.is_down else expected)


def test_the_list_says_how_it_is_sorted_and_leads_to_the_other_orders(cast, infused, signed_in) -> None:
    client = signed_in(cast.alice)
    assert page(client).count("aria-sort") == 1
    assert 'aria-sort="ascending" class="standings__case"' in page(client)
    assert 'href="?sort=-study_id"' in page(client)
    down = page(client, sort="-infused_on", q="c-")
    assert '<th scope="col" aria-sort="descending"><a href="?sort=infused_on&amp;q=c-">' in down
    assert "Cases without an infusion date are not in this order." in down


def test_what_an_address_asks_and_the_list_does_not_know_is_left_out(cast, infused, signed_in) -> None:
    client = signed_in(cast.alice)
    plain = client.get(reverse("cases")).context["cases"]
    strange = {"sort": "site", "standing": "x", "product": "x", "site": "x", "before": "x", "after": "x"}
    assert client.get(reverse("cases"), strange).context["cases"] == plain


@pytest.mark.parametrize("asked", ["ABCDE-1", "abcde-1", "aBcDe-", "ab", "a", "ABCDE-10"])
def test_the_search_takes_capitals_and_small_letters_for_the_same(cast, signed_in, way_of_reading, asked) -> None:
    names = ["ABCDE-10", "abcde-11", "AbCdE-12", "B-1", "ABCDF-1", "A_1"]
    with acting_as_system("tests", reason="names"):
        Patient.objects.bulk_create(Patient(site=cast.sev, study_id=name) for name in names)
    found = {case.study_id for case in signed_in(cast.alice).get(reverse("cases"), {"q": asked}).context["cases"]}
    assert found == {name for name in names if name.lower().startswith(asked.lower())}


@pytest.mark.parametrize("order", ["study_id", "infused_on"])
def test_cases_of_one_product_can_be_asked_for(cast, infused, signed_in, way_of_reading, order) -> None:
    found = _walk(signed_in(cast.alice), "on", product="TISA", sort=order)
    assert sorted(found) == [f"C-{number:04d}" for number in range(0, 110, 6)]


@pytest.fixture
def standing(infused, cast):
    """One case of Sevilla signed, one locked, one held by the lock of the site, one with a draft of alice's."""
    with acting_as_system("tests", reason="standing"):
        signed, locked, drafted = Patient.objects.filter(study_id__in=["C-0002", "C-0004", "C-0006"])
        early = InfusionCourse.objects.filter(site=cast.sev).order_by("infused_on")[0].infused_on
        CaseLock.objects.create(site=cast.sev, patient=locked, reason="audit", locked_by=cast.dana)
        CaseLock.objects.create(site=cast.sev, patient=drafted, topic="lab", reason="audit", locked_by=cast.dana)
        SiteLock.objects.create(site=cast.sev, until_on=early, reason="audit", locked_by=cast.dana)
        Draft.objects.create(
            site=cast.sev, patient=drafted, owner=cast.alice, form="lab", saved_at=timezone.now(), typed={"a": "1"}
        )
        _asked(Patient.objects.get(study_id="C-0008"), QueryState.OPEN)
        _asked(Patient.objects.get(study_id="C-0010"), QueryState.ANSWERED)
        held = Patient.objects.filter(site=cast.sev, infusion_courses__infused_on=early)
        held_ids = set(held.values_list("study_id", flat=True))
    with acting_as(cast.ivan):
        case_sign(patient=signed, by=cast.ivan)
    return held_ids


def _asked(patient, state, topic="patient", row=None, **values) -> DataQuery:
    """A query of a person about a row of a case, without the acts that lead to its state."""
    now = timezone.now()
    return DataQuery.objects.create(
        site=patient.site, patient=patient, topic=topic, row_id=row or patient.pk, text="Is that so?", state=state,
        opened_at=now, asked_at=now, **values,
    )  # fmt: skip


@pytest.mark.parametrize("order", ["study_id", "-infused_on"])
def test_cases_can_be_asked_for_by_where_they_stand(cast, standing, signed_in, way_of_reading, order) -> None:
    client = signed_in(cast.alice)
    found = {name: set(_walk(client, "on", standing=name, sort=order)) for name in CaseFilter}
    assert found["signed"] == {"C-0002"}
    assert found["locked"] == {"C-0004"} | standing
    assert found["drafts"] == {"C-0006"}
    assert found["queries"] == {"C-0008"}
    everything = set(_walk(client, "on", sort=order))
    assert found["open"] == everything - found["signed"] - found["locked"]
    assert set(_walk(signed_in(cast.ivan), "on", standing="drafts", sort=order)) == set()


def test_every_cell_says_in_shape_and_words_how_far_the_form_is(cast, standing, signed_in) -> None:
    client = signed_in(cast.alice)
    response = client.get(reverse("cases"), {"q": "C-0006"})
    (line,) = response.context["lines"]
    assert len(line.cells) == len(FORMS)
    text = " ".join(response.content.decode().split())
    assert 'title="Patient: In progress. Missing: Year of birth, Age at first infusion, Sex and 5 more."' in text
    assert (
        '<span aria-hidden="true">◐ <small>8</small></span><span class="unseen">In progress, 8 missing</span>' in text
    )
    assert '<span aria-hidden="true">■</span><span class="unseen">Locked, with your draft</span>' in text
    assert "Your draft waits." in text


def test_a_form_with_an_open_query_says_how_many(cast, standing, signed_in) -> None:
    with acting_as_system("tests", reason="a second query"):
        asked = Patient.objects.get(study_id="C-0008")
        _asked(asked, QueryState.OPEN)
    response = signed_in(cast.alice).get(reverse("cases"), {"standing": "queries"})
    assert [line.patient.study_id for line in response.context["lines"]] == ["C-0008"]
    text = " ".join(response.content.decode().split())
    assert 'title="Patient: 2 queries open. Missing: Year of birth' in text
    assert '<span aria-hidden="true">? <small>2</small></span><span class="unseen">2 queries open</span>' in text
    assert "Query open</li>" in text


def test_only_who_enters_cases_is_offered_a_new_one(cast, many, signed_in) -> None:
    assert [bool(signed_in(cast[name]).get(reverse("cases")).context["new_url"]) for name in ("ivan", "dana")] == [
        False,
        False,
    ]


@pytest.mark.parametrize("wall_off", ["", "without_scoping", "without_policies"], indirect=True)
def test_behind_either_wall_alone_the_list_holds_no_case_of_another_site(cast, infused, signed_in, wall_off) -> None:
    client = signed_in(cast.alice)
    for order in CaseOrder:
        shown = client.get(reverse("cases"), {"sort": order, "site": "HOU"}).context["cases"]
        assert {case.site_id for case in shown} == {cast.sev.pk}


@pytest.mark.parametrize(("person", "budget"), [("alice", 20), ("carol", 19), ("dana", 24)])
@pytest.mark.parametrize("asked", [{}, {"sort": "-infused_on"}, {"before": "end"}, {"standing": "open"}])
def test_the_list_keeps_within_its_budget_of_queries(cast, infused, signed_in, person, budget, asked) -> None:
    client = signed_in(cast[person])
    client.get(reverse("cases"), asked)
    with CaptureQueriesContext(connection) as counted:
        assert len(client.get(reverse("cases"), asked).context["cases"]) == 50
    assert len(counted) <= budget, "\n".join(query["sql"][:100] for query in counted)


def test_going_on_from_a_foreign_case_is_like_going_on_from_none(cast, many, signed_in) -> None:
    client = signed_in(cast.alice)
    with acting_as_system("tests", reason="looking on"):
        foreign = Patient.objects.filter(site=cast.hou).last()
    listed = [client.get(reverse("cases"), {"after": pk}).context["cases"] for pk in (foreign.pk, uuid.uuid4(), "x")]
    assert listed[0] == listed[1] == listed[2]


def test_the_case_shows_every_topic_with_units_and_days_and_never_the_identity(cast, two, signed_in) -> None:
    text = page(signed_in(cast.alice), "case", two[0].pk)
    for words in ("Infusion courses", "CRS episodes", "Laboratory results", "axi", "2021-03-16", "day 0", "mg/kg/d"):
        assert words in text
    assert "sevilla_cause_other" in text
    for identity in ("local_record_number", "sevilla_given_name", "sevilla_family_name", "Date of birth"):
        assert identity not in text


def test_the_case_lists_its_queries_with_the_way_to_the_value_and_to_the_thread(cast, two, signed_in) -> None:
    with acting_as_system("tests", reason="queries"):
        episode = CrsEpisode.objects.get(course__patient=two[0])
        open_one = _asked(two[0], QueryState.OPEN, "crs_episode", episode.pk, field="onset_on")
        _asked(two[0], QueryState.ANSWERED, "crs_episode", episode.pk, field="max_grade")
        _asked(two[0], QueryState.CLOSED, resolution="SETTLED", closed_at=timezone.now())
    text = " ".join(page(signed_in(cast.alice), "case", two[0].pk).split())
    assert "1 query is open. 1 is answered and waits for the registry." in text
    at = reverse("case_form_row", args=[two[0].pk, "crs_episode", episode.pk])
    assert f'<a href="{at}#query-{open_one.pk}">CRS episode {episode.crs_no}, Onset of CRS</a>' in text
    assert f'<a href="{reverse("query", args=[open_one.pk])}?case=SEV-0001&amp;state=all">Is that so?</a>' in text
    assert "The answer settles it" in text
    assert f'<a href="{reverse("queries")}?case=SEV-0001&amp;state=all&amp;form=crs_episode">1<' in text
    assert "Query open</span>" in text


def test_a_case_costs_as_many_queries_with_thirty_questions_as_with_one(cast, two, signed_in) -> None:
    client, address = signed_in(cast.dana), reverse("case", args=[two[0].pk])
    with acting_as_system("tests", reason="a query"):
        _asked(two[0], QueryState.OPEN)
    before = _queries(client, address)
    with acting_as_system("tests", reason="many queries"):
        for _number in range(30):
            _asked(two[0], QueryState.OPEN)
    assert _queries(client, address) == before
    assert "21 more" in page(client, "case", two[0].pk)


def test_why_a_value_is_missing_stands_in_its_place(cast, two, signed_in) -> None:
    with acting_as_system("tests", reason="a missing value"):
        InfusionCourse.objects.filter(patient=two[0]).update(kps=None, missing={"kps": "ND"})
    assert '<abbr class="missing" title="not done">ND</abbr>' in page(signed_in(cast.alice), "case", two[0].pk)


def test_numbers_are_written_as_the_language_does(cast, two, signed_in) -> None:
    with acting_as_system("tests", reason="a weight"):
        InfusionCourse.objects.filter(patient=two[0]).update(weight_kg="71.50")
        type(cast.alice).objects.filter(pk=cast.alice.pk).update(language="es")
    assert "71,5 kg" in page(signed_in(cast.alice), "case", two[0].pk)


def test_a_case_without_a_course_is_shown_all_the_same(cast, signed_in) -> None:
    with acting_as_system("tests", reason="a bare case"):
        bare = Patient.objects.create(site=cast.sev, study_id="BARE")
    assert "Nothing recorded." in page(signed_in(cast.alice), "case", bare.pk)
    assert "BARE" in page(signed_in(cast.alice))


def test_an_empty_registry_leads_those_who_upload_to_the_upload(cast, signed_in) -> None:
    assert reverse("upload_new") in page(signed_in(cast.alice))
    assert reverse("upload_new") not in page(signed_in(cast.ivan))


def _queries(client, address) -> int:
    client.get(address)
    with CaptureQueriesContext(
        connection,
    ) as counted:
        assert client.get(address).status_code == 200
    return len(counted)


def test_a_case_costs_as_many_queries_with_a_hundred_rows_as_with_one(cast, two, signed_in) -> None:
    client, address = signed_in(cast.alice), reverse("case", args=[two[0].pk])
    before = _queries(client, address)
    _add_rows(two[0])
    assert _queries(client, address) == before


def _add_rows(patient: Patient) -> None:
    with acting_as_system("tests", reason="more rows"):
        course = InfusionCourse.objects.get(patient=patient)
        place = {"site": patient.site, "course": course}
        LabResult.objects.bulk_create(
            LabResult(
                **place,
                analyte="FERRITIN",
                sampled_on=INFUSED.replace(month=5, day=1 + n % 28),
                sampled_at=f"{n // 28:02d}:00",
            )
            for n in range(100)
        )
        CrsEpisode.objects.bulk_create(CrsEpisode(**place, crs_no=10 + n) for n in range(10))


def test_a_list_costs_as_many_queries_with_fifty_rows_as_with_one(cast, two, signed_in) -> None:
    client = signed_in(cast.dana)
    before = _queries(client, reverse("cases"))
    for number in range(20):
        with acting_as_system("tests", reason="more cases"):
            patient = Patient.objects.create(site=cast.sev, study_id=f"X-{number}")
            InfusionCourse.objects.create(
                site=cast.sev, patient=patient, course_no=1, product_id="AXI", infused_on=INFUSED
            )
    assert _queries(client, reverse("cases")) == before


def test_a_panel_is_shown_to_whom_it_speaks(cast, two, signed_in, monkeypatch) -> None:
    monkeypatch.setattr("registry.web.case_panels._panels", dict(_panels))
    register_panel(
        "probe",
        "components/empty.html",
        lambda request, patient: {"text": f"probe {patient.study_id}"} if request.user == cast.alice else None,
    )
    assert "probe SEV-0001" in page(signed_in(cast.alice), "case", two[0].pk)
    assert "probe" not in page(signed_in(cast.ivan), "case", two[0].pk)
