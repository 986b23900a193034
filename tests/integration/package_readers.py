"""Reads packages back without a line of what wrote them: polars, pyreadstat, csv, json, and TS-140 for SAS transport.

`unpacked` puts a package on the disk, `raw_columns` reads one data file as it stands, and the `sheets` of a package are
put together again under the released names: codes for numbers, and why a value is empty in a column of its own.
"""

from __future__ import annotations

import csv
import io
import json
import math
import struct
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any

import polars as pl
import pyreadstat

Columns = dict[str, list[Any]]
SUFFIXES = {"CSV": ".csv", "SPSS": ".sav", "STATA": ".dta", "SAS": ".xpt", "PARQUET": ".parquet", "ADAM": ".json"}
NUMBERS = frozenset({"integer", "decimal", "yes/no"})
REASON = "__mr"
# As the README of each format says it.
SPSS_REASONS = {-9999: "ND", -9998: "UNK", -9997: "NA", -9996: "WH"}
LETTERED = {"a": "ND", "b": "UNK", "c": "NA", "d": "WH"}


@dataclass(frozen=True)
class Missing:
    """An empty number of SAS or Stata that says why: by its letter."""

    letter: str


@dataclass
class Unpacked:
    """One package on the disk."""

    format: str
    folder: Path
    names: tuple[str, ...]

    @property
    def data_files(self) -> dict[str, Path]:
        """Return the files with rows by what they hold, "tables/lab" or "datasets/adsl"."""
        folders = ("table", "dataset", "adam")
        found = [name for name in self.names if name.endswith(SUFFIXES[self.format]) and name.startswith(folders)]
        return {_sheet(name): self.folder / name for name in found}

    @cached_property
    def manifest(self) -> dict[str, Any]:
        """Return the manifest."""
        told: dict[str, Any] = json.loads((self.folder / "manifest.json").read_text(encoding="utf-8"))
        return told

    @cached_property
    def codebook(self) -> dict[str, dict[str, dict[str, str]]]:
        """Return the line of every column by sheet and column."""
        found: dict[str, dict[str, dict[str, str]]] = {}
        for line in lines_of(self.folder / "codebook.csv"):
            found.setdefault(f"{line['kind']}s/{line['table']}", {})[line["column"]] = line
        return found

    @cached_property
    def codes(self) -> dict[tuple[str, str], dict[float, str]]:
        """Return the code of every number by file and variable."""
        found: dict[tuple[str, str], dict[float, str]] = {}
        for line in lines_of(self.folder / "codes.csv"):
            if not line["number"].startswith("."):
                found.setdefault((line["file"], line["variable"]), {})[float(line["number"])] = line["code"]
        return found

    @cached_property
    def sheets(self) -> dict[str, Columns]:
        """Return every sheet under the released names, numbers as numbers, reasons beside them."""
        return {sheet: _put_together(self, sheet, raw_columns(path)) for sheet, path in self.data_files.items()}

    def is_number(self, sheet: str, column: str) -> bool:
        """Say whether the codebook calls a column a number."""
        return self.codebook[sheet][column]["type"] in NUMBERS


def unpacked(path: Path, package_format: str, to: Path) -> Unpacked:
    """Unpack a package into a folder."""
    with zipfile.ZipFile(path) as archive:
        archive.extractall(to)
        return Unpacked(package_format, to, tuple(archive.namelist()))


def _sheet(name: str) -> str:
    folder, _, file = name.partition("/")
    kind = {"adam": "dataset"}.get(folder, folder.removesuffix("s"))
    stem = file.rpartition(".")[0]
    return f"{kind}s/{'addose' if folder == 'adam' and stem == 'adex' else stem}"


def lines_of(path: Path) -> list[dict[str, str]]:
    """Return the lines of a CSV file."""
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"), newline="")))


def raw_columns(path: Path) -> Columns:
    """Return every column of a data file as its format holds it; an empty cell is None or Missing."""
    return READERS[path.suffix](path)


