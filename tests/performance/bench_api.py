"""What the interface for programs costs, beside a plain one of the same framework and the database by itself.

Run by `make bench ARGS=api`; QUELL_BENCH_PATIENTS sets the size of the registry (100,000). All data are simulated.
"""

from __future__ import annotations

import os

os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings.test"

import django

SMALL, LARGE = 1_000, int(os.environ.get("QUELL_BENCH_PATIENTS", "100000"))


def main() -> None:
    """Measure on two throw-away databases of one server that writes through to the disk."""
    django.setup()
    from tests import database
    from tests.performance.api_ways import measure

    with (
        database.prepared_server(throw_away=False),
        database.copy_of_template("small") as small,
        database.copy_of_template("large") as large,
    ):
        measure({SMALL: small, LARGE: large})


if __name__ == "__main__":
    main()
