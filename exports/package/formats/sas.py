"""SAS: transport files of version 5, the formats as PROC FORMAT text, and a program that reads all. See sas_plan.py."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO, Final

import numpy as np
import numpy.typing as npt
import polars as pl

from exports.package.formats.contents import blocks, contents_of
from exports.package.formats.fixed_width import BLANK, fixed_text, floats
from exports.package.formats.losses import Fitting
from exports.package.formats.names import SAS_LENGTH, sas_name, unique
from exports.package.formats.reasons import PLACES
from exports.package.formats.sas_catalog import FORMATS_FILE, LOAD_FILE, Catalog
from exports.package.formats.sas_file import LABEL, LARGEST, SasData, ibm_numbers, write_sas_file
from exports.package.formats.sas_lint import SasLintError, checked, lint_values
from exports.package.formats.sas_plan import SasColumn, ascii_texts, planned_columns
from exports.package.formats.writing import Loss, Member, Writing
from exports.sheets import Column, Sheet

NAMES_FILE: Final = "names.csv"
NAMES_HEADER: Final = ("file", "data_set", "variable", "column", "label", "unit")


def write_sas(sheets: Sequence[Sheet], writing: Writing, losses: list[Loss]) -> Iterator[Member]:
    """Yield one .xpt for each sheet, then PROC FORMAT text, the program that reads all, and the list of short names."""
    catalog, names = Catalog(), io.StringIO()
    table = csv.writer(names, lineterminator="\n")
    table.writerow(NAMES_HEADER)
    for sheet, data_set in zip(sheets, data_set_names(sheets), strict=True):
        file = f"{sheet.kind}s/{sheet.name}.xpt"
        columns = planned_columns(sheet, contents_of(sheet, text=ascii_texts), Fitting(file, losses))
        path = writing.work / f"{sheet.kind}-{sheet.name}.xpt"
        with path.open("wb") as out:
            write_sheet(out, sheet, data_set, columns, writing, Fitting(file, losses))
        catalog.add(file, data_set, columns)
        declared = {column.column: column for column in sheet.columns}
        table.writerows((file, data_set, each.variable.name, *_told(declared[each.source])) for each in columns)
        yield Member(file, path)
    yield Member(FORMATS_FILE, catalog.formats_sas())
    yield Member(LOAD_FILE, catalog.load_sas())
    yield Member(NAMES_FILE, names.getvalue().encode())


def _told(column: Column) -> tuple[str, str, str]:
    return column.column, column.label, column.unit


def data_set_names(sheets: Sequence[Sheet]) -> list[str]:
    """Return the name of each sheet's data set, all different."""
    return unique([sas_name(sheet.name) for sheet in sheets], SAS_LENGTH)


def write_sheet(
    out: BinaryIO, sheet: Sheet, data_set: str, columns: Sequence[SasColumn], writing: Writing, fitting: Fitting
) -> None:
    """Write one sheet as a transport file; SasLintError where it would not be what SAS reads."""
    simulated = "SIMULATED: " if writing.is_simulated else ""
    label = fitting.text(
        "", "label of the file", fitting.ascii("", "label of the file", simulated + sheet.label), LABEL
    )
    variables = [column.variable for column in columns]
    data = checked(SasData(data_set, label, writing.at, variables))
    write_sas_file(out, data, _rows(sheet, columns))


def _rows(sheet: Sheet, columns: Sequence[SasColumn]) -> Iterator[npt.NDArray[np.void]]:
    dtype = np.dtype([(column.variable.name, column.variable.dtype) for column in columns])
    for block in blocks(sheet):
        rows = np.zeros(block.height, dtype)
        for column in columns:
            rows[column.variable.name] = _cells(column, block)
        yield rows


def _cells(column: SasColumn, block: pl.DataFrame) -> npt.NDArray[Any]:
    values, width = block[column.source], column.variable.width
    if width:
        texts = fixed_text(ascii_texts(values), width, BLANK).view(f"S{width}")[:, 0]
        _checked_texts(texts, column)
        return texts
    told = (
        block[column.companion].replace_strict(list(PLACES), list(PLACES.values()), default=None, return_dtype=pl.Int64)
        if column.companion
        else None
    )
    places = np.zeros(block.height, np.int64) if told is None else told.fill_null(0).to_numpy()
    numbers = floats(values)
    numbers[np.abs(numbers) >= LARGEST] = np.nan
    return ibm_numbers(numbers, places)


def _checked_texts(texts: npt.NDArray[Any], column: SasColumn) -> None:
    # Texts were made ASCII above; this looks at the bytes that are written.
    cells = texts.view(np.uint8)
    if bool(((cells < BLANK) | (cells > ord("~"))).any()):
        found = lint_values([text.decode(errors="replace") for text in np.unique(texts)], column.source)
        raise SasLintError("\n".join(found))
