"""Every address that the program answers, read from the URL resolver; static files are served before it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

from django.urls import URLPattern, get_resolver

# The administration's address of an application lists all applications, which says nothing about rights.
_APPLICATIONS = re.compile(r"\(\?P<app_label>[^)]*\)")


@cache
def addresses() -> dict[str, URLPattern]:
    """Return route -> pattern for every address; they are the same for all questions of a run."""
    return dict(_walk(get_resolver().url_patterns, ""))


def _walk(patterns: Iterable[Any], before: str) -> Iterator[tuple[str, URLPattern]]:
    for pattern in patterns:
        route = _APPLICATIONS.sub("(?P<app_label>…)", before + str(pattern.pattern))
        if isinstance(pattern, URLPattern):
            yield route, pattern
        else:
            yield from _walk(pattern.url_patterns, route)
