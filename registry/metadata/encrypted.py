"""Declared fields that are encrypted in the database and read as what they are: words or a day.

The attribute gives the plain value, decrypted each time it is read; the row in memory and the database hold the
sealed one. Setting an equal value leaves the sealed one as it is, so a row that is saved unchanged stays unchanged to
the byte. A sealed column cannot be searched, compared or set by a set-based update: all of these raise.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any, cast

from django.db import models
from django.db.models.query_utils import DeferredAttribute

from registry.metadata.fields import DateVariable, TextVariable, VariableField
from sites.crypto import open_sealed, seal


@dataclass(frozen=True, slots=True)
class Sealed:
    """The encrypted text of one value, as stored."""

    text: str = field(repr=False)

    def __str__(self) -> str:
        return "•••"


class _Opening(DeferredAttribute):
    """Opens the sealed value whenever the attribute is read."""

    field: Any

    def __get__(self, record: Any, cls: Any = None) -> Any:
        value = super().__get__(record, cls)
        return self.field.opened(record, value) if isinstance(value, Sealed) else value

    def __set__(self, record: Any, value: Any) -> None:
        name = self.field.attname
        held = record.__dict__.get(name)
        if isinstance(held, Sealed) and not isinstance(value, Sealed) and self.field.opened(record, held) == value:
            return
        record.__dict__[name] = value


class EncryptedVariable(VariableField):
    """What the encrypted fields have in common; `site_id` and the key of the row must be known before it is saved."""

    descriptor_class = _Opening

    def deconstruct(self) -> tuple[str, str, list[Any], dict[str, Any]]:
        """Give migrations a text column: the limit is that of the plain value."""
        name, path, args, kwargs = super().deconstruct()
        kwargs.pop("max_length", None)
        return name, path, args, kwargs

    def get_internal_type(self) -> str:
        return "TextField"

    def pre_save(self, record: Any, add: bool) -> Sealed | None:
        """Seal a value that was set since the row was read."""
        value: Any = record.__dict__.get(self.attname)
        if value is not None and not isinstance(value, Sealed):
            value = self.sealed(value, site_id=record.site_id, row_id=record.pk)
            record.__dict__[self.attname] = value
        return cast("Sealed | None", value)

    def sealed(self, value: Any, *, site_id: Any, row_id: Any) -> Sealed:
        """Seal a plain value for one row of one site."""
        return Sealed(seal(self.as_text(value), site_id=site_id, place=self._place(row_id)))

    def opened(self, record: Any, value: Sealed) -> Any:
        """Return the plain value of a sealed one; raises CannotOpen where it was altered or belongs elsewhere."""
        return self.from_text(open_sealed(value.text, site_id=record.site_id, place=self._place(record.pk)))

    def _place(self, row_id: Any) -> str:
        return f"{self.model._meta.db_table}|{self.column}|{row_id}"

    def as_text(self, value: Any) -> str:
        """Return the plain value as the text that is encrypted."""
        return str(value)

    def from_text(self, text: str) -> Any:
        """Return the plain value of an encrypted text."""
        return text

    def get_prep_value(self, value: Any) -> str | None:
        """Let sealed values through and nothing else: a plain one here would be stored or sent to be compared."""
        if value is None:
            return None
        if not isinstance(value, Sealed):
            raise TypeError(f"{self.name} is encrypted: it cannot be searched, and is written through a row alone.")
        return value.text

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        return value if prepared else self.get_prep_value(value)

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> Sealed | None:
        """Take a stored value as it is; it is opened when somebody reads the attribute."""
        return None if value is None else Sealed(value)

    def value_to_string(self, obj: Any) -> str:
        """Serialise the sealed value: a dump is no way to read an identity."""
        value = self.pre_save(obj, add=False)
        return "" if value is None else value.text


class EncryptedTextVariable(EncryptedVariable, TextVariable):
    """Words typed by a person, encrypted; `max_length` is that of the words."""

    plain = models.TextField  # type: ignore[assignment]


class EncryptedDateVariable(EncryptedVariable, DateVariable):
    """A calendar day, encrypted; always the whole day."""

    plain = models.TextField  # type: ignore[assignment]

    def as_text(self, value: dt.date) -> str:
        return value.isoformat()

    def from_text(self, text: str) -> dt.date:
        return dt.date.fromisoformat(text)
