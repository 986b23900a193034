"""What may go wrong with the embedded server, told as a sentence and a way out."""

from __future__ import annotations


class EmbeddedError(RuntimeError):
    """The embedded PostgreSQL cannot be used. The message says why and what to do; print it, not a traceback."""


class AlreadyServed(EmbeddedError):  # noqa: N818 - a state, not a fault
    """Another process holds the data folder."""
