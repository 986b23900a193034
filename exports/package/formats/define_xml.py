"""Define-XML 2.1 (CDISC) for the ADaM-like files: datasets, variables, code lists, derivations as methods.

Every data set says that it follows no published standard. Nothing in the file depends on the machine or the moment.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from xml.etree import ElementTree

from exports.package.formats.contents import Contents
from exports.package.formats.define_xml_lists import code_list, value_list
from exports.package.formats.define_xml_parts import DEF, ODM, XLINK, described, q, sub
from exports.package.formats.sas_plan import SasColumn
from exports.package.formats.writing import Writing
from exports.sheets import Column, Sheet

CLASSES: Final[Mapping[str, str]] = {
    "ADSL": "SUBJECT LEVEL ANALYSIS DATASET",
    "ADTTE": "BASIC DATA STRUCTURE",
    "ADLB": "BASIC DATA STRUCTURE",
    "ADAE": "OCCURRENCE DATA STRUCTURE",
}
OTHER_CLASS: Final = "ADAM OTHER"
# Of a number whose type does not say how many digits follow the point.
UNDECLARED_DIGITS: Final = 4


@dataclass(frozen=True)
class Defined:
    """One file to be described: its sheet, data set name, columns as written, and what they hold."""

    sheet: Sheet
    data_set: str
    file: str
    columns: Sequence[SasColumn]
    contents: Mapping[str, Contents]

    def declared(self, column: SasColumn) -> Column:
        """Return the declaration of a column."""
        return next(each for each in self.sheet.columns if each.column == column.source)


def define_xml(files: Sequence[Defined], writing: Writing) -> bytes:
    """Return define.xml for these files."""
    for prefix, uri in (("", ODM), ("def", DEF), ("xlink", XLINK)):
        ElementTree.register_namespace(prefix, uri)
    root = _root(writing)
    version = _version(root, writing)
    _value_level(version, files)
    for file in files:
        _item_group(version, file)
    for file in files:
        for column in file.columns:
            _item(version, file, column)
    for file in files:
        for column in file.columns:
            if column.words:
                code_list(version, _oid("CL", file, column), _title(file, column), column)
    for file, column, derivation in _derivations(files):
        _method(version, file, column, derivation)
    ElementTree.indent(root, " ")
    body: bytes = ElementTree.tostring(root, encoding="UTF-8", xml_declaration=True, short_empty_elements=True)
    return body + b"\n"


def _root(writing: Writing) -> ElementTree.Element:
    at = writing.at.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%S+00:00")
    return ElementTree.Element(
        q("ODM"),
        {
            "ODMVersion": "1.3.2",
            "FileType": "Snapshot",
            "FileOID": f"{writing.release}.define",
            "CreationDateTime": at,
            q("Context", DEF): "Other",
        },
    )


def _version(root: ElementTree.Element, writing: Writing) -> ElementTree.Element:
    study = sub(root, "Study", OID="ST.QUELL")
    names = sub(study, "GlobalVariables")
    simulated = "SIMULATED DATA. " if writing.is_simulated else ""
    sub(names, "StudyName").text = "QUELL"
    sub(names, "StudyDescription").text = f"{simulated}{writing.study}"
    sub(names, "ProtocolName").text = "QUELL"
    told = f"{simulated}ADaM-like analysis datasets of release {writing.release}; no conformance is claimed."
    version = sub(study, "MetaDataVersion", OID="MDV.1", Name=f"Release {writing.release}", Description=told)
    version.set(q("DefineVersion", DEF), "2.1.0")
    return version


def _value_level(version: ElementTree.Element, files: Sequence[Defined]) -> None:
    """Say what AVAL is for each parameter: value lists first, then the conditions, as the schema orders them."""
    listed = [(file, codes) for file in files if (codes := _parameters(file))]
    for file, codes in listed:
        value_list(version, file.data_set, codes)
    for file, codes in listed:
        for code in codes:
            condition = sub(version, "WhereClauseDef", DEF, OID=f"WC.{file.data_set}.AVAL.{code}")
            check = sub(condition, "RangeCheck", Comparator="EQ", SoftHard="Soft")
            check.set(q("ItemOID", DEF), f"IT.{file.data_set}.PARAMCD")
            sub(check, "CheckValue").text = code


def _parameters(file: Defined) -> dict[str, str]:
    words = {column.variable.name: column.words for column in file.columns}
    return dict(words.get("PARAMCD", {})) if "AVAL" in words else {}


def _item_group(version: ElementTree.Element, file: Defined) -> None:
    is_subject_level = len(file.sheet.key) == 1
    group = sub(
        version,
        "ItemGroupDef",
        OID=f"IG.{file.data_set}",
        Name=file.data_set,
        SASDatasetName=file.data_set,
        Repeating="No" if is_subject_level else "Yes",
        IsReferenceData="No",
        Purpose="Analysis",
    )
    group.set(q("Structure", DEF), file.sheet.grain)
    group.set(q("ArchiveLocationID", DEF), f"LF.{file.data_set}")
    group.set(q("IsNonStandard", DEF), "Yes")
    if not file.sheet.rows:
        group.set(q("HasNoData", DEF), "Yes")
    described(group, file.sheet.label)
    for order, column in enumerate(file.columns, 1):
        _item_ref(group, file, column, order)
    sub(group, "Class", DEF, Name=CLASSES.get(file.data_set, OTHER_CLASS))
    leaf = sub(group, "leaf", DEF, ID=f"LF.{file.data_set}")
    leaf.set(q("href", XLINK), file.file)
    sub(leaf, "title", DEF).text = file.file


def _item_ref(group: ElementTree.Element, file: Defined, column: SasColumn, order: int) -> None:
    is_key = column.source in file.sheet.key
    ref = sub(
        group,
        "ItemRef",
        ItemOID=_oid("IT", file, column),
        OrderNumber=str(order),
        Mandatory="Yes" if is_key else "No",
    )
    if is_key:
        ref.set("KeySequence", str(file.sheet.key.index(column.source) + 1))
    if file.declared(column).derivation:
        ref.set("MethodOID", _oid("MT", file, column))


def _item(version: ElementTree.Element, file: Defined, column: SasColumn) -> None:
    declared, held = file.declared(column), file.contents[column.source]
    item = sub(
        version,
        "ItemDef",
        OID=_oid("IT", file, column),
        Name=column.variable.name,
        SASFieldName=column.variable.name,
        **_data_type(column, held),
    )
    described(item, f"{declared.label} ({declared.unit})" if declared.unit not in {"", "1"} else declared.label)
    if column.words:
        sub(item, "CodeListRef", CodeListOID=_oid("CL", file, column))
    kind = "Derived" if declared.derivation else "Assigned"
    sub(item, "Origin", DEF, Type=kind, Source="Sponsor")
    if column.variable.name == "AVAL" and _parameters(file):
        sub(item, "ValueListRef", DEF, ValueListOID=f"VL.{file.data_set}.AVAL")
        _parameter_items(version, file, column, held)


def _parameter_items(version: ElementTree.Element, file: Defined, column: SasColumn, held: Contents) -> None:
    for code, words in _parameters(file).items():
        oid = f"IT.{file.data_set}.AVAL.{code}"
        item = sub(version, "ItemDef", OID=oid, Name=f"AVAL.{code}", SASFieldName="AVAL", **_data_type(column, held))
        described(item, words)
        sub(item, "Origin", DEF, Type="Derived", Source="Sponsor")


def _data_type(column: SasColumn, held: Contents) -> dict[str, str]:
    if column.variable.width:
        return {"DataType": "text", "Length": str(column.variable.width)}
    if held.is_whole:
        return {"DataType": "integer", "Length": "8"}
    return {
        "DataType": "float",
        "Length": "16",
        "SignificantDigits": str(UNDECLARED_DIGITS if held.digits is None else held.digits),
    }


def _derivations(files: Sequence[Defined]) -> Iterator[tuple[Defined, SasColumn, Column]]:
    for file in files:
        for column in file.columns:
            if file.declared(column).derivation:
                yield file, column, file.declared(column)


def _method(version: ElementTree.Element, file: Defined, column: SasColumn, declared: Column) -> None:
    method = sub(version, "MethodDef", OID=_oid("MT", file, column), Name=_title(file, column), Type="Computation")
    sources = f" Sources: {', '.join(declared.sources)}." if declared.sources else ""
    known_as = f" [{declared.deriv_id}]" if declared.deriv_id else ""
    described(method, f"{declared.derivation}{sources}{known_as}")


def _oid(kind: str, file: Defined, column: SasColumn) -> str:
    return f"{kind}.{file.data_set}.{column.variable.name}"


def _title(file: Defined, column: SasColumn) -> str:
    return f"{file.data_set}.{column.variable.name}"
