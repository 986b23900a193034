"""The file format of Stata 14 to 18 (dta release 118), written block by block.

Layout: https://www.stata.com/help.cgi?dta. Own code, because the libraries hold the whole table in memory, cannot put
.a to .d beside numbers of an integer storage, and write the time of the machine. The tests compare it byte by byte
with what pandas writes.
"""

from __future__ import annotations

import datetime as dt
import struct
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import BinaryIO, Final, Literal

import numpy as np
import numpy.typing as npt

from exports.package.formats.moments import stata_moment

Storage = Literal["byte", "int", "long", "double", "text"]
TYPES: Final[Mapping[str, int]] = {"double": 65526, "long": 65528, "int": 65529, "byte": 65530}
DTYPES: Final[Mapping[str, str]] = {"double": "<f8", "long": "<i4", "int": "<i2", "byte": "i1"}
# What lies between is a value; the next 27 numbers after the highest are . and .a to .z.
RANGES: Final[Mapping[str, tuple[int, int]]] = {
    "byte": (-127, 100),
    "int": (-32767, 32740),
    "long": (-2147483647, 2147483620),
}
DOUBLE_MISSING: Final = 0x7FE0_0000_0000_0000
DOUBLE_STEP: Final = 0x0000_0100_0000_0000
LONG_MISSING: Final = 2147483621
NAME, FORMAT, LABEL, DATASET_LABEL = 129, 57, 321, 80


@dataclass(frozen=True)
class StataVariable:
    """One variable: its storage, for text its width in bytes, its format, labels and the name of its value labels."""

    name: str
    storage: Storage
    width: int
    display: str
    label: str
    value_labels: str = ""

    @property
    def dtype(self) -> str:
        """Return the numpy type of a cell."""
        return f"S{self.width}" if self.storage == "text" else DTYPES[self.storage]


@dataclass(frozen=True)
class StataFile:
    """What stands around the rows. `labels` gives, under each name, the words of each number; 1 to 26 under
    `missing` are .a to .z."""

    label: str
    at: dt.datetime
    rows: int
    variables: Sequence[StataVariable]
    labels: Mapping[str, Mapping[int, str]] = field(default_factory=dict)
    missing: Mapping[str, Mapping[int, str]] = field(default_factory=dict)


def missing_number(storage: Storage, place: int) -> int:
    """Return the number that stands for . (place 0), .a (1) to .z (26) in an integer storage."""
    return RANGES[storage][1] + 1 + place


def doubles(values: npt.NDArray[np.float64], places: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """Return doubles with NaN replaced by . (place 0) or .a to .d."""
    bits = np.ascontiguousarray(values).view(np.uint64).copy()
    empty = np.isnan(values)
    bits[empty] = np.uint64(DOUBLE_MISSING) + places[empty].astype(np.uint64) * np.uint64(DOUBLE_STEP)
    return bits.view(np.float64)


def write_stata_file(out: BinaryIO, file: StataFile, blocks: Iterable[npt.NDArray[np.void]]) -> None:
    """Write the file; the blocks hold all its rows in their order."""
    out.write(_header(file))
    start = out.tell()
    offsets = [0, start]
    out.write(_tagged("map", bytes(8 * 14)))
    for tag, content in _description(file):
        offsets.append(out.tell())
        out.write(_tagged(tag, content))
    offsets.append(out.tell())
    out.write(b"<data>")
    for block in blocks:
        out.write(block.tobytes())
    out.write(b"</data>")
    for part in (_tagged("strls", b""), _tagged("value_labels", _value_labels(file)), b"</stata_dta>"):
        offsets.append(out.tell())
        out.write(part)
    offsets.append(out.tell())
    out.seek(start)
    out.write(_tagged("map", struct.pack("<14Q", *offsets)))


def _tagged(tag: str, content: bytes) -> bytes:
    return b"<%b>%b</%b>" % (tag.encode(), content, tag.encode())


def _header(file: StataFile) -> bytes:
    label = file.label[:DATASET_LABEL].encode()
    stamp = stata_moment(file.at)
    parts = [
        _tagged("release", b"118"),
        _tagged("byteorder", b"LSF"),
        _tagged("K", struct.pack("<H", len(file.variables))),
        _tagged("N", struct.pack("<Q", file.rows)),
        _tagged("label", struct.pack("<H", len(label)) + label),
        _tagged("timestamp", bytes([len(stamp)]) + stamp),
    ]
    return b"<stata_dta>" + _tagged("header", b"".join(parts))


def _description(file: StataFile) -> list[tuple[str, bytes]]:
    kinds = [each.width if each.storage == "text" else TYPES[each.storage] for each in file.variables]
    return [
        ("variable_types", struct.pack(f"<{len(kinds)}H", *kinds)),
        ("varnames", _padded([each.name for each in file.variables], NAME)),
        ("sortlist", bytes(2 * (len(kinds) + 1))),
        ("formats", _padded([each.display for each in file.variables], FORMAT)),
        ("value_label_names", _padded([each.value_labels for each in file.variables], NAME)),
        ("variable_labels", _padded([each.label for each in file.variables], LABEL)),
        ("characteristics", b""),
    ]


def _padded(texts: Sequence[str], width: int) -> bytes:
    return b"".join(text.encode()[: width - 1].ljust(width, b"\0") for text in texts)


def _value_labels(file: StataFile) -> bytes:
    return b"".join(
        _label_table(name, {**words, **_missing_words(file.missing.get(name, {}))})
        for name, words in file.labels.items()
    )


def _missing_words(missing: Mapping[int, str]) -> dict[int, str]:
    return {LONG_MISSING + place: word for place, word in missing.items()}


def _label_table(name: str, words: Mapping[int, str]) -> bytes:
    numbers = sorted(words)
    texts = [words[number].encode() + b"\0" for number in numbers]
    places = [sum(len(text) for text in texts[:place]) for place in range(len(texts))]
    body = b"".join(texts)
    table = struct.pack(f"<2i{2 * len(numbers)}i", len(numbers), len(body), *places, *numbers) + body
    return _tagged("lbl", struct.pack("<i", len(table)) + name.encode().ljust(NAME, b"\0") + bytes(3) + table)
