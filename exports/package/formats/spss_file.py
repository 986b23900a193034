"""The system file of SPSS (.sav, UTF-8, bytecode compression), written block by block.

Layout: the "System File Format" chapter of the PSPP developers' manual. Own code, because the library holds the whole
table in memory, cuts labels without a word and writes the time of the machine. The tests read the files with PSPP,
with ReadStat (haven, pyreadstat) and with R's foreign.
"""

from __future__ import annotations

import datetime as dt
import struct
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import BinaryIO, Final, Literal

import numpy as np
import numpy.typing as npt

from exports.package.formats.losses import cut_bytes
from exports.package.formats.moments import spss_moment

Measure = Literal["nominal", "ordinal", "scale"]
Units = npt.NDArray[np.uint64]
MEASURES: Final[Mapping[Measure, int]] = {"nominal": 1, "ordinal": 2, "scale": 3}
UNIT: Final = 8
LABEL, FILE_LABEL = 255, 64
NUMBER_FORMAT, TEXT_FORMAT = 5, 1
SYSTEM_MISSING: Final = -sys.float_info.max
LOWEST: Final = float(np.nextafter(SYSTEM_MISSING, 0))
BIAS: Final = 100
# Codes of the compression: 1 to 251 are whole numbers, biased.
RAW, ALL_BLANK, EMPTY = 253, 254, 255
BLANK_UNIT: Final = int.from_bytes(b" " * UNIT, "little")
EMPTY_UNIT: Final = int(np.float64(SYSTEM_MISSING).view(np.uint64))


@dataclass(frozen=True)
class SpssVariable:
    """One variable: `width` is 0 for numbers, else the bytes of its text (1 to 255); `display` the width and digits
    shown; `missing` the ends of its range of user-missing values; `labels` the words of numbers."""

    name: str
    width: int
    label: str
    display: tuple[int, int]
    measure: Measure
    missing: tuple[float, float] | None = None
    labels: Mapping[int, str] = field(default_factory=dict)

    @property
    def units(self) -> int:
        """Return how many units of eight bytes a value takes."""
        return max(1, -(-self.width // UNIT))


def write_spss_file(
    out: BinaryIO, label: str, at: dt.datetime, rows: int, variables: Sequence[SpssVariable], blocks: Iterable[Units]
) -> None:
    """Write the file. Each block holds whole rows as units of eight bytes (rows x units of a row), in their order."""
    out.write(_header(label, at, rows, sum(variable.units for variable in variables)))
    for place, variable in enumerate(variables):
        out.write(_variable(place, variable))
    index = 1
    for variable in variables:
        out.write(_value_labels(index, variable.labels) if variable.labels else b"")
        index += variable.units
    out.write(_information(variables))
    out.write(struct.pack("<2i", 999, 0))
    left = np.empty(0, np.uint64)
    for block in blocks:
        units = np.concatenate([left, block.reshape(-1)])
        whole = units.size // UNIT * UNIT
        out.write(_compressed(units[:whole]))
        left = units[whole:]
    out.write(_compressed(left))


def _header(label: str, at: dt.datetime, rows: int, units: int) -> bytes:
    product = b"@(#) SPSS DATA FILE".ljust(60)
    numbers = struct.pack("<5id", 2, units, 1, 0, rows, float(BIAS))
    return b"$FL2" + product + numbers + spss_moment(at) + _blanks(label, FILE_LABEL) + bytes(3)


def _blanks(text: str, width: int) -> bytes:
    return cut_bytes(text, width).encode().ljust(width)


def _short(place: int) -> bytes:
    return f"V{place + 1:05d}".encode().ljust(UNIT)


def _variable(place: int, variable: SpssVariable) -> bytes:
    width, digits = variable.display
    shown = (TEXT_FORMAT if variable.width else NUMBER_FORMAT) << 16 | width << 8 | digits
    label = variable.label.encode()
    ends = variable.missing
    head = struct.pack("<6i", 2, variable.width, bool(label), -2 if ends else 0, shown, shown) + _short(place)
    told = struct.pack("<i", len(label)) + label.ljust(-(-len(label) // 4) * 4) if label else b""
    missing = struct.pack("<2d", *ends) if ends else b""
    more = struct.pack("<6i", 2, -1, 0, 0, 0, 0) + b" " * UNIT
    return head + told + missing + more * (variable.units - 1)


def _value_labels(index: int, labels: Mapping[int, str]) -> bytes:
    pairs = [struct.pack("<d", number) + _counted(text.encode()) for number, text in labels.items()]
    return struct.pack("<2i", 3, len(pairs)) + b"".join(pairs) + struct.pack("<3i", 4, 1, index)


def _counted(text: bytes) -> bytes:
    return (bytes([len(text)]) + text).ljust(-(-(len(text) + 1) // UNIT) * UNIT)


def _information(variables: Sequence[SpssVariable]) -> bytes:
    # Version 24.0.0 of the layout, IEEE 754, low byte first, UTF-8.
    machine = struct.pack("<8i", 24, 0, 0, -1, 1, 1, 2, 65001)
    limits = struct.pack("<3d", SYSTEM_MISSING, sys.float_info.max, LOWEST)
    shown = b"".join(
        struct.pack("<3i", MEASURES[each.measure], max(8, min(each.display[0], 40)), 0 if each.width else 1)
        for each in variables
    )
    names = b"\t".join(_short(place).rstrip() + b"=" + each.name.encode() for place, each in enumerate(variables))
    records = [(3, 4, machine), (4, 8, limits), (11, 4, shown), (13, 1, names), (20, 1, b"UTF-8")]
    return b"".join(struct.pack("<4i", 7, kind, size, len(data) // size) + data for kind, size, data in records)


def _compressed(units: Units) -> bytes:
    """Return units as groups of eight codes, each followed by those units that no code stands for."""
    numbers = units.view(np.float64)
    with np.errstate(invalid="ignore"):
        is_small = (numbers >= 1 - BIAS) & (numbers <= 251 - BIAS) & (numbers == np.floor(numbers))
        codes = np.where(is_small, np.where(is_small, numbers, 0) + BIAS, RAW).astype(np.uint8)
    # Minus zero would come back as zero.
    codes[units == np.uint64(1 << 63)] = RAW
    codes[units == np.uint64(BLANK_UNIT)] = ALL_BLANK
    codes[units == np.uint64(EMPTY_UNIT)] = EMPTY
    raw = units[codes == RAW]
    groups = np.concatenate([codes, np.zeros(-codes.size % UNIT, np.uint8)]).reshape(-1, UNIT)
    after = (groups == RAW).sum(axis=1)
    starts = np.arange(len(groups)) + np.concatenate([[0], np.cumsum(after)[:-1]]) if len(groups) else np.empty(0, int)
    out = np.empty(len(groups) + raw.size, np.uint64)
    is_raw = np.ones(out.size, bool)
    is_raw[starts.astype(np.int64)] = False
    out[starts.astype(np.int64)] = groups.view(np.uint64)[:, 0]
    out[is_raw] = raw
    return out.tobytes()
