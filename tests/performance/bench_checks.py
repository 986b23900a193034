"""What the edit checks cost over a whole registry and at a save, against Python rules row by row and against one scan.

Run by `make bench ARGS=checks`; QUELL_BENCH_PATIENTS sets the size of the large registry (100,000). All data are
simulated, with missing values and errors.
"""

from __future__ import annotations

import os

os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings.test"

import django

LARGE = int(os.environ.get("QUELL_BENCH_PATIENTS", "100000"))
SMALL, MIDDLE = LARGE // 100, LARGE // 10


def main() -> None:
    """Measure on throw-away databases of one server that writes through to the disk."""
    django.setup()
    from tests import database
    from tests.performance.checks_ways import measure

    with (
        database.prepared_server(throw_away=False),
        database.copy_of_template("small") as small,
        database.copy_of_template("middle") as middle,
        database.copy_of_template("large") as large,
    ):
        measure({SMALL: small, MIDDLE: middle, LARGE: large})


if __name__ == "__main__":
    main()
