"""The transport file of SAS, version 5 (XPORT), written block by block.

Layout and numbers: SAS technical note TS-140, "Record layout of a SAS version 5 or 6 data set in SAS transport (XPORT)
format". Own code, because the library holds the whole table in memory, cuts labels without a word, writes the time of
the machine and cannot write the special missing values .A to .Z. The tests compare it byte by byte with what it writes.
"""

from __future__ import annotations

import datetime as dt
import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import BinaryIO, Final

import numpy as np
import numpy.typing as npt

from exports.package.formats.moments import sas_moment

RECORD: Final = 80
LABEL, NAME = 40, 8
# The system that the technical note's example names. Nothing of this machine is told.
SYSTEM: Final = b"6.06    bsd4.2  "
MISSING: Final = ord(".")
# Powers of 16 that the format's numbers reach.
LARGEST: Final = 7.0e75


@dataclass(frozen=True)
class SasVariable:
    """One variable: a text of `width` bytes, or a number (width 0)."""

    name: str
    label: str
    width: int

    @property
    def length(self) -> int:
        """Return the bytes of a value."""
        return self.width or 8

    @property
    def dtype(self) -> str:
        """Return the numpy type of a cell."""
        return f"S{self.width}" if self.width else ">u8"


@dataclass(frozen=True)
class SasData:
    """One data set: its name and label, its time, its variables."""

    name: str
    label: str
    at: dt.datetime
    variables: Sequence[SasVariable]


def write_sas_file(out: BinaryIO, data: SasData, blocks: Iterable[npt.NDArray[np.void]]) -> None:
    """Write the file; the blocks hold all its rows in their order."""
    out.write(_headers(data))
    names = b"".join(_name_record(place, each, _start(data, place)) for place, each in enumerate(data.variables))
    out.write(_filled(names))
    out.write(_header("OBS", "0" * 30))
    for block in blocks:
        out.write(block.tobytes())
    out.write(b" " * (-out.tell() % RECORD))


def ibm_numbers(values: npt.NDArray[np.float64], places: npt.NDArray[np.int64]) -> npt.NDArray[np.uint64]:
    """Return doubles as the format's numbers of base 16, exactly; NaN becomes . (place 0) or .A to .Z (1 to 26)."""
    fraction, exponent = np.frexp(np.abs(np.nan_to_num(values)))
    hexadecimal = -(-exponent // 4)
    shift = (3 + exponent - 4 * hexadecimal).astype(np.uint64)
    bits: npt.NDArray[np.uint64] = (fraction * 2.0**53).astype(np.uint64) << shift
    bits |= (hexadecimal + 64).astype(np.uint64) << np.uint64(56)
    bits[fraction == 0] = 0
    bits |= np.signbit(values).astype(np.uint64) << np.uint64(63)
    empty = np.isnan(values)
    signs = np.where(places > 0, ord("A") - 1 + places, MISSING).astype(np.uint64)
    bits[empty] = signs[empty] << np.uint64(56)
    return bits


def _headers(data: SasData) -> bytes:
    at = sas_moment(data.at)
    kind = b"SAS     "
    library = kind + kind + b"SASLIB  " + SYSTEM + b" " * 24 + at
    member = kind + data.name.encode().ljust(NAME) + b"SASDATA " + SYSTEM + b" " * 24 + at
    described = at + b" " * 16 + data.label.encode()[:LABEL].ljust(LABEL) + b" " * 8
    return b"".join(
        [
            _header("LIBRARY", "0" * 30),
            library,
            at.ljust(RECORD),
            _header("MEMBER", "000000000000000001600000000140"),
            _header("DSCRPTR", "0" * 30),
            member,
            described,
            _header("NAMESTR", f"000000{len(data.variables):04d}{'0' * 20}"),
        ]
    )


def _header(kind: str, numbers: str) -> bytes:
    return f"HEADER RECORD*******{kind:<8}HEADER RECORD!!!!!!!{numbers}  ".encode()


def _start(data: SasData, place: int) -> int:
    return sum(variable.length for variable in data.variables[:place])


def _name_record(place: int, variable: SasVariable, start: int) -> bytes:
    name, label = variable.name.encode().ljust(NAME), variable.label.encode().ljust(LABEL)
    head = struct.pack(">4h", 2 if variable.width else 1, 0, variable.length, place + 1)
    formats = b" " * 8 + struct.pack(">3h2x", 0, 0, 0 if variable.width else 1) + b" " * 8 + struct.pack(">2h", 0, 0)
    return head + name + label + formats + struct.pack(">i52x", start)


def _filled(content: bytes) -> bytes:
    return content.ljust(-(-len(content) // RECORD) * RECORD)
