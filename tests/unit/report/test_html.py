"""The report as a page: every section, both languages, what is hidden or absent, and nothing from elsewhere."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from django.template.loader import render_to_string
from django.utils import translation

from exports.datasets.adtte import REASONS
from exports.report.html import SECTIONS, body_context, standalone_html
from exports.report.numbers import decimal, number, p_said, percent_between, ratio_between
from exports.report.sections.outcomes import incidence_section
from exports.report.tables.reason_words import WORDS
from exports.report.told import told
from tests.unit.report.sample import sample, suppressed

TEMPLATES = Path(__file__).resolve().parents[3] / "exports" / "templates" / "exports" / "report"
SECTION_IDS = ("published", "flow", "baseline", "dose", "safety", "response", "incidence", "survival", "models",
               "sensitivity", "cases", "notes")  # fmt: skip
PARTS = ("table_one", "safety", "response", "incidence", "survival", "models", "sensitivity", "abstract", "notes",
         "cases", "dose")  # fmt: skip


@cache
def page(language: str = "en", kind: str = "whole") -> str:
    return standalone_html({"whole": sample, "hidden": suppressed, "bare": bare}[kind](), language)


def bare() -> dict[str, Any]:
    return {**sample(), **dict.fromkeys(PARTS), "flow": None}


def words(html: str) -> str:
    """Return the text that a reader sees, without styles and without the drawings' attributes."""
    return re.sub(r"<[^>]*>", " ", re.sub(r"<style>.*?</style>", "", html, flags=re.DOTALL))


@pytest.mark.parametrize("section", SECTION_IDS)
def test_every_section_is_there_with_something_in_it(section: str) -> None:
    inside = page().split(f'<h2 id="sr-{section}">')[1].split("</section>")[0]
    assert "sr-absent" not in inside
    assert len(words(inside)) > 40
    assert len(SECTION_IDS) == len(SECTIONS)


@pytest.mark.parametrize("kind", ["whole", "hidden", "bare"])
@pytest.mark.parametrize("language", ["en", "es"])
def test_no_number_of_a_program_is_shown(language: str, kind: str) -> None:
    assert not re.search(r"\b(None|NaN|nan|inf|True|False)\b", words(page(language, kind)))
    assert "%(" not in words(page(language, kind))


def test_figures_and_tables_of_the_report_are_there() -> None:
    text = words(page())
    for told_ in ("2.19 (0.94–5.11)", "7\u00a0% (2–17)", "62.5 [54–70.3]", "not reached", "P &lt; 0.001",
                  "1.63 (1.09–2.43)", "Only 1.8 events per parameter", "Read the penalised estimate.",
                  "23/28, 82\u00a0% (63–94)"):  # fmt: skip
        assert told_ in text


def test_spanish_has_decimal_commas_in_words_and_points_in_drawings() -> None:
    spanish = page("es")
    assert "2,19 (0,94–5,12)" in words(spanish)
    assert "62,5 [54–70,3]" in words(spanish)
    drawn = re.findall(r'(?:\bx|\by|width|height|cx|cy|r|viewBox|d)="([^"]*)"', spanish)
    assert len(drawn) > 500
    assert not [value for value in drawn if "," in value]


def test_a_drawing_has_the_same_attributes_in_both_languages() -> None:
    boxes = [re.findall(r"<rect [^>]*>", page(language)) for language in ("en", "es")]
    assert boxes[0] == boxes[1]


def test_a_simulated_report_says_so_at_its_head() -> None:
    assert words(page()).index("Simulated: built to these figures") < words(page()).index(
        "Beside the published abstract"
    )
    real = sample()
    real["release"]["simulated"] = False
    assert "Simulated" not in words(standalone_html(real))


def test_what_is_hidden_is_told_in_words() -> None:
    text = words(page("en", "hidden"))
    assert "“hidden” means fewer than 11" in text
    assert "Single cases are not shown in this version of the report." in text
    assert "CASE01" not in text
    assert "[–" not in text


def test_a_median_that_is_hidden_is_not_said_to_be_not_reached() -> None:
    with translation.override("en"):
        (shown,) = (part.table for part in incidence_section(suppressed()).parts[:4] if part.form == "table")
    medians = next(row for row in shown.rows if row.head == "Median days")
    assert [cell.text for cell in medians.cells] == ["7 (5–hidden)", "hidden"]


