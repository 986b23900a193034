"""The digest by which a hospital number is found again within its site."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import models

from registry.rules.identity import normalised_number
from sites.crypto import blind_index


def record_index(site_id: UUID, number: str | None) -> str | None:
    """Return the digest of a hospital number for one site; None without a number."""
    normalised = normalised_number(number or "")
    return blind_index("local record number", str(site_id), normalised) if normalised else None


class RecordIndex(models.CharField):
    """Follows the row's hospital number at every save."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_length": 64, "null": True, "blank": True, "editable": False} | kwargs)

    def pre_save(self, record: Any, add: bool) -> str | None:
        """Compute the digest anew."""
        value = record_index(record.site_id, record.local_record_number)
        setattr(record, self.attname, value)
        return value

    def deconstruct(self) -> tuple[str, str, list[Any], dict[str, Any]]:
        """Give migrations the plain column."""
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.CharField", args, kwargs

    def clone(self) -> models.CharField:
        _name, _path, args, kwargs = self.deconstruct()
        return models.CharField(*args, **kwargs)
