"""From bytes to rows of text: strict UTF-8, one header, rows numbered as a spreadsheet numbers them."""

from __future__ import annotations

import codecs
import csv
import difflib
import io
from collections.abc import Iterator, Sequence

from registry.intake.findings import Finding
from registry.intake.topics import computed_columns, required_columns
from registry.metadata import Topic

PIECE = 1 << 20
BOM = b"\xef\xbb\xbf"
SITE_NAMES = frozenset({"site", "site_id", "site_code"})


class FileRefused(Exception):  # noqa: N818 -- the name says what happened
    """The file cannot be read further; carries what was found."""

    def __init__(self, *found: Finding) -> None:
        self.found = found
        super().__init__(", ".join(finding.code for finding in found))


class Reader:
    """The rows of one CSV file, read as they are asked for."""

    def __init__(self, content: bytes, *, semicolon: bool) -> None:
        self.separator = ";" if semicolon else ","
        self._rows = csv.reader(_text(content), delimiter=self.separator, strict=True)
        self._number = 0
        self.header = self._read_header()

    def _read_header(self) -> list[str]:
        header = next(self._lines(), None)
        if header is None or not any(cell.strip() for cell in header):
            raise FileRefused(Finding("no_header", row=None))
        return [cell.strip() for cell in header]

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """Yield (row number, cells); rows without any content are passed over."""
        for cells in self._lines():
            if any(cells) and any(cell.strip() for cell in cells):
                yield self._number, cells

    def _lines(self) -> Iterator[list[str]]:
        while True:
            self._number += 1
            try:
                yield next(self._rows)
            except StopIteration:
                return
            except csv.Error:
                raise FileRefused(Finding("bad_csv", params={"line": self._rows.line_num})) from None


def _text(content: bytes) -> io.TextIOWrapper:
    """Return the text; bytes that are not UTF-8, and NUL, are refused by line, never guessed."""
    start = len(BOM) if content.startswith(BOM) else 0
    if (at := _first_wrong_byte(content)) is not None:
        params = {"byte": f"0x{content[at]:02X}", "line": _line(content, at)}
        raise FileRefused(Finding("not_utf8", params=params))
    if (at := content.find(b"\0")) >= 0:
        raise FileRefused(Finding("nul_byte", params={"line": _line(content, at)}))
    stream = io.BytesIO(content)
    stream.seek(start)
    return io.TextIOWrapper(stream, encoding="utf-8", newline="")


def _first_wrong_byte(content: bytes) -> int | None:
    """Look through the file piece by piece, so that it is never held a second time as text."""
    decoder, view = codecs.getincrementaldecoder("utf-8")(), memoryview(content)
    for start in range(0, len(content), PIECE):
        kept = len(decoder.getstate()[0])
        try:
            decoder.decode(view[start : start + PIECE], final=start + PIECE >= len(content))
        except UnicodeDecodeError as error:
            return start - kept + error.start
    return None


def _line(content: bytes, at: int) -> int:
    return content.count(b"\n", 0, at) + 1


def check_header(topic: Topic, reader: Reader) -> None:
    """Refuse a header with unknown, repeated or missing columns, all of them at once, by name."""
    header = reader.header
    if len(header) == 1 and len(topic.columns) > 1 and header[0] not in topic.columns:
        raise FileRefused(Finding("wrong_separator", column=header[0][:100], params={"expected": reader.separator}))
    found = [_stranger(topic, name) for name in header if name not in topic.columns]
    found += [_named("column_twice", name) for name in dict.fromkeys(header) if header.count(name) > 1]
    found += [_named("missing_column", name) for name in required_columns(topic) if name not in header]
    if found:
        raise FileRefused(*found)


def _stranger(topic: Topic, name: str) -> Finding:
    if name.casefold() in SITE_NAMES:
        return _named("site_column", name)
    if name in computed_columns(topic):
        return _named("computed_column", name)
    if near := _nearest(name, topic.columns):
        return Finding("unknown_column_near", column=name[:100], params={"column": name[:100], "near": near})
    return _named("unknown_column", name)


def _nearest(name: str, columns: Sequence[str]) -> str:
    close = difflib.get_close_matches(name.casefold().replace(" ", "_"), columns, n=1)
    return close[0] if close else ""


def _named(code: str, name: str) -> Finding:
    return Finding(code, column=name[:100], params={"column": name[:100]})
