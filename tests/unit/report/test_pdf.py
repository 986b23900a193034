"""The report as PDF: its words and signs can be read, every page is numbered, and nothing tells when and where."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from exports.report.pdf import report_pdf
from tests.unit.report.pdf_text import pages_of
from tests.unit.report.sample import sample, suppressed


@pytest.fixture(scope="module")
def made() -> bytes:
    return report_pdf(sample())


@pytest.fixture(scope="module")
def pages(made: bytes) -> list[str]:
    return pages_of(made)


def test_the_first_page_tells_release_digest_and_that_the_data_are_simulated(pages: list[str]):
    for words in ("DEMO-2026-1", "0f" * 32, "Simulated data", "2025-01-31"):
        assert words in pages[0]


def test_every_page_carries_its_number_and_the_release(pages: list[str]):
    assert len(pages) > 4
    for number, page in enumerate(pages, start=1):
        assert f"page {number}/{len(pages)}" in page
        assert "DEMO-2026-1" in page


def test_tables_figures_models_and_notes_are_in_it(pages: list[str]):
    whole = " ".join(pages)
    for words in ("Age at infusion, years", "7 % (2–17)", "2.19 (0.94–5.11)", "At risk", "Neutropenia", "Gray's test",
                  "Cumulative incidence by Aalen and Johansen.", "1.8 events per parameter", "χ²"):  # fmt: skip
        assert words in whole


def test_signs_beyond_ascii_are_letters_and_markup_is_printed_as_it_is():
    report = noted(heading="Señales ≥ 1", text="<b>P</b> <0.001 & −0.21 ≥ ñ µ × · – “”")
    page = pages_of(report_pdf(report, "es"))[-1]
    assert "Señales≥1<b>P</b><0.001&−0.21≥ñµ×·–“”" in page.replace(" ", "")


def test_it_is_written_in_the_language_asked_for(made: bytes):
    assert b"/Lang (es)" in report_pdf(noted(), "es")
    assert b"/Lang (en)" in made


def noted(heading: str = "Methods", text: str = "By Aalen and Johansen.") -> dict[str, Any]:
    """A report of a note alone, which is made faster than a whole one."""
    return {**{name: sample()[name] for name in ("schema", "release", "plan", "software", "groups")},
            "notes": [{"id": "note", "heading": heading, "text": text}]}  # fmt: skip


def test_the_same_report_gives_the_same_bytes():
    assert report_pdf(noted()) == report_pdf(noted())


def test_nothing_tells_when_by_whom_or_where_it_was_made(made: bytes):
    assert set(re.findall(rb"D:\d{8,}", made)) == {b"D:20000101000000"}
    for place in (str(Path.home()), "/mpl-data", "site-packages"):
        assert place.encode() not in made


def test_a_report_with_suppression_shows_no_case_and_says_that_numbers_are_hidden():
    whole = " ".join(pages_of(report_pdf(suppressed())))
    assert "Small numbers are hidden or rounded." in whole
    assert "Single cases are not shown" in whole
    assert "CASE0" not in whole
