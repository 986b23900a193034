"""What every test of REDCap's clients begins with: a release in a folder of its own, nothing counted yet."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache

from exports.models import Release
from tests.cast import Cast
from tests.factories.redcap import redcap_release, token_of


@pytest.fixture(autouse=True)
def fresh(settings: Any, tmp_path: Path) -> Path:
    """Forget what was counted, and keep releases in a folder of the test."""
    cache.clear()
    settings.QUELL_RELEASE_DIR = str(tmp_path)
    return tmp_path


@pytest.fixture
def release(cast: Cast) -> Release:
    """A published release that ivan may take."""
    return redcap_release(cast)


@pytest.fixture
def token(release: Release, cast: Cast) -> str:
    """The token of ivan for it."""
    return token_of(release, cast.ivan)
