"""Answers whose JSON the database has written: texts are joined, nothing is read and encoded anew."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from django.http import HttpResponse

JSON = "application/json"


class Told(HttpResponse):
    """An answer that is a text of JSON already."""

    def __init__(self, text: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(text.encode(), content_type=JSON, headers=headers)


def listed(texts: Iterable[str], following: str | None) -> Told:
    """Return a page of a list: its rows, and the address of the next one."""
    return Told(f'{{"next":{json.dumps(following)},"results":[{",".join(texts)}]}}')


def with_facts(text: str, facts: Mapping[str, Any]) -> str:
    """Return the text of an object with further members at its end."""
    return f"{text[:-1]},{json.dumps(facts, ensure_ascii=False)[1:]}" if facts else text
