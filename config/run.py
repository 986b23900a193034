"""`make run`: the whole of Quell on one machine, from nothing to an address to open, and a clean stop."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from types import FrameType

from config.addresses import AddressError
from config.database.setup import SetupError
from config.embedded import EmbeddedError
from config.embedded.locking import sole_keeper
from config.settings.paths import VAR_DIR
from config.supervisor import services
from config.supervisor.children import ChildDied, Family
from config.supervisor.orphans import end_orphans, remember
from config.supervisor.ports import PortInUse, answers, require_free_port
from config.supervisor.preparation import StepFailed, database_server, manage

READY_SECONDS = 90.0
CHILDREN = VAR_DIR / "run.children"


class Stop(BaseException):
    """Somebody asked for the end: Ctrl-C, or a signal to terminate."""


def main() -> None:
    """Start everything, wait, stop everything; exit with 1 and one clear message if it cannot be done."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _ask_to_stop)
    try:
        _run(os.environ.get("QUELL_BIND", "127.0.0.1"), _port())
    except Stop:
        say("Stopped. The data are kept; `make run` goes on where you left.")
    except (AddressError, ChildDied, EmbeddedError, PortInUse, SetupError, StepFailed) as error:
        sys.exit(f"quell: {error}")


def say(text: str) -> None:
    """One line to the person at the terminal."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def _port() -> int:
    text = os.environ.get("QUELL_PORT", "8000")
    if not text.isdigit():
        raise PortInUse(f"QUELL_PORT is {text!r}; it must be a number, for example QUELL_PORT=8001 make run")
    return int(text)


def _run(host: str, port: int) -> None:
    VAR_DIR.mkdir(parents=True, exist_ok=True)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")
    family = Family(VAR_DIR / "log", os.environ)
    with ExitStack() as stack:
        stack.enter_context(sole_keeper(VAR_DIR / "run.lock"))
        if ended := end_orphans(CHILDREN):
            say(f"Ended what an earlier start had left behind (processes {', '.join(map(str, ended))}).")
        require_free_port(host, port)
        check_server = stack.enter_context(database_server(say))
        stack.callback(CHILDREN.unlink, missing_ok=True)
        stack.callback(family.stop)
        say("Preparing tables …")
        manage("owner", "migrate", "--verbosity", "0", "--no-input")
        _start(family, host, port)
        say("Preparing reference lists and, in a demonstration, its cases …")
        told = manage("worker", "start_up")
        _await(family, host, port)
        _greet(host, port, told)
        _watch(family, check_server)


def _start(family: Family, host: str, port: int) -> None:
    # The web comes last, because the last is stopped first: nobody's click then meets a half-stopped house.
    children = [services.worker(), services.beat(VAR_DIR / "celerybeat-schedule"), services.web(_bind(host, port))]
    remember(CHILDREN, [family.start(child) for child in children])


def _await(family: Family, host: str, port: int) -> None:
    until = time.monotonic() + READY_SECONDS
    while not answers(host, port):
        family.check()
        if time.monotonic() > until:
            raise ChildDied(f"The site does not answer. The web server's last words:\n{family.last_lines('web')}")
        time.sleep(0.1)


def _bind(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _greet(host: str, port: int, told: str) -> None:
    shown = "localhost" if host in {"127.0.0.1", "0.0.0.0", "::", "::1"} else host  # noqa: S104 - compared, not bound
    say(f"\nQuell is ready: http://{shown}:{port}/")
    say(told.rstrip())
    say(f"Logs: {VAR_DIR / 'log'}. Stop with Ctrl-C.")


def _watch(family: Family, check_server: Callable[[], None]) -> None:
    try:
        while True:
            check_server()
            family.check()
            time.sleep(0.5)
    except (ChildDied, EmbeddedError):
        say("A part of Quell has ended by itself; stopping the others …")
        raise


def _ask_to_stop(number: int, frame: FrameType | None) -> None:
    # Asked once is enough: a second Ctrl-C must not interrupt the orderly stop.
    for other in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(other, signal.SIG_IGN)
    say("\nStopping …")
    raise Stop


if __name__ == "__main__":
    main()
