"""The account that runs the server: oneself, or an existing unprivileged one when started as root."""

from __future__ import annotations

import os
import pwd
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from config.embedded.errors import EmbeddedError

UNPRIVILEGED = "nobody"


@dataclass(frozen=True)
class Account:
    """An operating-system account; `switch` is true when we are root and must become it."""

    name: str
    uid: int
    gid: int
    switch: bool

    def run_as(self) -> dict[str, Any]:
        """Arguments for `subprocess` that run a program as this account, in a folder it may enter."""
        if not self.switch:
            return {"cwd": "/"}
        return {"user": self.uid, "group": self.gid, "extra_groups": [], "cwd": "/", "env": _environment(self)}

    def own(self, path: Path) -> None:
        """Give a path to the account (only root can and needs to)."""
        if self.switch:
            os.chown(path, self.uid, self.gid)


def choose_account(data: Path) -> Account:
    """Who will run the server. PostgreSQL refuses root, and a number without a name.

    As root: the owner of an existing data folder, else QUELL_POSTGRES_USER, else `nobody`.
    """
    if os.geteuid() != 0:
        return _own_account()
    owner = data.stat().st_uid if data.exists() else 0
    try:
        entry = pwd.getpwuid(owner) if owner else pwd.getpwnam(os.environ.get("QUELL_POSTGRES_USER", UNPRIVILEGED))
    except KeyError as error:
        raise EmbeddedError(
            f"PostgreSQL refuses to run as root, and the account to run it as does not exist ({error}). "
            "Set QUELL_POSTGRES_USER to an existing unprivileged account, or start Quell as an ordinary user."
        ) from None
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid, switch=True)


def _own_account() -> Account:
    try:
        entry = pwd.getpwuid(os.geteuid())
    except KeyError:
        raise EmbeddedError(
            f"PostgreSQL needs an account with a name, and user id {os.geteuid()} has none on this machine. "
            "Add it to /etc/passwd, or set DATABASE_URL to a PostgreSQL server."
        ) from None
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid, switch=False)


def can_reach(path: Path, account: Account, want: int) -> bool:
    """May the account use `path` (os.R_OK, os.W_OK, os.X_OK) and enter every folder above it?"""
    if not account.switch:
        return os.access(path, want)
    above = all(_allows(folder.stat(), account, os.X_OK) for folder in path.resolve().parents)
    return above and _allows(path.stat(), account, want)


def _allows(status: os.stat_result, account: Account, want: int) -> bool:
    if status.st_uid == account.uid:
        shift = 6
    elif status.st_gid == account.gid:
        shift = 3
    else:
        shift = 0
    return (stat.S_IMODE(status.st_mode) >> shift) & want == want


def _environment(account: Account) -> dict[str, str]:
    # Root's HOME and libpq variables are of no use to the account and would be refused or misread.
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    return kept | {"HOME": "/", "USER": account.name, "LOGNAME": account.name}
