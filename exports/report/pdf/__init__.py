"""The report as PDF: one file for reading and printing; its bytes depend on report and language alone."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from django.utils import translation
from django.utils.translation import gettext as _

from exports.report.pdf.lettering import PLAIN, register_fonts
from exports.report.pdf.story import story
from exports.report.told import Report

if TYPE_CHECKING:
    from reportlab.pdfgen.canvas import Canvas

# A frame takes the padding on each side for itself.
MARGIN, PADDING, FOOT = 48.0, 6.0, 30.0


def report_pdf(report: Report, language: str = "en") -> bytes:
    """Return the report as PDF on A4 in a language; without a moment of making, a user or a path."""
    from reportlab.lib.pagesizes import A4
    from reportlab.platypus import SimpleDocTemplate

    register_fonts()
    out, (width, height) = io.BytesIO(), A4
    with translation.override(language):
        title = _("Study report of release %(release)s") % {"release": report["release"]["name"]}
        document = SimpleDocTemplate(
            out, pagesize=A4, leftMargin=MARGIN, rightMargin=MARGIN, topMargin=MARGIN, bottomMargin=MARGIN,
            title=title, author="Quell", lang=language, invariant=1, pageCompression=1,
        )  # fmt: skip
        room = 2 * (MARGIN + PADDING)
        blocks = story(report, width - room, height - room)
        document.build(blocks, canvasmaker=_numbered(_footer(report)))
    return out.getvalue()


def _footer(report: Report) -> str:
    release = report["release"]
    parts = [str(release["name"]), str(release.get("content_hash") or "")[:16]]
    return " · ".join(part for part in [*parts, _("Simulated data") if release.get("simulated") else ""] if part)


def _numbered(footer: str) -> Any:
    """Return a kind of canvas that writes "page n/N" under every page, which it can only once all are there."""
    from reportlab.pdfgen.canvas import Canvas

    class Numbered(Canvas):  # type: ignore[misc]
        """Keeps each page until the last is known."""

        def __init__(self, *arguments: Any, **more: Any) -> None:
            super().__init__(*arguments, **more)
            self._pages: list[dict[str, Any]] = []

        def showPage(self) -> None:  # noqa: N802 - the name of reportlab
            self._pages.append(dict(self.__dict__))
            self._startPage()

        def save(self) -> None:
            for number, page in enumerate(self._pages, start=1):
                self.__dict__.update(page)
                _write_footer(self, footer, number, len(self._pages))
                super().showPage()
            super().save()

    return Numbered


def _write_footer(canvas: Canvas, footer: str, number: int, pages: int) -> None:
    width = canvas._pagesize[0]
    canvas.setFont(PLAIN, 7)
    canvas.drawString(MARGIN + PADDING, FOOT, footer)
    words = _("page %(number)s/%(pages)s") % {"number": number, "pages": pages}
    canvas.drawRightString(width - MARGIN - PADDING, FOOT, words)
