"""`manage.py codebook` writes the codebook; with --check it fails when the checked-in one is stale."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from registry.metadata.codebook import codebook_csv, codebook_markdown
from registry.metadata.redcap import redcap_dictionary

WRITERS = {
    "codebook.md": codebook_markdown,
    "codebook.csv": codebook_csv,
    "redcap-dictionary.csv": redcap_dictionary,
}


class Command(BaseCommand):
    """Write docs/generated/codebook.md, codebook.csv and redcap-dictionary.csv."""

    help = "Write the codebook (Markdown, CSV, REDCap dictionary) from the declared variables."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="write nothing, fail when a file is stale")
        parser.add_argument("--out", type=Path, default=Path(settings.BASE_DIR) / "docs" / "generated")

    def handle(self, *_args: Any, check: bool, out: Path, **_options: Any) -> None:
        texts = {out / name: writer() for name, writer in WRITERS.items()}
        stale = [path for path, text in texts.items() if not path.exists() or path.read_text("utf-8") != text]
        if check and stale:
            raise CommandError("Stale: " + ", ".join(path.name for path in stale) + ". Run `make docs`.")
        if not check:
            for path, text in texts.items():
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, "utf-8")
