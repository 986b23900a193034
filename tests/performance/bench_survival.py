"""Every estimator of the study report against R's survival and cmprsk, at 43, 1,000 and 100,000 people.

Run by `make bench ARGS=survival`. R is timed inside R (`survival_reference.R`), on the same simulated data; without
Rscript or one of the packages its lines are left out, with a word. statsmodels, scipy.stats and, where it is installed,
lifelines are named beside it where they give the quantity.
"""

from __future__ import annotations

import sys
import tempfile
import warnings
from pathlib import Path

from tests.performance.reporting import tell
from tests.performance.survival_case import SIZES, Case, case, write
from tests.performance.survival_libraries import libraries
from tests.performance.survival_r import in_r
from tests.performance.survival_ways import ways
from tests.performance.timing import Seconds, timed

BUDGET = 1.0


def main() -> None:
    """Time R, ours and the libraries, one size after the other."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the libraries, which divide by 0
        for size in SIZES:
            _measure(case(size))


def _measure(data: Case) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "people.csv"
        write(data, path)
        reference = in_r(path)
    others = libraries(data)
    for name, way in ways(data).items():
        theirs = {f"{library}_ms": timed(call) for library, call in others.get(name, {}).items()}
        _tell(f"survival: {name}, n={data.n}", timed(way), reference.get(name), theirs)


def _tell(name: str, ours: Seconds, r: Seconds | None, others: dict[str, Seconds]) -> None:
    figures = {library: round(1000 * seconds, 3) for library, seconds in others.items()}
    if r is None:
        sys.stdout.write(f"{name}: {1000 * ours:.3f} ms, no R to compare; {figures}\n")
    else:
        tell(name, ours / r, BUDGET, ms=round(1000 * ours, 3), r_ms=round(1000 * r, 3), **figures)


if __name__ == "__main__":
    main()
