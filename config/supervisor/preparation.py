"""What must be done before the processes start: a server, roles, tables, and the data everybody needs."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from config.database.local import set_up_embedded, set_up_given
from config.embedded import EmbeddedError, find_place, serve
from config.settings.paths import BASE_DIR, DATA_DIR


class StepFailed(RuntimeError):  # noqa: N818 - an event to report
    """A step of the preparation failed. The message says which, and its last words."""


@contextmanager
def database_server(say) -> Iterator[None]:
    """Keep the embedded server for the length of the block, unless an address of another is given; set up the roles."""
    from config.settings.databases import QUELL_EMBEDDED

    if not QUELL_EMBEDDED:
        say("Using the PostgreSQL of DATABASE_URL.")
        set_up_given()
        yield
        return
    place = find_place(DATA_DIR)
    if place.moved:
        say(f"{place.wanted} cannot be entered by the account {place.account.name}; the data lie in {place.data}.")
    with serve(DATA_DIR) as place:
        set_up_embedded(place)
        say(f"PostgreSQL runs, data in {place.data}.")
        yield


def manage(kind: str, *words: str, environment: Mapping[str, str] | None = None) -> str:
    """Run a management command as a kind of process and return what it printed; raise StepFailed otherwise."""
    done = subprocess.run(
        [sys.executable, str(BASE_DIR / "manage.py"), *words],
        env={**(environment or os.environ), "QUELL_PROCESS": kind}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        words_ = "\n".join(f"    {line}" for line in (done.stderr or done.stdout).splitlines()[-15:])
        raise StepFailed(f"`manage.py {' '.join(words)}` failed:\n{words_}")
    return done.stdout


__all__ = ["EmbeddedError", "StepFailed", "database_server", "manage"]
