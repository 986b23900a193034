"""`manage.py demo_load` fills a demonstration: hospitals, people and 43 simulated cases. Running it again is safe."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from registry.demo.only import RealDataHere
from sites.context import acting_as_system


class Command(BaseCommand):
    """Load the demonstration through the real upload."""

    help = "Load the simulated hospitals, people and cases of the demonstration; adds only what is missing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--force", action="store_true", help="also where QUELL_DEMO is off (never in production)")
        parser.add_argument("--without-cases", action="store_true", help="hospitals, agreements and people only")

    def handle(self, *_args: Any, force: bool, without_cases: bool, **_options: Any) -> None:
        from registry.demo.load import DemoRefused, cases_load, checks_run, people_load
        from registry.services.quality import figures_compute

        if not (settings.QUELL_DEMO or force):
            raise CommandError("This is no demonstration (QUELL_DEMO is off). --force loads the simulated data anyway.")
        call_command("reference_load", stdout=self.stdout)
        try:
            self.stdout.write(f"Simulated hospitals and people: {people_load()} entries added.")
            if not without_cases:
                self._tell_cases(cases_load())
                self.stdout.write(f"Queries raised by the checks: {checks_run()}.")
                figures_compute()
        except (RealDataHere, DemoRefused) as error:
            raise CommandError(str(error)) from None

    def _tell_cases(self, uploads: list[Any]) -> None:
        from registry.models.uploads import UploadFile

        with acting_as_system("manage.py demo_load", reason="what came of the upload"):
            files = list(UploadFile.objects.filter(upload__in=uploads).defer("content"))
        new, same = sum(file.new_rows for file in files), sum(file.same_rows for file in files)
        self.stdout.write(f"Simulated cases: {new} rows added, {same} there already, {len(uploads)} hospitals.")
