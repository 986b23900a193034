"""`manage.py openapi` writes the description of the interface; with --check it fails when the kept one is stale."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from config.openapi.document import FILE, NotDescribed, as_text, checked_description, is_kept


class Command(BaseCommand):
    """Write docs/generated/openapi.json, if the description has neither warnings nor mistakes."""

    help = "Write the OpenAPI 3.1 description of the interface for programs."

    def add_arguments(self, parser: CommandParser) -> None:
        """Add --check."""
        parser.add_argument("--check", action="store_true", help="write nothing, fail when the document is stale")

    def handle(self, *_args: Any, check: bool, **_options: Any) -> None:
        """Write or compare."""
        try:
            text = as_text(checked_description())
        except NotDescribed as lacking:
            raise CommandError(str(lacking)) from lacking
        if check and not is_kept(text):
            raise CommandError(f"Stale: {FILE.name}. Run `make docs`.")
        if not check:
            FILE.parent.mkdir(parents=True, exist_ok=True)
            FILE.write_text(text, encoding="utf-8")
