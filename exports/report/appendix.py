"""The files of a finished report, and the archive with which somebody else can check it."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from django.utils import translation

from exports.package.archive import Archive
from exports.package.checksums import checksum_lines
from exports.report.appendix_readme import readme
from exports.report.figures_of import figures_csv, figures_of
from exports.report.html import standalone_html
from exports.report.paper import paper_figures, rendered
from exports.report.pdf import report_pdf
from exports.report.recompute_plan import recompute_plan

APPENDIX_FILE: Final = "appendix.zip"
REPORT_FILE: Final = "report.json"
LANGUAGES: Final = ("en", "es")
SCRIPTS: Final = Path(__file__).parent / "scripts"
# What is Python in the archive is text here, and no module of ours.
TEXT: Final = ".txt"
Report = Mapping[str, Any]


def write(report: Report, folder: Path, languages: Sequence[str] = LANGUAGES) -> None:
    """Write report.json, the report as HTML and PDF in each language, and appendix.zip into a folder that exists.

    The first language has plain names (report.pdf), the others theirs (report.es.pdf). The same report gives the same
    bytes. ValueError where a figure is NaN or infinite.
    """
    documents = dict(_documents(report, languages))
    for name, content in documents.items():
        (folder / name).write_bytes(content)
    with Archive(folder / APPENDIX_FILE, _moment(report)) as archive:
        for name, content in (*documents.items(), *_companions(report, languages[0])):
            archive.add(name, content)
        archive.add("SHA256SUMS", checksum_lines(archive.entries))


def _documents(report: Report, languages: Sequence[str]) -> Iterator[tuple[str, bytes]]:
    yield REPORT_FILE, _json(report)
    for language in languages:
        place = "" if language == languages[0] else f".{language}"
        yield f"report{place}.html", standalone_html(report, language).encode()
        yield f"report{place}.pdf", report_pdf(report, language)


def _companions(report: Report, language: str) -> Iterator[tuple[str, bytes]]:
    """Yield what is in the archive alone."""
    yield "README.txt", readme(report).encode()
    yield "figures.csv", figures_csv(figures_of(report))
    with translation.override(language):
        for name, draw in paper_figures(report).items():
            for form, content in rendered(draw).items():
                yield f"figures/{name}.{form}", content
    yield "recompute/plan.json", _json(recompute_plan(report))
    for path in sorted(SCRIPTS.iterdir()):
        yield f"recompute/{path.name.removesuffix(TEXT)}", path.read_bytes()


def _json(told: Mapping[str, Any]) -> bytes:
    return (json.dumps(told, ensure_ascii=False, indent=1, allow_nan=False) + "\n").encode()


def _moment(report: Report) -> dt.datetime:
    """Return the data cut, which every file of the archive carries as its time."""
    cut = report["release"].get("data_cut")
    found = dt.datetime.fromisoformat(cut) if cut else dt.datetime(1980, 1, 1, tzinfo=dt.UTC)
    return found if found.tzinfo else found.replace(tzinfo=dt.UTC)
