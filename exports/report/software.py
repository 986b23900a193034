"""Which programs made the figures of a report."""

from __future__ import annotations

import platform

import numpy
import scipy

from exports.revision import VERSION


def software() -> dict[str, str]:
    """Return the version of each program that a figure depends on."""
    return {
        "python": platform.python_version(),
        "numpy": numpy.__version__,
        "scipy": scipy.__version__,
        "quell": VERSION,
    }
