"""`manage.py datasets` writes the list of analysis datasets; with --check it fails when the checked-in one is stale."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from exports.datasets.document import datasets_markdown

NAME = "datasets.md"


class Command(BaseCommand):
    """Write docs/generated/datasets.md."""

    help = "Write the list of analysis datasets from their declarations."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="write nothing, fail when the file is stale")
        parser.add_argument("--out", type=Path, default=Path(settings.BASE_DIR) / "docs" / "generated")

    def handle(self, *_args: Any, check: bool, out: Path, **_options: Any) -> None:
        path, text = out / NAME, datasets_markdown()
        if check and (not path.exists() or path.read_text("utf-8") != text):
            raise CommandError(f"Stale: {NAME}. Run `make docs`.")
        if not check:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
