"""The audit trail: `audited` puts triggers on a table, so that no way of writing to it goes unrecorded."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar, overload

import pghistory
from django.db import models

M = TypeVar("M", bound=type[models.Model])


@overload
def audited(model: M) -> M: ...
@overload
def audited(*, exclude: Sequence[str] = ()) -> Callable[[M], M]: ...
def audited(model: M | None = None, *, exclude: Sequence[str] = ()) -> M | Callable[[M], M]:
    """Record every insert, update and delete of a model's rows in a model named `<Model>Event`.

    The event of an insert or update holds the new row, that of a delete the old one; the row before an update is
    the event before it. Events carry who and why from `sites.context` and cannot be changed; without a context
    the write itself is refused by the database. Fields in `exclude` are neither stored nor watched.
    """

    def decorate(tracked: M) -> M:
        pghistory.track(
            pghistory.InsertEvent(),
            pghistory.UpdateEvent(),
            pghistory.DeleteEvent(),
            exclude=list(exclude),
            model_name=f"{tracked.__name__}Event",
        )(tracked)
        return tracked

    return decorate if model is None else decorate(model)


def event_model_of(model: type[models.Model]) -> type[models.Model]:
    """Return the event model of an audited model; raises KeyError for a model that is not audited."""
    return model.pgh_event_models["insert"]  # type: ignore[attr-defined]
