"""One batch: its files in the order of the record, parents before children, in one transaction.

Checking and saving are this same code; a check is rolled back by its caller.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction

from registry.intake.findings import SHOWN_CHARACTERS, Finding, Findings
from registry.intake.reading import FileRefused, Reader, check_header
from registry.intake.results import FileResult
from registry.intake.rows import RowConverter
from registry.intake.topics import upload_topics
from registry.metadata import Topic, topic_named
from registry.rules.labs import ANALYTES, Analyte
from registry.services import Problem, derive_patients, records_write
from registry.services.bulk import LOCK_CODES
from registry.services.lab_rules import lab_units_of
from registry.services.staging import drop_stages


@dataclass(frozen=True)
class BatchFile:
    """One file of a batch. `content` is called when its turn comes, so that only one is in memory."""

    name: str
    topic: str
    content: Callable[[], bytes]


@dataclass(frozen=True)
class Options:
    """How the files are to be read."""

    comma: bool = False
    overwrite: bool = False


Progress = Callable[[int, str], None]


def process(files: Sequence[BatchFile], *, site: Any, options: Options, progress: Progress) -> dict[str, FileResult]:
    """Write the good rows of all files, compute what follows from them, and return name -> result."""
    order = [topic.code for topic in upload_topics()]
    results: dict[str, FileResult] = {}
    drop_stages(upload_topics())
    for number, file in enumerate(sorted(files, key=lambda file: order.index(file.topic)), start=1):
        progress(number, file.name)
        results[file.name] = _one(file, site, options).close()
    progress(len(files) + 1, "")
    touched: set[UUID] = set().union(*(result.patients for result in results.values()))
    derive_patients(touched, {file.topic for file in files})
    drop_stages(upload_topics())
    return results


def _one(file: BatchFile, site: Any, options: Options) -> FileResult:
    findings, topic = Findings(), topic_named(file.topic)
    try:
        reader = Reader(file.content(), semicolon=options.comma)
        check_header(topic, reader)
        converter = RowConverter(topic, reader, findings, comma=options.comma)
        # A file that breaks off in the middle must not take the transaction of the whole batch with it.
        with transaction.atomic():
            written = records_write(
                topic=topic, rows=converter.staged(), columns=reader.header, site=site, overwrite=options.overwrite
            )
    except FileRefused as refused:
        for found in refused.found:
            findings.add(found)
        return FileResult(findings)
    for problem in written.problems:
        findings.add(_finding(topic, problem))
    findings.count += written.problem_count - len(written.problems)
    findings.rows.update(written.rejected)
    result = FileResult(findings, rows=converter.count)
    result.count(new=written.new, changed=written.changed, same=written.same)
    result.patients = written.patients
    return result


def _finding(topic: Topic, problem: Problem) -> Finding:
    code = problem.detail if problem.code == "rule" else problem.code
    column = ", ".join(problem.columns[:3])
    values = [_shown(problem.values.get(name)) for name in problem.columns]
    value = ", ".join(values[:3])[:SHOWN_CHARACTERS]
    return Finding(code, problem.row, column[:100], value, _params(topic, problem))


def _params(topic: Topic, problem: Problem) -> dict[str, Any]:
    values = problem.values
    if problem.code in {"parent_missing", "parent_refused"}:
        return {"topic": topic_named(problem.detail).label, "key": _key(values, problem.columns)}
    if problem.code == "duplicate":
        return {"key": _key(values, problem.columns), "rows": ", ".join(map(str, values["copies"]))}
    if problem.code in LOCK_CODES:
        return {"topic": topic.label, "case": values["study_id"]}
    if problem.code == "constraint":
        return {"name": problem.detail}
    if problem.code == "record_number_taken":
        return {"study_id": problem.detail}
    return _lab_params(values) if problem.code == "rule" else {}


def _lab_params(values: Mapping[str, Any]) -> dict[str, Any]:
    analyte = Analyte(values["analyte"])
    rule = ANALYTES[analyte]
    return {
        "analyte": analyte.label,
        "unit": values["unit"] if "value" not in values else rule.unit,
        "allowed": ", ".join(lab_units_of(analyte.value)),
        "low": str(rule.limits.hard_low),
        "high": str(rule.limits.hard_high),
    }


def _key(values: Mapping[str, Any], columns: Sequence[str]) -> str:
    return ", ".join(f"{name}={_shown(values.get(name))}" for name in columns)


def _shown(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    return format(Decimal(str(value)).normalize(), "f") if isinstance(value, float) else str(value)
