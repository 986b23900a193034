"""`make demo`: the main job from raw files to a released package, by a real worker, on a passing database."""

from __future__ import annotations

import os
import shutil
import signal
import sys
from contextlib import ExitStack
from pathlib import Path

import psycopg

from config.addresses import Address, AddressError, address_url, psycopg_params
from config.database import roles
from config.database.addresses import VARIABLES, given_address
from config.database.setup import SetupError
from config.embedded import EmbeddedError
from config.embedded.locking import sole_keeper
from config.environment import BASE_DIR, secret

OUT = BASE_DIR / "var" / "demo"
WORK = OUT / "work"


def main() -> None:
    """Prepare a house of its own, run the job in it, take it down; exit with 1 and one message if anything fails."""
    # Settled before the settings are read: everything below works on the demonstration's own folders and database.
    os.environ.update(_environment())
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    from config.supervisor.children import ChildDied
    from config.supervisor.preparation import StepFailed

    OUT.parent.mkdir(parents=True, exist_ok=True)
    try:
        with ExitStack() as stack:
            stack.enter_context(sole_keeper(OUT.with_suffix(".lock"), advice="Let it finish first."))
            _clear(OUT)
            WORK.mkdir(parents=True)
            _run(stack)
    except (AddressError, ChildDied, EmbeddedError, SetupError, StepFailed) as error:
        sys.exit(f"quell: {error}")
    except KeyboardInterrupt:
        sys.exit("quell: stopped by hand; nothing is left running.")


def _environment() -> dict[str, str]:
    given = {name: secret(name) for name in VARIABLES.values()}
    moved = {
        VARIABLES[process]: address_url(address.at(demo_name(address)))
        for process in VARIABLES
        if given.get(VARIABLES[process]) and (address := given_address(process, given))
    }
    return moved | {
        "DJANGO_SETTINGS_MODULE": "config.settings.dev",
        "QUELL_DEMO": "1",
        "QUELL_VAR_DIR": str(WORK),
        "QUELL_DATA_DIR": str(WORK / "postgres"),
        # On a shared broker the demonstration's messages must not reach another Quell's worker.
        "QUELL_QUEUE": f"demo_{os.getpid()}",
    }


def demo_name(address: Address) -> str:
    """The database of the demonstration, beside the one that the address names."""
    return f"{address.name.removesuffix('_demo')}_demo"


def _run(stack: ExitStack) -> None:
    from config.run import say
    from config.settings.databases import QUELL_EMBEDDED
    from config.supervisor import services
    from config.supervisor.children import Family
    from config.supervisor.preparation import database_server, manage

    if not QUELL_EMBEDDED:
        _drop_databases()
        stack.callback(_drop_databases)
    stack.enter_context(database_server(say))
    manage("owner", "migrate", "--verbosity", "0", "--no-input")
    family = Family(WORK / "log", os.environ)
    stack.callback(family.stop)
    for child in (services.worker(), services.beat(WORK / "celerybeat-schedule")):
        family.start(child)
    manage("worker", "demo_run", "--out", str(OUT), shown=True)
    family.check()


def _drop_databases() -> None:
    from config.settings.databases import database_address

    admin, name = database_address("admin"), database_address("owner").name
    with psycopg.connect(**psycopg_params(admin.at("postgres")), autocommit=True) as connection:
        for database, owner in ((name, roles.OWNER), (roles.broker_database(name), roles.BROKER)):
            found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database]).fetchone()
            if found:
                connection.execute(f"SET ROLE {owner}".encode())
                connection.execute(f'DROP DATABASE "{database}" WITH (FORCE)'.encode())
                connection.execute("RESET ROLE")


def _clear(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
