"""The letters that a PDF of reportlab shows, page by page, read back from its fonts and content streams."""

from __future__ import annotations

import base64
import re
import zlib

OBJECT = re.compile(rb"^(\d+) 0 obj\s(.*?)^endobj", re.S | re.M)
SHOWN = re.compile(rb"/(F\d+(?:\+\d+)?) [\d.]+ Tf|\(((?:\\.|[^\\()])*)\) Tj", re.S)
ESCAPED = re.compile(rb"\\([0-7]{1,3}|.)", re.S)


def pages_of(pdf: bytes) -> list[str]:
    """Return the text of each page; letters that no font maps to a sign are missing."""
    objects = {int(number): body for number, body in OBJECT.findall(pdf)}
    streams = {number: _plain(*body.split(b"stream\n", 1)) for number, body in objects.items() if b"stream\n" in body}
    letters = _fonts(objects, streams)
    contents = [int(found.group(1)) for body in objects.values() if b"/Type /Page\n" in body or b"/Type /Page " in body
                if (found := re.search(rb"/Contents (\d+) 0 R", body))]  # fmt: skip
    return [_text(streams[number], letters) for number in contents]


def _plain(head: bytes, body: bytes) -> bytes:
    body = body.rpartition(b"endstream")[0]
    if b"/ASCII85Decode" in head:
        body = base64.a85decode(body.strip().removesuffix(b"~>"))
    return zlib.decompress(body) if b"/FlateDecode" in head else body


def _fonts(objects: dict[int, bytes], streams: dict[int, bytes]) -> dict[bytes, dict[int, str]]:
    found = {}
    for body in objects.values():
        for name, number in re.findall(rb"/(F\d+(?:\+\d+)?) (\d+) 0 R", body):
            told = re.search(rb"/ToUnicode (\d+) 0 R", objects[int(number)])
            if told:
                found[name] = _letters(streams[int(told.group(1))])
    return found


def _letters(cmap: bytes) -> dict[int, str]:
    pairs = re.findall(rb"^<([0-9A-F]{2})> <([0-9A-F]{4})>$", cmap, re.M)
    return {int(code, 16): chr(int(letter, 16)) for code, letter in pairs}


def _text(content: bytes, letters: dict[bytes, dict[int, str]]) -> str:
    font, shown = b"", []
    for name, text in SHOWN.findall(content):
        if name:
            font = name
            continue
        codes = ESCAPED.sub(_byte, text)
        shown.append("".join(letters.get(font, {}).get(code, "") for code in codes))
    return " ".join(shown).replace("\u00a0", " ")


def _byte(found: re.Match[bytes]) -> bytes:
    code = found.group(1)
    named = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}
    return bytes([int(code, 8)]) if code[:1].isdigit() else named.get(code, code)
