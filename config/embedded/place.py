"""Where the server may live: the data folder the account can use, and a socket folder with a short path."""

from __future__ import annotations

import hashlib
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

from config.embedded.account import Account, can_reach, choose_account
from config.embedded.errors import EmbeddedError

# A socket address holds 107 bytes, of which "/.s.PGSQL.5432" takes 14.
LONGEST_SOCKET_FOLDER = 107 - 14
FALLBACK = Path("/var/lib/quell")


@dataclass(frozen=True)
class Place:
    """All folders of one embedded server."""

    wanted: Path
    data: Path
    sockets: Path
    account: Account

    @property
    def moved(self) -> bool:
        """True if the account could not enter the wanted folder and the data lie elsewhere."""
        return self.data != self.wanted

    @property
    def lock(self) -> Path:
        """Held by the one process that started the server."""
        return self.data.with_name(self.data.name + ".lock")

    @property
    def log(self) -> Path:
        """What the server says."""
        return self.data.with_name(self.data.name + ".log")


def find_place(wanted: Path) -> Place:
    """Decide the folders for a wanted data folder. Pure look-up: creates nothing.

    As root, a checkout below a folder that nobody else may enter (such as a home of root) cannot hold the data of an
    unprivileged server; they then lie in /var/lib/quell, under a name that belongs to the wanted folder alone.
    """
    wanted = wanted.absolute()
    account = choose_account(wanted)
    data = wanted if _enterable(wanted, account) else FALLBACK / f"{wanted.name}-{_digest(wanted)}"
    if data != wanted:
        account = choose_account(data)
    return Place(wanted, data, _socket_folder(data, account), account)


def prepare_place(place: Place) -> None:
    """Create the folder above the data and the socket folder, private to the account."""
    place.data.parent.mkdir(parents=True, exist_ok=True)
    if place.moved:
        place.data.parent.chmod(0o755)
    try:
        place.sockets.mkdir(mode=0o700)
        place.account.own(place.sockets)
    except FileExistsError:
        _refuse_foreign(place)


def _enterable(data: Path, account: Account) -> bool:
    nearest = next(folder for folder in (data, *data.parents) if folder.exists())
    return not account.switch or can_reach(nearest, account, os.X_OK)


def _socket_folder(data: Path, account: Account) -> Path:
    name = f"quell-{account.uid}-{_digest(data)}"
    for parent in (tempfile.gettempdir(), "/tmp"):  # noqa: S108 - the folder itself is private and its owner checked
        folder = Path(parent).resolve() / name
        if len(os.fsencode(folder)) <= LONGEST_SOCKET_FOLDER and _enterable(folder, account):
            return folder
    raise EmbeddedError("No temporary folder with a short enough path for a socket. Set TMPDIR to a short path.")


def _refuse_foreign(place: Place) -> None:
    # Somebody could have made the folder first to listen in our place.
    status = place.sockets.lstat()
    if status.st_uid not in {place.account.uid, 0} or place.sockets.is_symlink():
        raise EmbeddedError(f"{place.sockets} belongs to somebody else. Remove it, or set TMPDIR to a folder of yours.")
    place.account.own(place.sockets)
    place.sockets.chmod(0o700)


def _digest(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:10]
