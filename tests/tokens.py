"""Keeps random tokens from spelling what a test looks for: a page without "HOU" must not fail by a throw of dice."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

import pytest
from django.middleware import csrf

# No word, code or unit that a test could look for is made of these alone.
WORDLESS: Final = "jqz"
RANDOM: Final = re.compile(
    r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b"  # keys of rows
    r"|(?<![0-9a-f])[0-9a-f]{32,}"  # digests
    r"|(?<=:\d\d)\.\d{3,6}\b"  # fractions of a second
)


@pytest.fixture(scope="session", autouse=True)
def wordless_tokens() -> Iterator[None]:
    """Let every form carry a token that is as random and as valid as ever, but made of three letters."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(csrf, "CSRF_ALLOWED_CHARS", WORDLESS)
        yield


def without_random(text: str) -> str:
    """Return a text without keys, digests and fractions of seconds, for searches for a few digits or letters a to f."""
    return RANDOM.sub("·", text)
