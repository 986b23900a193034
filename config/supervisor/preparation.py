"""What must be done before the processes start: a server, roles, tables, and the data everybody needs."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

from config.database.local import set_up_embedded, set_up_given
from config.embedded import find_place, require_running, serve
from config.settings.databases import QUELL_EMBEDDED
from config.settings.paths import BASE_DIR, DATA_DIR


class StepFailed(RuntimeError):  # noqa: N818 - an event to report
    """A step of the preparation failed. The message says which, and its last words."""


@contextmanager
def database_server(say: Callable[[str], None]) -> Iterator[Callable[[], None]]:
    """Keep the embedded server for the length of the block, unless an address of another is given; set up the roles.

    Gives a function that raises EmbeddedError once the embedded server has ended by itself.
    """
    if not QUELL_EMBEDDED:
        say("Using the PostgreSQL of DATABASE_URL.")
        set_up_given()
        # A server that is not ours may come and go; the processes wait for it.
        yield lambda: None
        return
    place = find_place(DATA_DIR)
    if place.moved:
        say(f"{place.wanted} cannot be entered by the account {place.account.name}; the data lie in {place.data}.")
    with serve(DATA_DIR) as place:
        set_up_embedded(place)
        say(f"PostgreSQL runs, data in {place.data}.")
        yield partial(require_running, place)


def manage(kind: str, *words: str, shown: bool = False) -> str:
    """Run a management command as a kind of process and return what it printed; raise StepFailed otherwise.

    With `shown`, what it prints goes to the terminal as it comes, and nothing is returned.
    """
    done = subprocess.run(
        [sys.executable, str(BASE_DIR / "manage.py"), *words],
        env={**os.environ, "QUELL_PROCESS": kind},
        stdout=None if shown else subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
        start_new_session=True,
    )
    if done.returncode:
        last = "\n".join(f"    {line}" for line in (done.stderr or done.stdout or "").splitlines()[-15:])
        raise StepFailed(f"`manage.py {' '.join(words)}` failed:\n{last}")
    return done.stdout or ""
