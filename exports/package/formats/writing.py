"""What a writer of a format gets, gives back, and says about what its format cannot hold."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from exports.sheets import Sheet


@dataclass(frozen=True)
class Writing:
    """One package being written: the data cut (the only time that any file tells), whose release, whether it is
    simulated, the name of the study, and a folder for files that are not finished yet."""

    at: dt.datetime
    release: str
    is_simulated: bool
    study: str
    work: Path


@dataclass(frozen=True)
class Member:
    """One finished file of a package: its name in the zip, and its bytes or where they lie in the folder for work.

    Whoever takes a member may delete the file behind it.
    """

    name: str
    content: bytes | Path


@dataclass(frozen=True)
class Loss:
    """Something that a format could not hold as it is. An empty column means the whole file."""

    file: str
    column: str
    what: str


# Yields the files in their order and adds to the losses while it does.
Writer = Callable[[Sequence[Sheet], Writing, list[Loss]], Iterator[Member]]
