"""The catalogue of topics: every clinical table with its grain, its key in files and its way up to the patient."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db import models
from django.db.models import UniqueConstraint
from django.utils.translation import gettext_lazy as _

from registry.metadata.constraints import SameSiteAsParent, implied_constraints
from registry.metadata.fields import PrecisionField, VariableField

M = TypeVar("M", bound=type[models.Model])


@dataclass(frozen=True)
class Topic:
    """One clinical table.

    `code` names its upload file and its table in a release; `grain` says in words what one row is;
    `key` are the fields that, with the parent's key, name a row in a file; `parent` is the foreign key up.
    """

    code: str
    label: str
    grain: str
    model: type[models.Model]
    key: tuple[str, ...]
    parent: str | None

    @property
    def parent_topic(self) -> Topic | None:
        """Return the topic one step up, None for the patient."""
        if self.parent is None:
            return None
        field: Any = self.model._meta.get_field(self.parent)
        return topic_of(field.related_model)

    @property
    def ancestors(self) -> tuple[Topic, ...]:
        """Return the topics above, from the patient down to the parent."""
        parent = self.parent_topic
        return () if parent is None else (*parent.ancestors, parent)

    @property
    def key_columns(self) -> tuple[str, ...]:
        """Return the columns that name a row in a file: the ancestors' keys, then its own."""
        return tuple(name for topic in (*self.ancestors, self) for name in topic.key)

    @property
    def fields(self) -> tuple[VariableField, ...]:
        """Return the declared fields of the table in the order of declaration, precision companions left out."""
        return tuple(
            field
            for field in self.model._meta.local_concrete_fields
            if isinstance(field, VariableField) and not isinstance(field, PrecisionField)
        )

    @property
    def entered_fields(self) -> tuple[VariableField, ...]:
        """Return the fields that people fill in, the key included and derived values left out."""
        return tuple(field for field in self.fields if field.variable and not field.variable.derived)

    @property
    def columns(self) -> tuple[str, ...]:
        """Return the header of the topic's upload file."""
        own = tuple(field.name for field in self.entered_fields if field.name not in self.key)
        return (*self.key_columns, *own)

    def path_to(self, ancestor: str) -> str:
        """Return the lookup from a row up to the ancestor topic with this code ("" for itself)."""
        steps: list[str] = []
        topic: Topic = self
        while topic.code != ancestor:
            above = topic.parent_topic
            if topic.parent is None or above is None:
                raise LookupError(f"{self.code} has no ancestor {ancestor}")
            steps.append(topic.parent)
            topic = above
        return "__".join(steps)


_TOPICS: dict[str, Topic] = {}


def topic(code: str, label: str, *, grain: str, key: Sequence[str], parent: str | None = None) -> Callable[[M], M]:
    """Enter a clinical model in the catalogue and give it the constraints that its declarations imply."""

    def enter(model: M) -> M:
        _TOPICS[code] = Topic(code, label, grain, model, tuple(key), parent)
        constraints = [*_identity_constraints(model, code, tuple(key), parent), *implied_constraints(model, code)]
        model._meta.constraints = [*model._meta.constraints, *constraints]
        model._meta.original_attrs["constraints"] = model._meta.constraints
        return model

    return enter


def _identity_constraints(model: M, code: str, key: tuple[str, ...], parent: str | None) -> list[Any]:
    scope = ("site",) if parent is None else (parent,)
    found: list[Any] = [
        UniqueConstraint(
            fields=[*scope, *key],
            name=f"{code}_key",
            nulls_distinct=False,
            violation_error_message=_("A row with this key exists already."),
        ),
        UniqueConstraint(fields=["site", "id"], name=f"{code}_site_id"),
    ]
    return found if parent is None else [*found, SameSiteAsParent(name=f"{code}_site_of_parent", parent=parent)]


def topics() -> Iterator[Topic]:
    """Yield every topic, parents before children, otherwise in the order of declaration."""
    yield from sorted(_TOPICS.values(), key=lambda entry: len(entry.ancestors))


def topic_named(code: str) -> Topic:
    """Return the topic with this code; LookupError names the known ones."""
    try:
        return _TOPICS[code]
    except KeyError:
        raise LookupError(f"No topic {code}; known are {', '.join(sorted(_TOPICS))}.") from None


def topic_of(model: type[models.Model]) -> Topic:
    """Return the topic of a clinical model."""
    for entry in _TOPICS.values():
        if entry.model is model:
            return entry
    raise LookupError(f"{model.__name__} is no clinical topic.")
