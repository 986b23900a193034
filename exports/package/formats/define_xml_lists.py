"""Code lists and value lists of define.xml."""

from __future__ import annotations

from collections.abc import Mapping
from xml.etree import ElementTree

from exports.package.formats.define_xml_parts import DEF, described, sub
from exports.package.formats.sas_plan import SasColumn


def code_list(version: ElementTree.Element, oid: str, name: str, column: SasColumn) -> None:
    """Add the list of a column's codes with their words."""
    kind = "text" if column.variable.width else "integer"
    added = sub(version, "CodeList", OID=oid, Name=name, DataType=kind)
    for code, words in column.words.items():
        described(sub(added, "CodeListItem", CodedValue=code), words, "Decode")


def value_list(version: ElementTree.Element, data_set: str, parameters: Mapping[str, str]) -> None:
    """Add the list that says what AVAL is for each parameter."""
    added = sub(version, "ValueListDef", DEF, OID=f"VL.{data_set}.AVAL")
    for order, code in enumerate(parameters, 1):
        item = f"IT.{data_set}.AVAL.{code}"
        ref = sub(added, "ItemRef", ItemOID=item, OrderNumber=str(order), Mandatory="No")
        sub(ref, "WhereClauseRef", DEF, WhereClauseOID=f"WC.{data_set}.AVAL.{code}")
