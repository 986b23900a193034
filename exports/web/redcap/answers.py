"""What a REDCap client gets: records from a file, everything else as one piece."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from http import HTTPStatus
from typing import Final, cast

from django.http import FileResponse, HttpResponse
from django.utils.translation import gettext as _

from exports.redcap.asking import UnknownNamesError
from exports.redcap.eav import eav_header, eav_rows
from exports.redcap.flat import csv_line, flat_csv, flat_json
from exports.redcap.project import INSTANCE, Project
from exports.redcap.rows import Selection, flat_cells, select, single_cells
from exports.redcap.tables import Line
from exports.web.redcap.parameters import asked_of, delimiter_of, format_of, has_label_headers, is_eav, refused_names
from exports.web.redcap.refused import CSV, JSON, TYPES, RequestRefused
from exports.web.redcap.sent import Sent

# A blank cell is one letter in CSV and a name in JSON; both answers stay below half a gigabyte.
MOST_CELLS: Final = {CSV: 50_000_000, JSON: 15_000_000}
IN_MEMORY: Final = 2_000_000
BLOCK: Final = 1 << 18


def records_selected(project: Project, sent: Sent) -> Selection:
    """Return the records that are asked for; RequestRefused for names that are not there, or for too much at once."""
    form = format_of(sent)
    try:
        selection = select(project, asked_of(sent))
    except UnknownNamesError as error:
        raise refused_names(error.parameter, error.names) from error
    cells = single_cells(selection) * len(eav_header(selection)) if is_eav(sent) else flat_cells(selection)
    if cells > MOST_CELLS[form]:
        words = _("The answer would have %(cells)s cells. Ask for some forms or records at a time, or for format=csv.")
        raise RequestRefused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, words % {"cells": cells})
    return selection


def records_answer(selection: Selection, sent: Sent) -> HttpResponse:
    """Return records in the form that is asked for."""
    form, delimiter, has_labels = format_of(sent), delimiter_of(sent), has_label_headers(sent)
    if is_eav(sent):
        pieces = _eav(selection, form, delimiter)
    elif form == CSV:
        pieces = flat_csv(selection, delimiter, has_labels=has_labels)
    else:
        pieces = flat_json(selection)
    return _file(pieces, form)


def _eav(selection: Selection, form: str, delimiter: str) -> Iterator[str]:
    header = eav_header(selection)
    if form == CSV:
        yield csv_line(header, delimiter)
        yield from (csv_line(row, delimiter) for row in eav_rows(selection))
        return
    comma = "["
    for row in eav_rows(selection):
        line = {name: int(cell) if name == INSTANCE and cell else cell for name, cell in zip(header, row, strict=True)}
        yield comma + json.dumps(line, ensure_ascii=False)
        comma = ","
    yield "[]" if comma == "[" else "]"


def _file(pieces: Iterable[str], form: str) -> HttpResponse:
    """Return the answer that hands out pieces of text through a file without a name, so that memory stays flat."""
    file = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY, mode="w+b")  # noqa: SIM115 - the answer closes it
    for piece in pieces:
        file.write(piece.encode())
    file.seek(0)
    response = FileResponse(file, content_type=TYPES[form])
    response.block_size = BLOCK
    response.headers["Cache-Control"] = "no-store"
    return cast(HttpResponse, response)


def table_answer(lines: Sequence[Line], header: Sequence[str], sent: Sent) -> HttpResponse:
    """Return lines as a list of objects, or as CSV under a header that is there without lines too."""
    if format_of(sent) == JSON:
        return _whole(json.dumps(list(lines), ensure_ascii=False), JSON)
    return _csv(lines, header, sent)


def object_answer(line: Line, sent: Sent) -> HttpResponse:
    """Return one line: an object by itself in JSON, a table of one row in CSV."""
    if format_of(sent) == JSON:
        return _whole(json.dumps(line, ensure_ascii=False), JSON)
    return _csv([line], list(line), sent)


def text_answer(text: str) -> HttpResponse:
    """Return a bare text."""
    return HttpResponse(text, content_type="text/plain; charset=utf-8", headers={"Cache-Control": "no-store"})


def _csv(lines: Sequence[Line], header: Sequence[str], sent: Sent) -> HttpResponse:
    delimiter = delimiter_of(sent)
    rows = [csv_line([str(line[name]) for name in header], delimiter) for line in lines]
    return _whole(csv_line(header, delimiter) + "".join(rows), CSV)


def _whole(text: str, form: str) -> HttpResponse:
    return HttpResponse(text, content_type=TYPES[form], headers={"Cache-Control": "no-store"})