def _csv(path: Path) -> Columns:
    text = io.StringIO(path.read_text(encoding="utf-8"), newline="")
    rows = csv.reader(text)
    names, cells = next(rows), list(rows)
    return {name: [row[place] or None for row in cells] for place, name in enumerate(names)}


def _parquet(path: Path) -> Columns:
    return {column.name: column.to_list() for column in pl.read_parquet(path)}


def _sav(path: Path) -> Columns:
    found, _meta = pyreadstat.read_sav(str(path), user_missing=True, output_format="dict")
    return {name: [_plain(value) for value in values] for name, values in found.items()}


def _dta(path: Path) -> Columns:
    found, meta = pyreadstat.read_dta(str(path), user_missing=True, output_format="dict")
    texts = {name for name, kind in meta.readstat_variable_types.items() if kind == "string"}
    return {
        name: [_plain(value) if name in texts else _lettered(_plain(value)) for value in values]
        for name, values in found.items()
    }


def _lettered(value: Any) -> Any:
    return Missing(value) if isinstance(value, str) else value


def _plain(value: Any) -> Any:
    number = value.item() if hasattr(value, "item") else value
    return None if number == "" or (isinstance(number, float) and math.isnan(number)) else number


def _dataset_json(path: Path) -> Columns:
    told = json.loads(path.read_text(encoding="utf-8"))
    names = [column["name"] for column in told["columns"]]
    assert len(told["rows"]) == told["records"]
    return {name: [row[place] for row in told["rows"]] for place, name in enumerate(names)}


def _xpt(path: Path) -> Columns:
    """Read a transport file by the published layout: other readers lose which missing value it is."""
    content = path.read_bytes()
    start = content.index(b"NAMESTR HEADER RECORD!!!!!!!") - 20
    count = int(content[start + 54 : start + 58])
    variables = [_variable(content[start + 80 + 140 * place :][:140]) for place in range(count)]
    rows = content[content.index(b"OBS     HEADER RECORD!!!!!!!") - 20 + 80 :]
    width = sum(length for _name, _is_text, length in variables)
    cells = [rows[at : at + width] for at in range(0, len(rows) - width + 1, width)]
    while cells and not cells[-1].strip():
        cells.pop()
    found: Columns = {}
    place = 0
    for name, is_text, length in variables:
        read: Callable[[bytes], Any] = _text if is_text else _ibm
        found[name] = [read(row[place : place + length]) for row in cells]
        place += length
    return found


def _variable(record: bytes) -> tuple[str, bool, int]:
    kind, _hash, length = struct.unpack(">3h", record[:6])
    return record[8:16].decode().rstrip(), kind == 2, length


def _text(cell: bytes) -> str | None:
    return cell.decode("ascii").rstrip() or None


def _ibm(cell: bytes) -> float | Missing | None:
    first, fraction = cell[0], int.from_bytes(cell[1:])
    if not fraction and (first == 0x2E or first == 0x5F or 0x41 <= first <= 0x5A):
        return None if first == 0x2E else Missing(chr(first).lower())
    sign, exponent = -1 if first & 0x80 else 1, (first & 0x7F) - 64
    return sign * fraction / 16.0**14 * 16.0**exponent


READERS: Mapping[str, Callable[[Path], Columns]] = {
    ".csv": _csv, ".parquet": _parquet, ".sav": _sav, ".dta": _dta, ".xpt": _xpt, ".json": _dataset_json,
}  # fmt: skip


def _put_together(package: Unpacked, sheet: str, raw: Columns) -> Columns:
    found: Columns = {}
    names = _names(package, sheet, raw)
    for column in package.codebook[sheet]:
        if column in names:
            found |= _column(package, sheet, column, names[column], raw[names[column]])
    for column in package.codebook[sheet]:
        if column in names and column.endswith(REASON):
            found[column] = raw[names[column]]
            if package.format in {"SPSS", "STATA"}:
                found[column] = _decoded(package, sheet, names[column], raw[names[column]])
    return found


