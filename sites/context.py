"""Who is writing, from where and why: told to the database once per transaction.

The audit triggers copy it into every event, and row-level policies read the list of sites from it. It is local to
the transaction, so a pooled connection never carries one person's context into another's work.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import asdict, dataclass
from typing import Any

from django.db import connections, transaction

from sites.access import visible_site_ids

ALL_SITES = "(select coalesce(array_agg(id), '{}')::text from study_sites_site)"

_TELL = """
select set_config('app.sites', {sites}, true),
       set_config('app.user', %s, true),
       set_config('pghistory.context_id', %s, true),
       set_config('pghistory.context_metadata', %s, true)
"""

_request_id: ContextVar[str] = ContextVar("request_id", default="")


@dataclass(frozen=True)
class Actor:
    """What is written into the audit trail about the one who acts; `user` is empty for the system itself."""

    user: str
    user_label: str
    source: str
    reason: str
    request_id: str


@dataclass(frozen=True)
class Context:
    """One context as the database was told it: the sites as an array literal (None: all), and the actor."""

    id: str
    sites: str | None
    actor: Actor


@contextmanager
def acting_as(user: Any, *, reason: str = "", source: str = "", using: str = "default") -> Iterator[Context]:
    """Do everything inside as a person, in one transaction.

    The person's present sites are read here, so a role that has ended gives nothing. Inside another context it
    takes over until it ends; a person who acts inside their own context keeps its number and, where no other is given,
    its source, and adds a reason.
    """
    actor = Actor(str(user.pk), user.email, source or _source_of(user, using), reason, _request_id.get())
    with _acting(actor, lambda: _array(visible_site_ids(user)), using) as context:
        yield context


@contextmanager
def acting_at(
    user: Any, site_ids: Iterable[uuid.UUID], *, reason: str, source: str = "", using: str = "default"
) -> Iterator[Context]:
    """Do everything inside as a person at sites that they may not see, for services that act on blinded rows alone.

    The service answers for what the person gets to see; the audit trail names the person.
    """
    actor = Actor(str(user.pk), user.email, source or _source_of(user, using), reason, _request_id.get())
    with _acting(actor, lambda: _array(site_ids), using) as context:
        yield context


@contextmanager
def acting_as_system(name: str, *, reason: str, using: str = "default") -> Iterator[Context]:
    """Do everything inside as the registry itself, over all sites: nightly work, set-up, commands. Says why."""
    actor = Actor("", name, "system", reason, _request_id.get())
    with _acting(actor, lambda: None, using) as context:
        yield context


@contextmanager
def request_numbered(number: str) -> Iterator[None]:
    """Give the contexts opened inside the number of the request they serve."""
    token = _request_id.set(number)
    try:
        yield
    finally:
        _request_id.reset(token)


def current_context(using: str = "default") -> Context | None:
    """Return the innermost context of this thread's connection, or None where nobody acts."""
    stack = _stack(using)
    return stack[-1] if stack else None


def _source_of(user: Any, using: str) -> str:
    """Return from where the person acts already; the pages where nobody has said."""
    context = current_context(using)
    return context.actor.source if context and context.actor.user == str(user.pk) else "web"


@contextmanager
def _acting(actor: Actor, sites: Any, using: str) -> Iterator[Context]:
    stack = _stack(using)
    inherited = stack[-1].id if stack and stack[-1].actor.user == actor.user else str(uuid.uuid4())
    nested = connections[using].in_atomic_block
    with transaction.atomic(using=using):
        context = Context(inherited, sites(), actor)
        _tell(context, using)
        stack.append(context)
        try:
            yield context
        finally:
            stack.pop()
        if nested:
            _tell(stack[-1] if stack else None, using)


def _tell(context: Context | None, using: str) -> None:
    """Set, restore or clear the settings. A failed block needs none of it: its rollback undoes them."""
    if connections[using].needs_rollback:
        return
    sites, parameters = "''", ["", "", ""]
    if context is not None:
        sites = ALL_SITES if context.sites is None else "%s"
        known = [] if context.sites is None else [context.sites]
        parameters = [*known, context.actor.user, context.id, json.dumps(asdict(context.actor))]
    with connections[using].cursor() as cursor:
        cursor.execute(_TELL.format(sites=sites), parameters)


def _array(site_ids: Iterable[uuid.UUID]) -> str:
    return "{" + ",".join(sorted(map(str, site_ids))) + "}"


def _stack(using: str) -> list[Context]:
    """Return the contexts of this thread's connection, outermost first; kept on it because it is per thread."""
    connection = connections[using]
    if not hasattr(connection, "quell_contexts"):
        connection.quell_contexts = []
    return connection.quell_contexts
