"""The bytes of a file while it waits: sealed where its topic has encrypted fields, as they came everywhere else."""

from __future__ import annotations

import base64
from uuid import UUID

from registry.metadata import EncryptedVariable, topic_named
from registry.models.uploads import UploadFile
from sites.crypto import open_sealed, seal


def kept(content: bytes, *, topic: str, file_id: UUID, site_id: UUID) -> bytes:
    """Return what is stored of a file."""
    if not _is_secret(topic):
        return content
    return seal(base64.b64encode(content).decode(), site_id=site_id, place=_place(file_id)).encode()


def content_of(file: UploadFile) -> bytes:
    """Return the bytes of a stored file as they came; none where they were deleted."""
    stored = bytes(file.content or b"")
    if not stored or not _is_secret(file.topic):
        return stored
    return base64.b64decode(open_sealed(stored.decode(), site_id=file.site_id, place=_place(file.pk)))


def _is_secret(topic: str) -> bool:
    return any(isinstance(field, EncryptedVariable) for field in topic_named(topic).fields)


def _place(file_id: UUID) -> str:
    return f"{UploadFile._meta.db_table}|content|{file_id}"
