"""README.txt of the archive of a report: what is in it, and how the report is computed again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any


def readme(report: Mapping[str, Any]) -> str:
    """Return the text; English, because the scripts and their output are."""
    return "\n".join([*_head(report), "", *_files(), "", *_again(report)]) + "\n"


def _head(report: Mapping[str, Any]) -> Iterator[str]:
    release = report["release"]
    yield f"Study report of release {release['name']}"
    if release.get("simulated"):
        yield "SIMULATED DATA: no record belongs to a real person."
    yield f"Data cut: {release.get('data_cut') or 'not stated'}"
    yield f"SHA-256 of the data: {release.get('content_hash') or 'not stated'}"
    yield f"Revision of the code: {release.get('code_revision') or 'not stated'}"
    software = ", ".join(f"{name} {version}" for name, version in (report.get("software") or {}).items())
    yield f"Programs: {software}"


def _files() -> list[str]:
    return [
        "What is in it",
        "- report.html, report.pdf: the report; report.es.html, report.es.pdf the same in Spanish",
        "- report.json: the report with every digit; null is not estimable",
        "- figures.csv: every figure of the report on a line of its own",
        "- figures/: figures for a paper as PDF, PNG (300 dpi) and SVG",
        "- recompute/: scripts that compute the figures again from the released data, with none of the report's code",
        "- SHA256SUMS: for `sha256sum -c SHA256SUMS`",
        "The report tells of single cases: the terms under which the release was taken hold for it as well.",
    ]


def _again(report: Mapping[str, Any]) -> list[str]:
    return [
        "How to compute it again",
        f"1. Download the CSV package of release {report['release']['name']} and unpack it into a folder, here called",
        "   PACKAGE. Its manifest.json must state the SHA-256 of the data above; the scripts refuse another release.",
        "2. R with packages survival and cmprsk:",
        "     Rscript recompute/recompute.R PACKAGE report.json",
        "   Python with numpy, scipy and pandas:",
        "     python recompute/recompute.py PACKAGE report.json",
        "   Without report.json they only write recomputed.csv (id, group, day, quantity, value) where they are run.",
        "3. They print the worst deviation, relative to the larger of 1 and the reported value, and end with 1 if it",
        "   is beyond 0.000001.",
        "",
        "recompute/plan.json says which cases, which dose and which analyses the report has. Not repeated: sensitivity",
        "analyses, multiple imputation, penalised models and the tests of Table 1; recompute.py also leaves out",
        "concordance and tests of proportional hazards.",
    ]
