"""`manage.py registry_generate --patients 10000 --seed 1` writes a simulated registry for benchmarks."""

from __future__ import annotations

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from registry.demo.only import RealDataHere


class Command(BaseCommand):
    """Generate a simulated registry of 1 to 1,000,000 patients, with missing values and errors."""

    help = "Generate a simulated registry for benchmarks; the same rows for the same seed."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--patients", type=int, default=10_000)
        parser.add_argument("--seed", type=int, default=1)

    def handle(self, *_args: Any, patients: int, seed: int, **_options: Any) -> None:
        from registry.demo.bulk.generate import generate_registry

        if not 1 <= patients <= 1_000_000 or not 0 <= seed <= 9999:
            raise CommandError("Patients: 1 to 1,000,000; seed: 0 to 9999.")
        began = time.monotonic()
        try:
            counts = generate_registry(
                patients=patients, seed=seed, tell=lambda done: self.stdout.write(f"{done} simulated patients")
            )
        except (RealDataHere, ValueError) as error:
            raise CommandError(str(error)) from None
        self.stdout.write(f"{sum(counts.values())} rows in {time.monotonic() - began:.1f} s")
