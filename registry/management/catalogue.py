"""The Spanish catalogue: brought up to date with the messages of the sources, compiled, and checked."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import polib

from registry.management.messages import Message, find_messages

HEADER = {
    "Project-Id-Version": "Quell",
    "Language": "es",
    "MIME-Version": "1.0",
    "Content-Type": "text/plain; charset=UTF-8",
    "Content-Transfer-Encoding": "8bit",
    "Plural-Forms": "nplurals=2; plural=(n != 1);",
}
_PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}")


def catalogue_path(root: Path) -> Path:
    """Return where the Spanish catalogue is kept; the compiled one stands beside it."""
    return root / "registry" / "locale" / "es" / "LC_MESSAGES" / "django.po"


def update(root: Path) -> polib.POFile:
    """Write the catalogue anew: known translations stay, new messages come in empty, unused ones go."""
    path = catalogue_path(root)
    known = {entry.msgid: entry for entry in polib.pofile(str(path))} if path.exists() else {}
    book = polib.POFile(wrapwidth=110)
    book.metadata = HEADER
    book.extend(_entry(text, messages, known.get(text)) for text, messages in _by_message(root).items())
    path.parent.mkdir(parents=True, exist_ok=True)
    book.save(str(path))
    path.with_suffix(".mo").write_bytes(book.to_binary())
    return book


def problems(root: Path) -> list[str]:
    """Say what is wrong with the catalogue as it lies: nothing missing, nothing stale, placeholders kept."""
    path = catalogue_path(root)
    book = polib.pofile(str(path))
    entries = {entry.msgid: entry for entry in book}
    wanted = _by_message(root)
    found = [f"Not in the catalogue (run manage.py catalogue): {text!r}" for text in wanted if text not in entries]
    found += [f"In the catalogue but in no source: {text!r}" for text in entries if text not in wanted]
    for entry in entries.values():
        found += _problems_of(entry)
    if path.with_suffix(".mo").read_bytes() != book.to_binary():
        found.append("The compiled catalogue (.mo) is stale: run manage.py catalogue.")
    return found


def _by_message(root: Path) -> dict[str, list[Message]]:
    found: dict[str, list[Message]] = {}
    for message in find_messages(root):
        if message.text:
            found.setdefault(message.text, []).append(message)
    return dict(sorted(found.items(), key=lambda item: (item[1][0].path, item[0])))


def _entry(text: str, messages: list[Message], known: polib.POEntry | None) -> polib.POEntry:
    plural = next((message.plural for message in messages if message.plural), "")
    entry = polib.POEntry(msgid=text, occurrences=[(path, "") for path in sorted({m.path for m in messages})])
    if plural:
        entry.msgid_plural = plural
        entry.msgstr_plural = known.msgstr_plural if known and known.msgstr_plural else {0: "", 1: ""}
    else:
        entry.msgstr = known.msgstr if known else ""
    return entry


def _problems_of(entry: polib.POEntry) -> Iterator[str]:
    translations = list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]
    if not all(translations):
        yield f"No Spanish for {entry.msgid!r}"
        return
    originals = [entry.msgid, entry.msgid_plural] if entry.msgid_plural else [entry.msgid]
    for original, translation in zip(originals, translations, strict=True):
        if sorted(_PLACEHOLDER.findall(original)) != sorted(_PLACEHOLDER.findall(translation)):
            yield f"Placeholders differ in {translation!r}"
