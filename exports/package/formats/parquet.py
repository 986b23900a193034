"""Parquet (zstd): the sheets as they are, decimals exact, block by block; what the codebook says of a column is its
Arrow field metadata. Nothing is lost: a missing reason stays in the column beside its value."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import polars as pl
import pyarrow as pa
from pyarrow import parquet

from exports.package.formats.contents import blocks, empty_frame
from exports.package.formats.writing import Loss, Member, Writing
from exports.sheets import Column, Sheet


def write_parquet(sheets: Sequence[Sheet], writing: Writing, losses: list[Loss]) -> Iterator[Member]:
    """Yield one .parquet for each sheet."""
    for sheet in sheets:
        path = writing.work / f"{sheet.kind}-{sheet.name}.parquet"
        _write(sheet, path, writing)
        yield Member(f"{sheet.kind}s/{sheet.name}.parquet", path)


def _write(sheet: Sheet, path: Path, writing: Writing) -> None:
    schema = _schema(sheet, writing)
    with parquet.ParquetWriter(path, schema, compression="zstd") as out:
        for block in blocks(sheet):
            out.write_table(_arrow(block).cast(schema))


def _arrow(frame: pl.DataFrame) -> pa.Table:
    return frame.to_arrow(compat_level=pl.CompatLevel.oldest())


def _schema(sheet: Sheet, writing: Writing) -> pa.Schema:
    plain = _arrow(empty_frame(sheet)).schema
    columns = {column.column: column for column in sheet.columns}
    fields = [pa.field(each.name, _type(each.type), metadata=_told(columns[each.name])) for each in plain]
    return pa.schema(fields, metadata=_of_sheet(sheet, writing))


def _type(plain: pa.DataType) -> pa.DataType:
    return pa.string() if pa.types.is_large_string(plain) else plain


def _told(column: Column) -> dict[str, str]:
    facts = {name: value for name, value in column.facts().items() if name != "column" and value}
    return {name: _written(value) for name, value in facts.items()}


def _of_sheet(sheet: Sheet, writing: Writing) -> dict[str, str]:
    told: Mapping[str, object] = {
        "study": writing.study,
        "release": writing.release,
        "data_cut_at": writing.at.isoformat(),
        "is_simulated": "yes" if writing.is_simulated else "no",
        "label": sheet.label,
        "grain": sheet.grain,
        "key": list(sheet.key),
    }
    return {name: _written(value) for name, value in told.items()}


def _written(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
