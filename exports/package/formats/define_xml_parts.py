"""The few shapes of which define.xml is made."""

from __future__ import annotations

from typing import Final
from xml.etree import ElementTree

ODM: Final = "http://www.cdisc.org/ns/odm/v1.3"
DEF: Final = "http://www.cdisc.org/ns/def/v2.1"
XLINK: Final = "http://www.w3.org/1999/xlink"
XML: Final = "http://www.w3.org/XML/1998/namespace"


def q(name: str, space: str = ODM) -> str:
    """Return a name in its namespace."""
    return f"{{{space}}}{name}"


def sub(parent: ElementTree.Element, tag: str, space: str = ODM, **attributes: str) -> ElementTree.Element:
    """Add an element."""
    return ElementTree.SubElement(parent, q(tag, space), attributes)


def described(parent: ElementTree.Element, text: str, tag: str = "Description") -> None:
    """Add an element that holds a text in English."""
    words = sub(sub(parent, tag), "TranslatedText")
    words.set(q("lang", XML), "en")
    # XML has no place for control characters.
    words.text = "".join(sign if sign.isprintable() else " " for sign in text)
