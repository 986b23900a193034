"""Figures for a paper: their measures and lettering, and their bytes, which depend on what is drawn alone."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

INCH_MM: Final = 25.4
DPI: Final = 300
FORMS: Final = ("pdf", "png", "svg")
# Without these entries a file would name the program and the moment of its making.
METADATA: Final[Mapping[str, Mapping[str, Any]]] = {
    "pdf": {"CreationDate": None, "ModDate": None, "Creator": None, "Producer": None},
    "png": {"Software": None},
    "svg": {"Date": None, "Creator": None},
}
SETTINGS: Final[dict[Any, Any]] = {
    "font.family": "DejaVu Sans",
    "font.size": 7.5,
    "axes.labelsize": 7.5,
    "axes.titlesize": 8.5,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.7,
    "axes.unicode_minus": True,
    "lines.linewidth": 1.4,
    "legend.fontsize": 7.5,
    "legend.frameon": False,
    "xtick.labelsize": 7.5,
    "ytick.labelsize": 7.5,
    "hatch.linewidth": 0.5,
    # Whole letters, so that a journal can set the figure anew; in SVG the text stays text.
    "pdf.fonttype": 42,
    "svg.fonttype": "none",
    # The names of the parts of an SVG come from this and not from chance.
    "svg.hashsalt": "quell",
    "path.simplify": False,
}


@contextmanager
def _own_settings() -> Iterator[None]:
    """Draw with the defaults of matplotlib and our settings, whatever the machine prefers."""
    import matplotlib as mpl

    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(SETTINGS)
        yield


def rendered(draw: Callable[[], Figure], forms: tuple[str, ...] = FORMS) -> dict[str, bytes]:
    """Return the bytes of a figure by format: PDF and SVG as vectors, PNG with 300 points per inch."""
    with _own_settings():
        figure = draw()
        return {form: _bytes(figure, form) for form in forms}


def _bytes(figure: Figure, form: str) -> bytes:
    out = io.BytesIO()
    figure.savefig(out, format=form, dpi=DPI, metadata=dict(METADATA[form]))
    return out.getvalue()


def sheet(
    width_mm: float, height_mm: float, *, left: float, right: float, top: float, bottom: float
) -> tuple[Figure, Axes]:
    """Return a figure with one pair of axes that leaves these margins, in millimetres."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width_mm / INCH_MM, height_mm / INCH_MM))
    box = (left / width_mm, bottom / height_mm, 1 - (left + right) / width_mm, 1 - (top + bottom) / height_mm)
    return figure, figure.add_axes(box)


def footnote(figure: Figure, words: str) -> None:
    """Write a line at the lower right, such as that the data are simulated."""
    if words:
        figure.text(0.99, 0.012, words, ha="right", va="bottom", style="italic", size=6.5, color="#4c5b66")
