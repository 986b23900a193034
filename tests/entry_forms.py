"""Reads the controls of an entry page as a browser would send them, so that tests fill in and send forms."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any


class _Controls(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.inside = False
        self.found: dict[str, str] = {}
        self.select = ""
        self.area = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        held = dict(attrs)
        if tag == "form":
            self.inside = "data-entry" in held
        if not self.inside:
            return
        name = held.get("name") or ""
        if tag == "input" and name and (held.get("type") not in ("checkbox", "radio") or "checked" in held):
            self.found[name] = held.get("value") or ""
        elif tag == "select":
            self.select = name
            self.found[name] = ""
        elif tag == "option" and self.select and "selected" in held:
            self.found[self.select] = held.get("value") or ""
        elif tag == "textarea":
            self.area = name
            self.found[name] = ""

    def handle_data(self, data: str) -> None:
        if self.area:
            self.found[self.area] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.inside = False
        if tag == "select":
            self.select = ""
        if tag == "textarea":
            self.area = ""


def controls(response: Any) -> dict[str, str]:
    """Return the name and text of each control of the entry form of a page."""
    reader = _Controls()
    reader.feed(response.content.decode())
    return reader.found


def send(client: Any, url: str, act: str = "save", **texts: str) -> Any:
    """Open an entry page, fill in controls by name (dashes written as two underscores), and send it."""
    typed = controls(client.get(url))
    typed |= {name.replace("__", "-"): text for name, text in texts.items()}
    return client.post(url, {**typed, "act": act})
