"""A report without small numbers: none in it, none that follows from others, and nobody singled out."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from exports.report import build
from exports.report.plan import Plan
from exports.report.suppress import first_shown, suppress
from exports.report.suppress_counts import KEYS
from tests.unit.report.small_release import LOW, person, small_release, timed

COUNTS = {
    "n", "count", "of", "missing", "patients", "events", "at_risk", "entered", "analysed", "n_events", "counts",
    "by_grade", "not_evaluable", "excluded_missing", "excluded_entry", "missing_by_covariate", "unknown", "most",
}  # fmt: skip
# What lies beside counts under names of its own.
OWN = {"day", "cells", "groups", "at"} | COUNTS
Report = dict[str, Any]


def crowd(seed: int, size: int) -> list[dict[str, Any]]:
    rng = random.Random(seed)
    dosed = [{}, LOW, LOW, {"DOSEGRP": "SUB100", "DOSE24": 50.0}]
    return [
        person(
            number,
            **rng.choice(dosed[: rng.choice([1, 2, 4])]),
            SITEPSEUD=rng.choice(["S01", "S02", "S03"]),
            AGE=rng.randrange(20, 80),
            KPS=rng.choice([None, 70, 80, 90]),
            SEX=rng.choice(["MALE", "FEMALE", "FEMALE", None]),
            PROD=rng.choice(["AXI", "AXI", "AXI", "IDE"]),
            GRATSTRT=rng.choice([1, 2, 3, 3, 4]),
            ORRFL=rng.choice([1, 1, 0, None]),
            BESTRESP=rng.choice(["CR", "PR", "PD"]),
            ANADISCAE=int(rng.random() < 0.2),
            ANADISC=rng.choice(["RESOLVED", "RESOLVED", "DEATH"]),
        )
        for number in range(size)
    ]


def report_of(folder: Path, seed: int, size: int) -> Report:
    rng, adsl = random.Random(seed), crowd(seed, size)
    ids = [row["USUBJID"] for row in adsl]
    outcomes = {name: [(rng.randrange(1, 60), rng.choice([0, 1, 1, 2])) for _ in ids] for name in ("RES", "TRM60")}
    deaths = [(rng.randrange(1, 400), rng.choice([0, 1])) for _ in ids]
    adtte = [row for name, told in {**outcomes, "OS": deaths}.items() for row in timed(adsl, name, told, ENTRYDY=0)]
    adae = [{"USUBJID": who, "AETERM": rng.choice(["RASH", "NEUTROPENIA"]), "AETOXGR": rng.randrange(1, 5),
             "AERELFL": 1, "AESEQ": 1} for who in ids if rng.random() < 0.4]  # fmt: skip
    adinf = [{"USUBJID": who, "INFSEQ": 1, "ASTDYA": 3, "INFSEVFL": rng.randrange(2), "INFCLASS": "VIRAL"}
             for who in ids if rng.random() < 0.3]  # fmt: skip
    addose = [{"USUBJID": who, "ADY": 5 + day, "ADYA": day, "DOSE": 300.0} for who in ids for day in range(2)]
    folder.mkdir()
    small_release(folder, adsl=adsl, adtte=adtte, adae=adae, adinf=adinf, addose=addose, adtox=[])
    return build.study_report(folder, Plan())


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> list[Report]:
    """Return whole reports of cohorts of different sizes; models are looked at elsewhere."""
    place = tmp_path_factory.mktemp("releases")
    with pytest.MonkeyPatch.context() as patched:
        for name in ("models", "sensitivity"):
            patched.setattr(build, name, lambda _study: [])
        return [report_of(place / str(seed), seed, size) for seed, size in enumerate((9, 30, 43, 80, 150, 300))]


def counts_in(value: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    """Yield every count of a report with its name; a count by group or by grade has the name of the whole."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from counts_in(inner, name if name in COUNTS and key not in OWN else key)
    elif isinstance(value, list):
        for inner in value:
            yield from counts_in(inner, name)
    elif name in COUNTS and isinstance(value, int):
        yield name, value


def test_no_small_number_is_left_anywhere(reports):
    for report in reports:
        found = list(counts_in(suppress(report)))
        assert found
        assert [(name, n) for name, n in found if n % 5 or 0 < n < 10] == []


def test_nobody_and_no_site_is_named(reports):
    for report in reports:
        text = json.dumps(suppress(report), allow_nan=False)
        assert "K00" in json.dumps(report)
        assert "K00" not in text
        assert "S01" not in text
        assert json.loads(text)["cases"] is None


def triples(report: Report) -> Iterator[tuple[list[Any], list[Any]]]:
    """Yield the shown and the exact counts of each line that sums up: both groups and all, or a column of levels."""
    hidden = suppress(report)
    held = {row["id"]: row for row in report["table_one"]["rows"]}
    for shown in hidden["table_one"]["rows"]:
        exact = held[shown["id"]]
        if exact["kind"] != "categorical":
            continue
        pairs = [(one["cells"], two["cells"]) for one, two in zip(exact["levels"], shown["levels"], strict=True)]
        for one, two in pairs:
            yield [one[key]["count"] for key in KEYS], [two[key]["count"] for key in KEYS]
        for key in KEYS:
            whole = [cells[key]["count"] for cells, _two in pairs] + [exact["missing"][key]]
            seen = [cells[key]["count"] for _one, cells in pairs] + [shown["missing"][key]]
            yield [*whole, sum(whole)], [*seen, next(group["n"] for group in hidden["groups"] if group["key"] == key)]


def test_no_hidden_number_stands_alone_in_a_sum(reports):
    for report in (one for one in reports if one["table_one"]):
        for exact, shown in triples(report):
            hidden = [n for n, told in zip(exact, shown, strict=True) if told is None]
            has_others = len(exact) == 3 and exact[2] != exact[0] + exact[1]
            assert len(hidden) != 1 or has_others, (exact, shown)