def test_sections_without_data_say_why() -> None:
    assert page("en", "bare").count("sr-absent") - page("en", "bare").count(".sr-absent") == len(SECTIONS)
    assert "This release does not carry what is needed." in words(page("en", "bare"))


def test_what_the_release_lacks_is_told_in_its_section() -> None:
    lacks = {"words": "This release does not carry %(names)s.", "values": {"names": ["adae", "adsl.ANADISC"]}}
    report = {
        **bare(),
        "absent": [{"section": "safety", "text": lacks}, {"section": "all", "text": "Nobody is analysed."}],
    }
    html = standalone_html(report)
    inside = html.split('<h2 id="sr-safety">')[1].split("</section>")[0]
    assert "This release does not carry adae, adsl.ANADISC." in inside
    assert words(html).index("Nobody is analysed.") < words(html).index("Beside the published abstract")


def test_the_file_needs_nothing_else() -> None:
    html = page()
    assert "<script" not in html
    assert not re.findall(r"""(?:src|href)=["'](?!#|data:,)[^"']*""", html)
    assert "@import" not in html
    assert "url(" not in html
    assert html.count("<style>") == 1


@pytest.mark.parametrize("path", sorted(TEMPLATES.glob("*.html")), ids=lambda path: path.name)
def test_no_template_has_a_style_of_its_own(path: Path) -> None:
    assert not re.search(r"\sstyle=|\son\w+=", path.read_text(encoding="utf-8"))


def test_the_body_is_what_the_site_includes() -> None:
    with translation.override("en"):
        body = render_to_string("exports/report/body.html", body_context(sample()))
    assert "<style" not in body
    assert body.strip().startswith('<div class="sr">')


def test_every_drawing_is_named_and_described() -> None:
    drawn = re.findall(r"<svg [^>]*role=\"img\" aria-labelledby=\"(\S+) (\S+)\"", page())
    assert len(drawn) == page().count('role="img"') > 8
    identities = re.findall(r'\sid="([^"]+)"', page())
    assert len(identities) == len(set(identities))
    assert {name for pair in drawn for name in pair} <= set(identities)


def test_every_figure_of_curves_has_its_numbers_as_a_table() -> None:
    assert page().count("Show the same values as a table") >= 5
    assert "number at risk" in words(page())


def test_words_of_the_report_are_escaped() -> None:
    report = sample()
    report["notes"][0]["text"] = "<b>5 < 6</b>"
    report["cases"]["swimmer"][0]["subject"] = '"><script>'
    report["incidence"][0]["event"] = "<i>"
    html = standalone_html(report)
    assert "<b>5" not in html
    assert "<script>" not in html
    assert "<i>" not in html


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        (decimal(-0.204, 2), "−0.20"),
        (decimal(-0.001, 2), "0.00"),
        (decimal(0.125, 2), "0.13"),
        (number(1540.0), "1540"),
        (number(14800), "14,800"),
        (number(88.33), "88.3"),
        (number(1.934), "1.93"),
        (number(2.5), "2.5"),
        (number(18.04), "18"),
        (percent_between(0.0698, 0.0177, 0.1723), "7\u00a0% (2–17)"),
        (percent_between(0.0, None, None), "0\u00a0%"),
        (ratio_between(2.19, 0.94, 5.12), "2.19 (0.94–5.12)"),
        (ratio_between(0.001, 1e-9, 4000.0), "<0.01 (<0.01–>100)"),
        (p_said(0.00004), "P < 0.001"),
        (p_said(None), "P = –"),
    ],
)
def test_numbers_are_rounded_as_journals_print_them(shown: str, expected: str) -> None:
    assert shown == expected


def test_every_reason_to_have_no_time_is_known_to_the_catalogue() -> None:
    assert {words_ for _code, words_ in REASONS} <= set(WORDS)


def test_a_text_is_told_with_its_values_in_the_language() -> None:
    said = {"words": "%(n)s events per parameter.", "values": {"n": 1.5}}
    with translation.override("es"):
        assert told(said).startswith("1,5")
    assert told(None) == told("") == ""
