"""Somebody who types a whole case without touching the mouse, and counts the keys."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any

HERE = "document.activeElement.name || document.activeElement.id || ''"
MOST_TABS = 80


class Typist:
    """Types into the page that has the focus.

    `keys` counts every key pressed, `values` what was typed; `laps` holds both, and the seconds, by part.
    """

    def __init__(self, page: Any) -> None:
        self.page = page
        self.keys = 0
        self.values = 0
        self.laps: dict[str, tuple[int, int, float]] = {}
        self._began = (0, 0, time.monotonic())

    def lap(self, name: str) -> None:
        """End one part of the work."""
        keys, values, at = self._began
        self.laps[name] = (self.keys - keys, self.values - values, time.monotonic() - at)
        self._began = (self.keys, self.values, time.monotonic())

    def press(self, *keys: str) -> None:
        """Press keys one after the other; a chord such as Control+D counts as one."""
        for key in keys:
            self.page.keyboard.press(key)
            self.keys += 1

    def type(self, text: str) -> None:
        """Type a text."""
        self.page.keyboard.type(text)
        self.keys += len(text)
        self.values += 1

    @property
    def here(self) -> str:
        """Return the name of the control that has the focus."""
        return self.page.evaluate(HERE)

    def tab_to(self, selector: str, key: str = "Tab") -> None:
        """Press Tab (or Shift+Tab) until the focus is on an element."""
        for _number in range(MOST_TABS):
            if self.page.evaluate("selector => document.activeElement.matches(selector)", selector):
                return
            self.press(key)
        raise AssertionError(f"{key} does not lead to {selector}; it is at {self.here}")

    def fill(self, values: Mapping[str, str]) -> None:
        """Go through the controls by Tab and type into those named; each is named once, in any order."""
        left = dict(values)
        for _number in range(MOST_TABS * 4):
            if not left:
                return
            if (text := left.pop(self.here, None)) is not None:
                self.type(text)
                if not left:
                    return
            self.press("Tab")
        raise AssertionError(f"Tab does not lead to {sorted(left)}; it is at {self.here}")

    def column(self, name: str, texts: Sequence[str]) -> None:
        """Type a column of a grid from a control downwards, with Enter."""
        self.tab_to(f'[name="{name}"]')
        for number, text in enumerate(texts):
            self.type(text)
            if number + 1 < len(texts):
                self.press("Enter")

    def waits_for(self, selector: str) -> None:
        """Wait for what a grid made anew will hold, and until no further answer is on its way."""
        self.page.wait_for_selector(selector)
        self.page.wait_for_load_state("networkidle")

    def up(self, rows: int) -> None:
        """Go up in the column."""
        self.press(*["Shift+Enter"] * rows)

    def leads_on(self, *keys: str) -> None:
        """Press keys that lead to another page, and wait for it."""
        with self.page.expect_navigation(timeout=30_000):
            self.press(*keys)
        self.page.wait_for_load_state("load")