def test_the_report_that_is_given_stays_as_it_is(reports):
    before = copy.deepcopy(reports[3])
    suppress(reports[3])
    assert reports[3] == before


def test_large_numbers_are_shown_rounded_with_the_interval_of_the_rounded(reports):
    hidden = suppress(reports[-1])
    share, exact = hidden["response"]["overall"]["ALL"], reports[-1]["response"]["overall"]["ALL"]
    assert abs(share["count"] - exact["count"]) <= 2
    assert share["est"] == share["count"] / share["of"]
    assert share["lower"] < share["est"] < share["upper"]
    assert (hidden["suppressed"], hidden["abstract"], hidden["sensitivity"]) == (
        {"small_below": 11, "round_to": 5}, [], [],
    )  # fmt: skip
    assert {entry["section"] for entry in hidden["absent"]} == {"abstract", "sensitivity", "cases"}


def test_curves_have_steps_of_many_events_only(reports):
    endpoint = next(told for told in reports[-1]["incidence"] if told["id"] == "resolution")
    shown = next(told for told in suppress(reports[-1])["incidence"] if told["id"] == "resolution")
    before, after = endpoint["groups"]["ALL"]["curve"], shown["groups"]["ALL"]["curve"]
    events = dict(zip(before["time"], before["events"], strict=True))
    kept = [events.get(day, 0) for day in after["time"]]
    assert len(kept) > 3
    assert all(later - sooner >= 11 for sooner, later in zip(kept, kept[1:], strict=False))
    assert set(after["lower"]) == {None}
    step = 5 / shown["groups"]["ALL"]["n"]
    assert all(abs(est / step - round(est / step)) < 1e-9 for est in after["est"])
    assert shown["groups"]["ALL"]["last"] is None


def test_a_cohort_of_few_shows_no_number(reports):
    hidden = suppress(reports[0])
    assert [group["n"] for group in hidden["groups"]] == [None, None, None]
    assert not any(any(told["groups"].values()) for told in hidden["incidence"])
    assert hidden["flow"]["analysed"] is None


def model(**told: Any) -> Report:
    term = {"name": "AGE", "label": "Age", "term": "AGE", "covariate": "Age", "unit": "", "coef": 0.0488, "se": 0.02,
            "hr": 1.05004, "lower": 1.0089, "upper": 1.0927, "z": 2.4, "p": 0.01649, "lr_p": 0.012, "ph_p": 0.44,
            "per": []}  # fmt: skip
    return {"id": "m", "title": "Resolution", "endpoint": "resolution", "cause": 1, "kind": "univariable", "n": 297,
            "n_events": 43, "excluded_missing": 3, "excluded_entry": 0, "missing_by_covariate": {"AGE": 3},
            "parameters": 10, "epv": 4.3, "epv_warning": None, "reference": {}, "terms": [term], "tests": {},
            "concordance": 0.61, "ph_global": None, "firth": [], "error": None, **told}  # fmt: skip


def suppressed_model(report: Report, **told: Any) -> Report:
    found: Report = suppress({**report, "models": [model(**told)]})["models"][0]
    return found


def test_a_model_of_many_events_keeps_its_ratio_but_nothing_that_tells_the_exact_number(reports):
    found = suppressed_model(reports[-1])
    term = found["terms"][0]
    assert (term["hr"], term["lower"], term["upper"], term["p"]) == (1.05, 1.01, 1.09, 0.02)
    assert (term["coef"], term["se"], found["concordance"]) == (None, None, None)
    assert (found["n"], found["n_events"], found["excluded_missing"]) == (295, 45, None)
    assert (found["missing_by_covariate"], found["epv"]) == ({"AGE": None}, 4.5)
    assert found["epv_warning"]["values"] == {"epv": 4.5}


@pytest.mark.parametrize("told", [{"n_events": 9}, {"n_events": 290}, {"n": 50}, {"reference": {"COSTIM": "4-1BB"}}])
def test_a_model_that_would_tell_a_small_number_is_dropped_with_words(reports, told):
    found = suppressed_model(reports[-1], **told)
    assert (found["terms"], found["n_events"]) == ([], None)
    assert found["error"]["code"] == "SUPPRESSED"
    assert found["error"]["words"].startswith("Hidden")


def test_counts_inside_of_texts_are_words(reports):
    note = {"id": "trm", "heading": "Death", "text": {"words": "%(unknown)s left out", "values": {"unknown": 3}}}
    small = {"id": "small", "heading": "Small", "text": {"words": "%(n)s", "values": {"n": 43}}}
    notes = suppress({**reports[3], "notes": [note, small]})["notes"]
    assert [told["text"]["values"] for told in notes] == [{"unknown": "hidden"}]


@pytest.mark.parametrize(("small_below", "round_to", "first"), [(11, 5, 13), (13, 5, 13), (11, 20, 11), (10, 5, 13)])
def test_no_number_is_shown_that_stands_for_two_counts_only(small_below, round_to, first):
    assert first_shown(small_below, round_to) == first


def test_who_is_left_out_of_a_small_group_does_not_follow_from_two_sizes(reports):
    found = suppressed_model(reports[-1], n=11, n_events=11, excluded_missing=1)
    assert (found["n"], found["n_events"], found["excluded_missing"]) == (None, None, None)
    assert suppressed_model(reports[-1], n=12)["n"] is None


def test_a_policy_that_rounds_less_does_not_let_differences_tell_small_numbers(reports):
    assert suppress(reports[-1], round_to=1) == suppress(reports[-1], round_to=5)
    assert suppress(reports[-1], round_to=10)["suppressed"]["round_to"] == 10
