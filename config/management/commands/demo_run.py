"""`manage.py demo_run --out DIR`: from nine hospitals' raw files to one verified package, by the worker that runs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser


class Command(BaseCommand):
    """Run the whole job on simulated data; needs a migrated database and a worker."""

    help = "Upload the simulated case files, freeze a release and leave its package and its study report in --out."

    def add_arguments(self, parser: CommandParser) -> None:
        """Add --out."""
        parser.add_argument("--out", type=Path, required=True, help="folder for the package; made if it is missing")

    def handle(self, *_args: Any, out: Path, **_options: Any) -> None:
        """Load hospitals and people, run the job, print the summary."""
        from config.demonstration import DemonstrationFailed, demonstrate

        if not settings.QUELL_DEMO:
            raise CommandError("This is no demonstration (QUELL_DEMO is off).")
        out.mkdir(parents=True, exist_ok=True)
        call_command("demo_load", "--without-cases", stdout=self.stdout)
        try:
            outcome = demonstrate(out, self.stdout.write)
        except DemonstrationFailed as error:
            raise CommandError(str(error)) from None
        self.stdout.write("\n".join(["", *outcome.lines()]))
        self.stdout.write(f"package           {out / 'package.zip'}")
        self.stdout.write(f"report            {out / 'report.html'}")
