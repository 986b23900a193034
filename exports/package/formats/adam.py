"""ADaM-like analysis datasets: SAS transport files, Dataset-JSON 1.1 and a Define-XML 2.1 that describes both.

Only the analysis datasets are in this format. Why a value is empty stands in a variable of its own (name ending in MR),
and for numbers of the transport files it is a special missing value too.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from exports.package.formats.adam_json import write_dataset_json
from exports.package.formats.adam_sheets import LEFT_OUT, adam_sheets
from exports.package.formats.contents import contents_of
from exports.package.formats.define_xml import Defined, define_xml
from exports.package.formats.losses import Fitting
from exports.package.formats.names import sas_name
from exports.package.formats.sas import write_sheet
from exports.package.formats.sas_plan import ascii_texts, planned_columns
from exports.package.formats.writing import Loss, Member, Writing
from exports.sheets import Sheet

FOLDER: Final = "adam"
DEFINE_FILE: Final = "define.xml"


def write_adam(sheets: Sequence[Sheet], writing: Writing, losses: list[Loss]) -> Iterator[Member]:
    """Yield an .xpt and a .json for each analysis dataset, then define.xml."""
    _tell_left_out(sheets, losses)
    defined: list[Defined] = []
    for sheet in adam_sheets(sheets, writing.work):
        file = _file(sheet, losses)
        defined.append(file)
        yield _transport(file, writing, losses)
        path = writing.work / f"adam-{sheet.name}.json"
        write_dataset_json(path, sheet, file.data_set, file.columns, dict(file.contents), writing)
        yield Member(f"{FOLDER}/{sheet.name}.json", path)
        sheet.path.unlink()
    yield Member(f"{FOLDER}/{DEFINE_FILE}", define_xml(defined, writing))


def _tell_left_out(sheets: Sequence[Sheet], losses: list[Loss]) -> None:
    tables = [sheet.name for sheet in sheets if sheet.kind == "table"]
    if tables:
        losses.append(Loss("tables", "", f"not in this format, which has analysis datasets alone: {', '.join(tables)}"))
    for sheet in sheets:
        if sheet.kind == "dataset" and sheet.name in LEFT_OUT:
            losses.append(Loss(f"datasets/{sheet.name}", "", "not in this format: define.xml names the sources"))


def _file(sheet: Sheet, losses: list[Loss]) -> Defined:
    contents = contents_of(sheet, text=ascii_texts)
    file = f"{sheet.name}.xpt"
    columns = planned_columns(sheet, contents, Fitting(f"{FOLDER}/{file}", losses), is_described=True)
    return Defined(sheet, sas_name(sheet.name), file, columns, contents)


def _transport(file: Defined, writing: Writing, losses: list[Loss]) -> Member:
    path = writing.work / f"adam-{file.file}"
    with path.open("wb") as out:
        write_sheet(out, file.sheet, file.data_set, file.columns, writing, Fitting(f"{FOLDER}/{file.file}", losses))
    return Member(f"{FOLDER}/{file.file}", path)
