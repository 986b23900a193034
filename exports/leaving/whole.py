"""A folder that is either whole or not there."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def whole_folder(out: Path) -> Iterator[Path]:
    """Give a folder to write to; it takes the place of `out`, and of what was there, when the block ends well."""
    part = out.with_name(f"{out.name}.part")
    remove(part)
    part.mkdir(parents=True)
    try:
        yield part
        remove(out)
        os.replace(part, out)
    finally:
        remove(part)


def remove(folder: Path) -> None:
    """Remove a folder, if it is there."""
    if folder.exists():
        shutil.rmtree(folder)
