"""Finds every message that people read: in Python calls, in declared variables and topics, and in templates."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.utils.translation.template import templatize

FOLDERS = ("sites", "registry", "exports", "config")
SKIPPED = {"migrations", "vendor", "management"}

# What is called, and which of its arguments are messages: places and names. Two places of ngettext are one message.
SINGULAR = {"gettext", "gettext_lazy", "gettext_noop", "_"}
PLURAL = {"ngettext", "ngettext_lazy"}
DECLARED = {"Variable": ((0,), ("note", "short")), "topic": ((1,), ())}

_LITERAL = r"""u?('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")"""
_SINGULAR_CALL = re.compile(rf"(?<![\w.])u?(?:gettext|_)\({_LITERAL}\)", re.DOTALL)
_PLURAL_CALL = re.compile(rf"u?ngettext\({_LITERAL},\s*{_LITERAL},", re.DOTALL)


@dataclass(frozen=True, order=True)
class Message:
    """A message in English, with its plural if it has one, and the file it stands in."""

    text: str
    plural: str
    path: str


def find_messages(root: Path) -> list[Message]:
    """Return every message below the project's folders, in the order of files and lines."""
    found: list[Message] = []
    for path in sorted(_sources(root)):
        name = path.relative_to(root).as_posix()
        source = path.read_text(encoding="utf-8")
        pairs = _in_python(source) if path.suffix == ".py" else _in_template(source)
        found.extend(Message(text, plural, name) for text, plural in pairs)
    return found


def _sources(root: Path) -> Iterator[Path]:
    for folder in FOLDERS:
        for path in (root / folder).rglob("*"):
            if path.suffix in {".py", ".html", ".txt"} and not SKIPPED.intersection(path.relative_to(root).parts):
                yield path


def _in_python(source: str) -> Iterator[tuple[str, str]]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            yield from _in_call(node)


def _in_call(call: ast.Call) -> Iterator[tuple[str, str]]:
    name = call.func.id if isinstance(call.func, ast.Name) else ""
    if name in PLURAL:
        yield _constant(call.args[0]), _constant(call.args[1])
    elif name in SINGULAR:
        yield _constant(call.args[0]), ""
    elif name in DECLARED:
        places, keywords = DECLARED[name]
        values = [call.args[place] for place in places if place < len(call.args)]
        values += [keyword.value for keyword in call.keywords if keyword.arg in keywords]
        yield from ((_constant(value), "") for value in values if _constant(value))


def _constant(node: ast.expr) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def _in_template(source: str) -> Iterator[tuple[str, str]]:
    code = templatize(source)
    for match in _PLURAL_CALL.finditer(code):
        yield ast.literal_eval(match[1]), ast.literal_eval(match[2])
    for match in _SINGULAR_CALL.finditer(code):
        yield ast.literal_eval(match[1]), ""
