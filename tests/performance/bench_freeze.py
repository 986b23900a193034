"""Freeze and CSV package against PostgreSQL's COPY of the same queries to files, in one run. All data are simulated.

Run by `make bench`; QUELL_BENCH_PATIENTS sets the size of the registry (10,000).
"""

from __future__ import annotations

import os

os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings.test"

import django


def main() -> None:
    """Measure on a throw-away database that writes through to the disk."""
    django.setup()
    from tests import database
    from tests.performance.release_ways import measure

    with database.prepared_server(throw_away=False), database.database_of_worker("bench"):
        measure()


if __name__ == "__main__":
    main()
