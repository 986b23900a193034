"""The files that stand beside the data in a package: what they are called, in which order, in which formats."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from exports.package.archive import Entry
from exports.package.codebook import codebook_csv
from exports.package.codebook_xlsx import codebook_xlsx
from exports.package.datapackage import datapackage_json
from exports.package.formats.writing import Loss, Member, Writing
from exports.package.load_py import load_py
from exports.package.load_r import load_r
from exports.package.readme import readme
from exports.package.redcap_dictionary import redcap_dictionary
from exports.sheets import Sheet


def companions(
    facts: Mapping[str, Any],
    sheets: Sequence[Sheet],
    package_format: str,
    writing: Writing,
    losses: Sequence[Loss],
    entries: Mapping[str, Entry],
) -> Iterator[Member]:
    """Yield the files beside the data, once the data are written: some tell what was lost and what lies where."""
    if package_format == "CSV":
        yield Member("datapackage.json", datapackage_json(facts, sheets, entries))
        yield Member("redcap-dictionary.csv", redcap_dictionary(sheets))
        yield Member("load.R", load_r(facts, sheets))
        yield Member("load.py", load_py(facts, sheets))
    yield Member("codebook.csv", codebook_csv(sheets))
    yield Member("codebook.xlsx", codebook_xlsx(facts, sheets, writing))
    yield Member("README.txt", readme(facts, sheets, package_format, list(entries), losses))
