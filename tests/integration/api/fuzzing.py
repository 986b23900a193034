"""Requests made up from the description: valid ones, broken ones, to things that exist and to things that do not."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import schemathesis
from django.core.cache import cache
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis.checks import CHECKS
from schemathesis.specs.openapi import checks as _openapi_checks  # noqa: F401 - registers them

from config.openapi.document import description
from tests.access.matrix.table import rows
from tests.access.matrix.world import World

# The more, the longer: 50 is a thorough run by hand.
IS_THOROUGH = "QUELL_FUZZ_EXAMPLES" in os.environ
EXAMPLES = int(os.environ.get("QUELL_FUZZ_EXAMPLES", "2"))
# Refusals of content that fits the description but not the record.
REFUSED = [200, 201, 202, 204, 401, 403, 404, 409, 410, 412, 413, 422]
# Headers are held by tests of their own; a token is sent with every request, so that those who may not are met too.
CHECKED = (
    "not_a_server_error", "status_code_conformance", "content_type_conformance", "response_schema_conformance",
    "negative_data_rejection", "positive_data_acceptance", "unsupported_method",
)  # fmt: skip
# Parameters whose values stand in the record: hospitals, products, checks, places from which a list goes on.
KNOWN_BY_THE_RECORD = frozenset({"site", "product", "check", "after", "case", "project", "level", "changed_since"})
_KEYS = re.compile(r"<(\w+):(\w+)>")


def described() -> Any:
    """Return the description as the generator of requests reads it."""
    config = schemathesis.Config.from_dict(
        {
            "generation": {"database": "none", "allow-x00": True, "codec": "utf-8", "with-security-parameters": False},
            "checks": {"positive_data_acceptance": {"expected-statuses": REFUSED}},
        }
    )
    schema = schemathesis.openapi.from_dict(description(), config=config)
    schema.app = get_wsgi_application()
    return schema


def operations(schema: Any, tag: str) -> Iterator[Any]:
    """Yield the operations of a group."""
    for found in schema.get_all_operations():
        operation = found.ok()
        if tag in operation.tags:
            yield operation


def try_out(operation: Any, world: World, secret: str) -> None:
    """Send made-up requests of one operation with a token; AssertionError for an answer that is not as described."""
    known = _known(operation.path, world)
    # Of many at once each is judged by itself: the answer as a whole is a success, also where a row is refused.
    left_out = "negative_data_rejection" if operation.path.endswith("/bulk/") else ""
    checks = CHECKS.get_by_names([name for name in CHECKED if name != left_out])
    turn = iter(range(10**9))
    for mode in (schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE):

        @settings(
            max_examples=EXAMPLES, database=None, derandomize=not IS_THOROUGH, deadline=None,
            phases=[Phase.explicit, Phase.generate], suppress_health_check=list(HealthCheck),
        )  # fmt: skip
        @given(case=operation.as_strategy(generation_mode=mode))
        def sends(case: Any) -> None:
            number = next(turn)
            if known and number % 2 and case.path_parameters:
                case.path_parameters.update(known)
            _send(case, secret, checks)

        try:
            sends()
        except Unsatisfiable:
            # Nothing of this operation can be broken: it takes no parameters.
            assert mode is schemathesis.GenerationMode.NEGATIVE


@contextmanager
def connections_kept() -> Iterator[None]:
    """Keep the connection of the test open between requests, as Django's own client does."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield
    for signal in signals:
        signal.connect(close_old_connections)


def _is_of_the_record(response: Any) -> bool:
    """Tell whether a value was refused that no description can know: the code of a hospital, a place in a list."""
    if response.status_code != 400:
        return False
    return {error["field"] for error in response.json()["errors"]} <= KNOWN_BY_THE_RECORD


def _send(case: Any, secret: str, checks: Sequence[Any]) -> None:
    cache.clear()
    with transaction.atomic():
        response = case.call(headers={"Authorization": f"Bearer {secret}"})
        transaction.set_rollback(True)
    is_of_the_record = _is_of_the_record(response)
    wanted = [check for check in checks if not (is_of_the_record and check.__name__ == "positive_data_acceptance")]
    case.validate_response(response, checks=wanted)


def _known(path: str, world: World) -> dict[str, str]:
    """Return the keys of something that is there, as the table of addresses names it."""
    for row in rows():
        if _KEYS.sub(r"{\2}", f"/{row.route}") == path and row.objects:
            return {name: str(value) for name, value in world.arguments(row.objects, "A").items()}
    return {}
