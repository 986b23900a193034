"""The same act on many queries: each is done by itself, and those that could not be are told with the reason."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from registry.models import DataQuery
from registry.services.case_turns import wait_for_turns
from registry.services.queries import query_answer, query_close
from registry.services.refusals import WriteRefused
from sites.context import acting_as


@dataclass
class Done:
    """How many queries were dealt with, and which were not: (query, why)."""

    count: int = 0
    refused: list[tuple[DataQuery, str]] = field(default_factory=list)


def queries_answer(*, queries: Iterable[DataQuery], cause: str, text: str = "", by: Any) -> Done:
    """Answer several queries alike; ValidationError where the answer itself lacks something."""
    return _each(queries, by, lambda query: query_answer(query=query, cause=cause, text=text, by=by))


def queries_close(*, queries: Iterable[DataQuery], resolution: str, text: str = "", by: Any) -> Done:
    """Settle several queries alike; ValidationError where the reason is missing."""
    return _each(queries, by, lambda query: query_close(query=query, resolution=resolution, text=text, by=by))


def _each(queries: Iterable[DataQuery], by: Any, act: Callable[[DataQuery], object]) -> Done:
    done, chosen = Done(), list(queries)
    with acting_as(by):
        try:
            # All cases at once and in one order: two lists that are worked through at one moment wait for each other.
            with transaction.atomic():
                wait_for_turns(query.patient_id for query in chosen)
        except WriteRefused as busy:
            done.refused = [(query, " ".join(busy.messages)) for query in chosen]
            return done
        for query in chosen:
            try:
                with transaction.atomic():
                    act(query)
            except PermissionDenied:
                done.refused.append((query, _("You have no right to do this.")))
            except ValidationError as refused:
                if hasattr(refused, "error_dict"):
                    raise
                done.refused.append((query, " ".join(refused.messages)))
            else:
                done.count += 1
    return done
