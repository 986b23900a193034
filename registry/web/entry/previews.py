"""What the registry works out while somebody types: grades and doses of what stands in the controls, saved or not."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from registry.web.entry.previews_doses import preview_anakinra, preview_therapy
from registry.web.entry.previews_grades import preview_crs, preview_icans
from registry.web.entry.previews_labs import preview_results
from registry.web.entry.sheet import Sheet

PREVIEWS: Mapping[str, Callable[[Sheet], None]] = {
    "crs_episode": preview_crs,
    "icans_episode": preview_icans,
    "anakinra_course": preview_anakinra,
    "toxicity_therapy": preview_therapy,
    "lab": preview_results,
}


def preview(sheet: Sheet) -> None:
    """Put the computed values of a page beside its controls."""
    if show := PREVIEWS.get(sheet.form.code):
        show(sheet)
