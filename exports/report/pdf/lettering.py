"""Fonts and styles of the PDF. DejaVu comes with matplotlib and has every letter and sign that a report needs."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final

from exports.report.figures.colours import BLUE, INK, QUIET, RED

if TYPE_CHECKING:
    from reportlab.lib.styles import ParagraphStyle

PLAIN, BOLD, SLANTED = "DejaVuSans", "DejaVuSans-Bold", "DejaVuSans-Oblique"
FILES: Final = {PLAIN: "DejaVuSans.ttf", BOLD: "DejaVuSans-Bold.ttf", SLANTED: "DejaVuSans-Oblique.ttf"}


@dataclass(frozen=True)
class Styles:
    """How each kind of text looks."""

    title: ParagraphStyle
    section: ParagraphStyle
    heading: ParagraphStyle
    words: ParagraphStyle
    warning: ParagraphStyle
    quiet: ParagraphStyle
    cell: ParagraphStyle
    number: ParagraphStyle
    head: ParagraphStyle
    label: ParagraphStyle


@cache
def register_fonts() -> None:
    """Make the fonts known to reportlab, once in a process."""
    from reportlab.lib.fonts import addMapping
    from reportlab.pdfbase.pdfmetrics import registerFont
    from reportlab.pdfbase.ttfonts import TTFont

    for name, file in FILES.items():
        registerFont(TTFont(name, str(_folder() / file)))
    for is_bold, is_slanted, name in ((0, 0, PLAIN), (1, 0, BOLD), (0, 1, SLANTED), (1, 1, BOLD)):
        addMapping(PLAIN, is_bold, is_slanted, name)


def _folder() -> Path:
    """Return where the fonts lie, without importing matplotlib, which takes a second."""
    spec = find_spec("matplotlib")
    if spec is None or spec.origin is None:
        raise RuntimeError("matplotlib is not installed; the fonts of the PDF come with it.")
    return Path(spec.origin).parent / "mpl-data" / "fonts" / "ttf"


@cache
def styles() -> Styles:
    """Return the styles; the fonts are registered then."""
    from reportlab.lib.enums import TA_RIGHT
    from reportlab.lib.styles import ParagraphStyle

    register_fonts()
    words = ParagraphStyle("words", fontName=PLAIN, fontSize=8.5, leading=12, textColor=INK, spaceAfter=4)
    cell = ParagraphStyle("cell", words, fontSize=7, leading=8.8, spaceAfter=0)
    return Styles(
        title=ParagraphStyle("title", words, fontName=BOLD, fontSize=19, leading=24, spaceAfter=8),
        section=ParagraphStyle(
            "section", words, fontName=BOLD, fontSize=13.5, leading=17, spaceBefore=14, textColor=BLUE
        ),
        heading=ParagraphStyle("heading", words, fontName=BOLD, fontSize=10, leading=13, spaceBefore=10),
        words=words,
        warning=ParagraphStyle("warning", words, fontName=BOLD, textColor=RED),
        quiet=ParagraphStyle("quiet", words, fontSize=7, leading=9, textColor=QUIET, spaceAfter=2),
        cell=cell,
        number=ParagraphStyle("number", cell, alignment=TA_RIGHT),
        head=ParagraphStyle("head", cell, fontName=BOLD),
        label=ParagraphStyle("label", words, fontName=BOLD, fontSize=12, leading=16, textColor=RED, spaceAfter=8),
    )