def _names(package: Unpacked, sheet: str, raw: Columns) -> dict[str, str]:
    """Return the name in the file of each released column that is in it."""
    columns = package.codebook[sheet]
    if package.format == "SAS":
        of_file = f"{sheet}.xpt"
        told = lines_of(package.folder / "names.csv")
        return {line["column"]: line["variable"] for line in told if line["file"] == of_file}
    if package.format == "ADAM":
        return _names_by_label(package, sheet)
    renamed = {
        loss["column"]: loss["what"].removeprefix("renamed ")
        for loss in package.manifest["losses"]
        if loss["what"].startswith("renamed ") and _sheet(loss["file"]) == sheet
    }
    return {column: renamed.get(column, column) for column in columns if renamed.get(column, column) in raw}


def _names_by_label(package: Unpacked, sheet: str) -> dict[str, str]:
    """Return the names in Dataset-JSON, by the labels of the codebook, or its short names where two are alike."""
    told = json.loads(package.data_files[sheet].read_text(encoding="utf-8"))["columns"]
    labels = Counter(column["label"] for column in told)
    by_label = {column["label"]: column["name"] for column in told if labels[column["label"]] == 1}
    names = {column["name"] for column in told}
    found = {
        column: by_label.get(line["label"], line["short"] or column) for column, line in package.codebook[sheet].items()
    }
    return {column: name for column, name in found.items() if name in names}


def _column(package: Unpacked, sheet: str, column: str, name: str, cells: list[Any]) -> Columns:
    """Return a column, and the one that says why it is empty where the format folds that in."""
    is_number = package.is_number(sheet, column)
    if package.format == "CSV":
        read: Callable[[str], Any] = Decimal if is_number else _unescaped
        return {column: [None if cell is None else read(cell) for cell in cells]}
    why = [_reason(package, cell) for cell in cells]
    values = [None if reason or isinstance(cell, Missing) else cell for cell, reason in zip(cells, why, strict=True)]
    if package.format in {"SPSS", "STATA"} and not is_number:
        values = _decoded(package, sheet, name, values)
    folded = any(reason is not None for reason in why) or _is_folded(package, sheet, column)
    return {column: values, **({f"{column}{REASON}": why} if folded else {})}


def _is_folded(package: Unpacked, sheet: str, column: str) -> bool:
    return package.format in {"SPSS", "STATA", "SAS"} and f"{column}{REASON}" in package.codebook[sheet]


def _unescaped(cell: str) -> str:
    return cell[1:] if cell[:2] in {f"'{sign}" for sign in "=+-@\t\r"} else cell


def _reason(package: Unpacked, cell: Any) -> str | None:
    if isinstance(cell, Missing):
        return LETTERED[cell.letter]
    if package.format == "SPSS" and isinstance(cell, int | float):
        return SPSS_REASONS.get(int(cell))
    return None


def _decoded(package: Unpacked, sheet: str, name: str, cells: Sequence[Any]) -> list[Any]:
    """Return codes for their numbers, by the list in the package; a text is itself."""
    codes = package.codes.get((f"{sheet}{SUFFIXES[package.format]}", name), {})
    return [codes[float(cell)] if isinstance(cell, int | float) else cell for cell in cells]


def words_of(path: Path) -> Iterator[str]:
    """Yield what a data file says beside its cells, as its reader tells it."""
    if path.suffix in {".sav", ".dta"}:
        read = pyreadstat.read_sav if path.suffix == ".sav" else pyreadstat.read_dta
        _rows, meta = read(str(path), metadataonly=True)
        yield from map(str, vars(meta).values())
    if path.suffix == ".parquet":
        schema = pl.read_parquet_schema(path)
        yield str(schema)
        yield from map(str, pl.read_parquet_metadata(path).items())
