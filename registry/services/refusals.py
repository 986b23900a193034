"""The refusal of a write, in words for the person who asked for it."""

from __future__ import annotations

from django.core.exceptions import ValidationError


class WriteRefused(ValidationError):  # noqa: N818 -- the name says what happened
    """The record may not be changed now; the message says why and what to do."""
