"""How far the chain reached, kept outside the database: without it, cutting off the end would leave no trace.

One file, one line a sealing, only ever appended to. A hospital points QUELL_SEAL_DIR at storage that the database
server cannot write to, or copies the file there every day.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from django.conf import settings

from sites.models import Seal

NAME = "heads.jsonl"


@dataclass(frozen=True)
class Head:
    """The end of the chain as one sealing left it."""

    number: int
    sequence: int
    head: str
    key_id: str
    sealed_at: str

    @classmethod
    def of(cls, seal: Seal) -> Head:
        """Return the head that a seal set."""
        return cls(seal.number, seal.sequence, bytes(seal.head).hex(), seal.key_id, seal.sealed_at.isoformat())


def heads_path() -> Path:
    """Return where the heads are kept."""
    return Path(settings.QUELL_SEAL_DIR) / NAME


def read_heads() -> list[Head]:
    """Return all heads, the oldest first; none where nothing has been sealed."""
    path = heads_path()
    if not path.exists():
        return []
    return [Head(**json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines() if line]


def keep_heads(seals: Iterable[Seal]) -> None:
    """Append the heads of seals that are not in the file yet, and see them written to the disk."""
    known = {head.number for head in read_heads()}
    path = heads_path()
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        for seal in seals:
            if seal.number not in known:
                file.write(json.dumps(asdict(Head.of(seal))) + "\n")
        file.flush()
        os.fsync(file.fileno())
