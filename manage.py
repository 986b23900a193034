#!/usr/bin/env python3
"""Runs the commands of Quell by hand: `python manage.py help`."""

from __future__ import annotations

import os
import sys


def main() -> None:
    """Run one command, as the database role that fits it, on the embedded server if no address is given."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")
    try:
        from config.commands import run
    except ImportError as error:
        sys.exit(f"{error}. Run `make run` once: it creates the environment in .venv; then use .venv/bin/python.")
    run(sys.argv)


if __name__ == "__main__":
    main()
