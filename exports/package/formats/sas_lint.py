"""What a SAS transport file must not hold, looked for before it is written: other programs cut and rename silently."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from exports.package.formats.names import SAS_NAME
from exports.package.formats.sas_file import LABEL, SasData, SasVariable
from exports.package.formats.sas_plan import LONGEST_TEXT

MOST_VARIABLES = 9999


class SasLintError(RuntimeError):
    """A file would not be what SAS reads; the message has every finding, one a line."""


def checked(data: SasData) -> SasData:
    """Return the data set as it is; SasLintError with every finding where there is one."""
    findings = lint(data)
    if findings:
        raise SasLintError("\n".join(findings))
    return data


def lint(data: SasData) -> list[str]:
    """Return what is wrong with a data set's name, labels, lengths and the names of its variables, in plain words."""
    return [
        *_name_findings(data.name, "data set"),
        *_label_findings(data.name, data.label),
        *_number_findings(data),
        *(finding for variable in data.variables for finding in _variable_findings(data.name, variable)),
        *_twice(data),
    ]


def _name_findings(name: str, of: str) -> Iterator[str]:
    if not SAS_NAME.fullmatch(name):
        yield f"{name}: the name of a {of} is a capital letter, then at most seven capitals, digits or _."


def _label_findings(name: str, label: str) -> Iterator[str]:
    if not (label.isascii() and (label.isprintable() or not label)):
        yield f"{name}: the label has characters other than printable ASCII: {label!r}."
    if len(label.encode()) > LABEL:
        yield f"{name}: the label has {len(label.encode())} bytes, {LABEL} are allowed: {label!r}."


def _number_findings(data: SasData) -> Iterator[str]:
    if not 0 < len(data.variables) <= MOST_VARIABLES:
        yield f"{data.name}: {len(data.variables)} variables; a file has 1 to {MOST_VARIABLES}."


def _variable_findings(data_set: str, variable: SasVariable) -> Iterator[str]:
    for finding in (*_name_findings(variable.name, "variable"), *_label_findings(variable.name, variable.label)):
        yield f"{data_set}.{finding}"
    if not 0 <= variable.width <= LONGEST_TEXT:
        yield f"{data_set}.{variable.name}: a text of {variable.width} bytes; {LONGEST_TEXT} are allowed."


def _twice(data: SasData) -> Iterator[str]:
    often = Counter(variable.name.upper() for variable in data.variables)
    for name, times in often.items():
        if times > 1:
            yield f"{data.name}.{name}: {times} variables have this name once letters are capitals."


def lint_values(texts: Sequence[str], of: str) -> list[str]:
    """Return what is wrong with texts that will be written."""
    return [
        f"{of}: the text {text[:40]!r} is not printable ASCII of at most {LONGEST_TEXT} bytes."
        for text in texts
        if not (text.isascii() and (text.isprintable() or not text)) or len(text) > LONGEST_TEXT
    ]
