"""Figures for a paper: which there are, what they say, and that their bytes tell nothing but the figure."""

from __future__ import annotations

import html
import io
import re
from pathlib import Path

import pytest
from PIL import Image

from exports.report.paper import paper_figures, rendered
from exports.report.paper.curves import Line, steps
from exports.report.paper.swimmer import happened
from tests.unit.report.sample import incidence, sample, suppressed


@pytest.fixture(scope="module")
def made() -> dict[str, bytes]:
    return rendered(paper_figures(_published())["incidence_trm_start_by_group"])


def _published() -> dict:
    """The sample with the endpoint of the publication that it lacks."""
    report = sample()
    title = "Treatment-related mortality from the start of anakinra"
    report["incidence"].append(incidence("trm_start", title, "anakinra", [28]))
    return report


def test_the_figures_of_the_publication_are_drawn():
    assert list(paper_figures(_published())) == [
        "incidence_trm_infusion",
        "incidence_resolution",
        "incidence_resolution_by_group",
        "incidence_trm_start_by_group",
        "survival_os",
        "forest_resolution",
        "swimmer",
        "response",
        "dose",
    ]


def test_a_report_with_suppression_has_no_figure_of_what_it_hides():
    found = paper_figures(suppressed())
    assert not {"swimmer", "dose", "incidence_resolution_by_group"} & set(found)


def test_every_figure_can_be_drawn():
    for name, draw in paper_figures(sample()).items():
        assert draw().axes, name


def test_curves_come_with_estimates_numbers_at_risk_and_grays_test(made: dict[str, bytes]):
    words = html.unescape(made["svg"].decode()).replace("\u00a0", " ")
    for expected in ("High dose (day 28: 9 % (4–14))", ">At risk<", ">Low dose<", ">28<", "Gray's test: P = 0.041"):
        assert expected in words


def test_simulated_data_are_labelled_in_the_figure(made: dict[str, bytes]):
    assert "Simulated data" in made["svg"].decode()


def test_a_png_has_300_points_per_inch_and_no_other_facts(made: dict[str, bytes]):
    with Image.open(io.BytesIO(made["png"])) as image:
        assert {name: round(value[0]) for name, value in image.info.items()} == {"dpi": 300}


def test_no_date_program_or_path_is_in_a_file(made: dict[str, bytes]):
    assert not re.search(rb"/(CreationDate|ModDate|Producer|Creator|Author)\b", made["pdf"])
    assert not re.search(r"<dc:(date|creator)|20\d\d-\d\d-\d\dT", made["svg"].decode())
    for content in made.values():
        assert str(Path.home()).encode() not in content
        assert b"site-packages" not in content


def test_letters_are_embedded_whole_and_no_picture_of_letters(made: dict[str, bytes]):
    assert b"/FontFile2" in made["pdf"]
    assert b"/Type3" not in made["pdf"]


def test_a_curve_runs_on_to_the_last_follow_up_and_no_further():
    curve = {"time": [0, 3, 9], "est": [0.0, 0.1, 0.2], "lower": [None, 0.01, 0.05], "upper": [None, 0.3, 0.5]}
    times, est, _lower, upper = steps(Line("ALL", "All", curve, last=12), end=28)
    assert (times, est) == ([0, 3, 9, 12], [0, 0.1, 0.2, 0.2])
    assert upper[1:] == [0.3, 0.5, 0.5]
    assert steps(Line("ALL", "All", curve, last=40), end=7)[0] == [0, 3, 7]


def test_only_what_happened_within_the_axis_marks_a_case():
    case = {"resolved": 9, "relapse": 80, "trm": True, "died": True, "end": 30}
    assert list(happened(case)) == [("resolved", 9), ("trm", 30)]
