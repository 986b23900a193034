"""The description as a document: the same for everybody, made once a process, kept in docs/generated."""

from __future__ import annotations

import copy
import json
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from django.utils import translation
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.generators import SchemaGenerator

from config.openapi.reading import Group, groups
from config.settings.paths import BASE_DIR

FILE: Final = BASE_DIR / "docs" / "generated" / "openapi.json"


class NotDescribed(Exception):  # noqa: N818 -- the name says what happened
    """Something of the interface cannot be described; the message names it."""


@lru_cache(maxsize=4)
def _described(language: str) -> dict[str, Any]:
    with translation.override(language):
        schema: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)
    return json.loads(json.dumps(schema, default=str))


def description(language: str = "en") -> dict[str, Any]:
    """Return the description; labels of variables are in the language asked for, all else is in English."""
    return copy.deepcopy(_described(language))


@lru_cache(maxsize=4)
def described_groups(language: str) -> tuple[Group, ...]:
    """Return the description as people read it."""
    with translation.override(language):
        return tuple(groups(_described(language)))


def checked_description() -> dict[str, Any]:
    """Return the description in English; NotDescribed for a warning of the generator or an invalid document."""
    # Imported late: to read its grammars takes seconds, and only this check needs them.
    from drf_spectacular.validation import validate_schema

    _described.cache_clear()
    GENERATOR_STATS.reset()
    found = description()
    if GENERATOR_STATS:
        raise NotDescribed("\n".join(_told(GENERATOR_STATS)))
    validate_schema(found)
    return found


def as_text(schema: dict[str, Any]) -> str:
    """Return the description as it is kept: one line a value, so that changes can be read."""
    return json.dumps(schema, indent=1, ensure_ascii=False) + "\n"


def is_kept(text: str, path: Path = FILE) -> bool:
    """Tell whether the kept document is this one."""
    return path.is_file() and path.read_text(encoding="utf-8") == text


def _told(stats: Any) -> list[str]:
    return [f"{message}" for cache in (stats._warn_cache, stats._error_cache) for message in cache]
