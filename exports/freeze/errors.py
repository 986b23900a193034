"""What stops a freeze."""

from __future__ import annotations


class FreezeError(RuntimeError):
    """The freeze cannot be made as it should be. The message is for the data manager and holds no patient data."""


class PrivacyError(FreezeError):
    """A column has no safe way out; nothing leaves until its declaration is put right."""


class KeyMissing(FreezeError):  # noqa: N818 - says what is wrong
    """The keys of a project cannot be made: its salt or the secret outside the database is not there."""
