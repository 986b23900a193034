"""Dataset-JSON 1.1 (CDISC): the same columns as the transport file, texts in full, written row by row.

The published schema does not notice a row of another length or a wrong count of records; both are checked here.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import polars as pl

from exports.package.formats.contents import Contents, blocks
from exports.package.formats.fixed_width import floats
from exports.package.formats.sas_plan import SasColumn
from exports.package.formats.writing import Writing
from exports.sheets import Sheet

VERSION: Final = "1.1.0"
# A value alone is no row for the library that encodes whole columns: it becomes an object of one field first.
BEFORE, AFTER = '{"v":', "}"


class DatasetJsonError(RuntimeError):
    """The rows of a file are not what its head says."""


def write_dataset_json(
    path: Path,
    sheet: Sheet,
    data_set: str,
    columns: Sequence[SasColumn],
    contents: dict[str, Contents],
    writing: Writing,
) -> None:
    """Write one dataset; DatasetJsonError where its rows are not those that it announces."""
    head = json.dumps(_head(sheet, data_set, columns, contents, writing), ensure_ascii=False, indent=1)
    written = 0
    with path.open("w", encoding="utf-8", newline="\n") as out:
        out.write(head.removesuffix("\n}") + ',\n "rows": [')
        for rows in _rows(sheet, columns, contents):
            out.write(",\n" if written else "\n")
            out.write(",\n".join(rows))
            written += rows.len()
        out.write("\n ]\n}\n")
    if written != sheet.rows:
        raise DatasetJsonError(f"{sheet.name}: {written} rows written, {sheet.rows} announced.")


def findings(document: dict[str, Any]) -> list[str]:
    """Return where a document breaks its own head: rows of another length than its columns, another count of rows."""
    width, rows = len(document["columns"]), document["rows"]
    ragged = [place for place, row in enumerate(rows, 1) if len(row) != width]
    told = [f"Row {place} has {len(rows[place - 1])} values; there are {width} columns." for place in ragged]
    if len(rows) != document["records"]:
        told.append(f"{document['records']} records are announced; there are {len(rows)} rows.")
    return told


def _head(
    sheet: Sheet, data_set: str, columns: Sequence[SasColumn], contents: dict[str, Contents], writing: Writing
) -> dict[str, Any]:
    at = writing.at.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%S")
    return {
        "datasetJSONCreationDateTime": at,
        "datasetJSONVersion": VERSION,
        "fileOID": f"{writing.release}.{data_set}",
        "dbLastModifiedDateTime": at,
        "originator": "Quell",
        "sourceSystem": {"name": "Quell", "version": "1"},
        "studyOID": "ST.QUELL",
        "metaDataVersionOID": "MDV.1",
        "metaDataRef": "define.xml",
        "itemGroupOID": f"IG.{data_set}",
        "records": sheet.rows,
        "name": data_set,
        "label": f"SIMULATED: {sheet.label}" if writing.is_simulated else sheet.label,
        "columns": [_column(sheet, data_set, column, contents) for column in columns],
    }


def _column(sheet: Sheet, data_set: str, column: SasColumn, contents: dict[str, Contents]) -> dict[str, Any]:
    held = contents[column.source]
    told: dict[str, Any] = {
        "itemOID": f"IT.{data_set}.{column.variable.name}",
        "name": column.variable.name,
        "label": next(each.label for each in sheet.columns if each.column == column.source),
        "dataType": ("integer" if held.is_whole else "double") if held.is_number else "string",
    }
    if not held.is_number:
        told["length"] = max(1, held.longest)
    if column.source in sheet.key:
        told["keySequence"] = sheet.key.index(column.source) + 1
    return told


def _rows(sheet: Sheet, columns: Sequence[SasColumn], contents: dict[str, Contents]) -> Iterator[pl.Series]:
    """Yield the rows of a block after the other, each row as JSON."""
    for block in blocks(sheet):
        plain = block.select(_plain(block[column.source], contents[column.source]) for column in columns)
        if plain.width != len(columns):
            raise DatasetJsonError(f"{sheet.name}: {plain.width} values in a row of {len(columns)} columns.")
        yield plain.select(pl.format("[{}]", pl.concat_str(map(_encoded, plain.columns), separator=","))).to_series()


def _encoded(name: str) -> pl.Expr:
    each = pl.struct(pl.col(name).alias("v")).struct.json_encode()
    return each.str.strip_prefix(BEFORE).str.strip_suffix(AFTER)


def _plain(values: pl.Series, held: Contents) -> pl.Series:
    if not held.is_number:
        return values
    if held.is_whole:
        return values.cast(pl.Int64)
    return pl.Series(values.name, floats(values)).fill_nan(None)
