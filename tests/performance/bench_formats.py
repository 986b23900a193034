"""Every step behind the freeze and every format of a package: time against the freeze, and memory by size.

Run by `make bench ARGS=formats`; QUELL_BENCH_PATIENTS sets the size of the registry (10,000), and
QUELL_BENCH_MEMORY_PATIENTS the sizes in which memory is measured (1000 and that). All data are simulated.
"""

from __future__ import annotations

import os
from contextlib import ExitStack

os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings.test"

import django


def main() -> None:
    """Measure on throw-away databases of one server that writes through to the disk."""
    django.setup()
    from tests import database
    from tests.performance.formats_ways import measure, sizes
    from tests.performance.release_ways import patients_wanted

    with ExitStack() as stack:
        stack.enter_context(database.prepared_server(throw_away=False))
        wanted = sorted({*sizes(), patients_wanted()})
        measure({size: stack.enter_context(database.copy_of_template(f"of{size}")) for size in wanted})


if __name__ == "__main__":
    main()
