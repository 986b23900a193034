"""What came of one file, in the shapes of django-import-export: totals by kind of row, and the rows with errors."""

from __future__ import annotations

from collections import defaultdict
from uuid import UUID

from import_export.results import Error, Result, RowResult

from registry.intake.findings import Finding, Findings

KINDS = {"new": RowResult.IMPORT_TYPE_NEW, "changed": RowResult.IMPORT_TYPE_UPDATE, "same": RowResult.IMPORT_TYPE_SKIP}


class FindingError(Exception):
    """A finding where import-export expects an exception."""

    def __init__(self, finding: Finding) -> None:
        self.finding = finding
        super().__init__(finding.code)


class FileResult(Result):
    """The result of one file. Rows without problems are counted, not kept, so that it stays small for any file."""

    def __init__(self, findings: Findings, *, rows: int = 0) -> None:
        super().__init__()
        self.findings, self.patients = findings, set[UUID]()
        self.total_rows = rows

    def count(self, *, new: int, changed: int, same: int) -> None:
        """Set the totals of the rows that were written, or were the same."""
        for name, number in (("new", new), ("changed", changed), ("same", same)):
            self.totals[KINDS[name]] = number

    def total(self, name: str) -> int:
        """Return the number of new, changed or same rows."""
        return int(self.totals[KINDS[name]])

    def close(self) -> FileResult:
        """Lay the findings out as errors of the file and of its rows."""
        by_row: defaultdict[int, list[Error]] = defaultdict(list)
        for found in self.findings.kept:
            if found.row is None:
                self.append_base_error(Error(FindingError(found)))
            else:
                by_row[found.row].append(Error(FindingError(found), number=found.row))
        for row, errors in sorted(by_row.items()):
            self.append_error_row(row, {}, errors)
        self.totals[RowResult.IMPORT_TYPE_ERROR] = len(self.findings.rows)
        return self
