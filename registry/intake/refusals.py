"""Refusals before anything is read: what was sent cannot be an upload at all."""

from __future__ import annotations

from typing import Any

from registry.intake.words import wording


class UploadRefused(ValueError):  # noqa: N818 -- the name says what happened
    """The files as sent are refused; `code` and `params` say why, `str()` in the reader's language."""

    def __init__(self, code: str, **params: Any) -> None:
        self.code, self.params = code, params
        super().__init__(code)

    def __str__(self) -> str:
        return wording(self.code, self.params)
