"""One control of an entry page: what stands in it, what it is read as, and how it is written in HTML."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from registry.services.rows import NOTHING, State

Choices = Sequence[tuple[str, str]]
CHOSEN, PLAIN = SafeString(" selected"), SafeString("")


@dataclass
class Box:
    """One control. `text` is what stands in it now, `was` what is saved; `state` what the text is read as.

    `asked` says by which other control of the page, and with which answers, it is asked; "" for always. `refreshes`
    names the grid that is made anew when it changes; `has_focus` marks the one where typing begins. `query` is the
    state of a data query that speaks of it, `threads` are those that stand below it, and `verified` says who has
    checked the value that is saved.
    """

    name: str
    key: str
    label: str
    kind: str
    text: str = ""
    was: str = ""
    state: State = NOTHING
    unit: str = ""
    help: str = ""
    choices: Choices = ()
    normal: str = ""
    asked: str = ""
    is_required: bool = False
    is_optional: bool = False
    has_no_copy: bool = False
    longest: int | None = None
    echo: str = ""
    warning: str = ""
    errors: list[str] = field(default_factory=list)
    aria: str = ""
    refreshes: str = ""
    has_focus: bool = False
    query: str = ""
    threads: list[Any] = field(default_factory=list)
    verified: str = ""

    @property
    def id(self) -> str:
        """Return the id of the control."""
        return f"id_{self.name}"

    @property
    def error(self) -> str:
        """Return what is wrong, in one line."""
        return " ".join(self.errors)

    @property
    def is_changed(self) -> bool:
        """Tell whether it differs from what is saved."""
        return self.text != self.was

    @property
    def is_missing(self) -> bool:
        """Tell whether it holds a missing reason instead of a value."""
        return bool(self.state.reason)

    @property
    def shown(self) -> str:
        """Return the text as people read it, without a control around it."""
        return next((words for value, words in self.choices if value == self.text), self.text)

    @property
    def look(self) -> str:
        """Return its kind as style sheets tell it: a yes or no is narrower than other lists."""
        return "flag" if {"yes", "no"} <= {value for value, _words in self.choices} else self.kind

    @property
    def saved_words(self) -> str:
        """Return what is saved, as people read it."""
        return next((words for value, words in self.choices if value == self.was), self.was)

    @property
    def html(self) -> SafeString:
        """Return the control."""
        return self._select() if self.kind == "choice" else self._input()

    def _attributes(self) -> SafeString:
        pairs = [("name", self.name), ("id", self.id), ("data-was", self.was), ("data-kind", self.kind)]
        pairs += [("data-normal", self.normal)] if self.normal else []
        pairs += [("data-nocopy", "")] if self.has_no_copy else []
        pairs += [("aria-label", self.aria)] if self.aria else []
        pairs += [("aria-invalid", "true")] if self.errors else []
        pairs += [("aria-describedby", f"{self.id}_says")]
        pairs += _refreshing(self.refreshes) if self.refreshes else []
        pairs += [("autofocus", "")] if self.has_focus else []
        return format_html_join(" ", '{}="{}"', pairs)

    def _input(self) -> SafeString:
        if self.kind == "words" and (self.longest or 0) > 200 and not self.aria:
            return format_html('<textarea {} rows="2" cols="60">{}</textarea>', self._attributes(), self.text)
        return format_html(
            '<input type="text" {} value="{}" inputmode="{}" autocomplete="off" spellcheck="{}">',
            self._attributes(),
            self.text,
            "decimal" if self.kind == "number" else "text",
            "true" if self.kind == "words" else "false",
        )

    def _select(self) -> SafeString:
        options = format_html_join("", '<option value="{}"{}>{}</option>', self._options())
        return format_html("<select {}>{}</select>", self._attributes(), options)

    def _options(self) -> Iterable[tuple[str, SafeString, str]]:
        known = {value for value, _words in self.choices}
        # What a draft holds and the list does not: it stays, so that nothing typed is lost, and is refused in words.
        strange = [] if self.text in known else [(self.text, self.text)]
        for value, words in (*self.choices, *strange):
            yield value, CHOSEN if value == self.text else PLAIN, words


def _refreshing(grid: str) -> list[tuple[str, str]]:
    """Return the attributes by which htmx asks for a grid anew, with what stands on the page, and saves nothing."""
    area = f"#grid-{grid}"
    return [
        ("hx-post", ""), ("hx-trigger", "change"), ("hx-vals", '{"act": "refresh"}'),
        ("hx-select", area), ("hx-target", area), ("hx-swap", "outerHTML"), ("hx-sync", "#entry:queue last"),
    ]  # fmt: skip
