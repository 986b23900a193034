"""`manage.py access_matrix` writes who may reach which address; with --check it fails when the document is stale."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

DOCUMENT = Path(settings.BASE_DIR) / "docs" / "generated" / "access-matrix.md"


class Command(BaseCommand):
    """Write docs/generated/access-matrix.md from the table that the tests hold the program to."""

    help = "Write the access matrix: every address, its methods, and who gets what."

    def add_arguments(self, parser: CommandParser) -> None:
        """Add --check."""
        parser.add_argument("--check", action="store_true", help="write nothing, fail when the document is stale")

    def handle(self, *_args: Any, check: bool, **_options: Any) -> None:
        """Write or compare."""
        # Imported late: the table stands with the tests, which an installed server does not have.
        from tests.access.matrix.document import matrix_markdown

        text = matrix_markdown()
        if not check:
            DOCUMENT.write_text(text, "utf-8")
        elif not DOCUMENT.exists() or DOCUMENT.read_text("utf-8") != text:
            raise CommandError(f"Stale: {DOCUMENT.name}. Run `make docs`.")
