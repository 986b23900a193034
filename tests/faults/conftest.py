"""Folders that an unprivileged server may enter, also when the tests run as root."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.embedded.postmaster import stop_postmaster


@pytest.fixture
def data_folder() -> Iterator[Path]:
    """A path for a data folder that does not exist yet; whatever serves it is stopped at the end."""
    parent = Path(tempfile.mkdtemp(prefix="quell-fault-"))
    parent.chmod(0o755)
    yield parent / "postgres"
    stop_postmaster(parent / "postgres")
    shutil.rmtree(parent, ignore_errors=True)
