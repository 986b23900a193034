"""A registry that is served to programs, once for each file of tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.interop.clients.served import Served, serving


@pytest.fixture(scope="module")
def served(demo_registry: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The demonstration, served over HTTP; the tests of a file change it one after the other."""
    with serving(tmp_path_factory.mktemp("releases")) as found:
        yield found
