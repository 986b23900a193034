"""Files that go back to the person: templates, findings, and the rows that were left out. Safe to open in a sheet."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence

from django.utils.translation import gettext as _

from registry.intake.keeping import content_of
from registry.intake.reading import FileRefused, Reader
from registry.intake.words import wording
from registry.metadata import Topic
from registry.models.uploads import NumberStyle, Upload, UploadFile, UploadFinding

# A spreadsheet program runs a cell that begins like this as a formula; full-width forms count as well.
_FORMULA = re.compile(r"[=+\-@\t\r\n＝＋－＠]")
_NUMBER = re.compile(r"[+-]?\d+([.,]\d+)?")


def safe_cell(text: str) -> str:
    """Return the text so that no spreadsheet program takes it for a formula; numbers stay numbers."""
    if _FORMULA.match(text.lstrip(" ")) and not _NUMBER.fullmatch(text):
        return f"'{text}"
    return text


def template_csv(topic: Topic) -> bytes:
    """Return an empty file of a topic: its header, with the mark by which spreadsheet programs know UTF-8."""
    return _csv([topic.columns])


def findings_csv(upload: Upload) -> bytes:
    """Return all findings of an upload: file, row, column, what stood there, what to do."""
    header = [_("File"), _("Row"), _("Column"), _("Value"), _("What to do")]
    found = UploadFinding.objects.filter(file__upload=upload).select_related("file").order_by("file__name", "row", "id")
    return _csv([header, *(_line(finding) for finding in found)])


def _line(finding: UploadFinding) -> list[str]:
    row = "" if finding.row is None else str(finding.row)
    words = wording(finding.code, finding.params)
    return [finding.file.name, row, finding.column, finding.value, words]


def rejected_csv(file: UploadFile) -> bytes:
    """Return the rows of a file that were left out, as they were typed, to be corrected and sent again."""
    comma = file.upload.number_style == NumberStyle.COMMA
    separator = ";" if comma else ","
    try:
        reader = Reader(content_of(file), semicolon=comma)
        rejected = set(file.rejected_rows)
        rows = [cells for number, cells in reader.rows() if number in rejected]
    except FileRefused:
        return b""
    return _csv([reader.header, *rows], separator=separator)


def _csv(rows: Iterable[Sequence[str]], separator: str = ",") -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=separator, lineterminator="\r\n")
    writer.writerows([safe_cell(cell) for cell in row] for row in rows)
    return out.getvalue().encode("utf-8-sig")
