"""`manage.py demo_cohort --out DIR` writes the raw case files of the demonstration. All of them are simulated."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser


class Command(BaseCommand):
    """Write the nine hospitals' case files of 43 simulated patients."""

    help = "Write nine hospitals' raw case files (CSV per topic) for 43 simulated patients."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--out", type=Path, required=True, help="folder to write into; made if it is missing")

    def handle(self, *_args: Any, out: Path, **_options: Any) -> None:
        from registry.demo.files import write_cohort

        counts = write_cohort(out)
        self.stdout.write(f"Simulated case files in {out}: {sum(counts.values())} rows, {len(counts)} topics.")
        for topic, rows in sorted(counts.items()):
            self.stdout.write(f"  {topic:<20} {rows:>6}")
