"""One row per patient: raw COPY of one query, Quell, django-import-export, pandas and a cursor, equal cells, one run.

Run by `make bench ARGS=pooled`; QUELL_BENCH_PATIENTS sets the size of the registry (10,000; in a smaller one, what a
package costs at any size outweighs the rows). All data are simulated.
"""

from __future__ import annotations

import os

os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings.test"

import django


def main() -> None:
    """Measure on a throw-away database that writes through to the disk."""
    django.setup()
    from tests import database
    from tests.performance.pooled_ways import measure

    with database.prepared_server(throw_away=False), database.database_of_worker("bench"):
        measure()


if __name__ == "__main__":
    main()
