"""Two questions a machine asks: does the process live, and can it serve?"""

from __future__ import annotations

from django.db import DatabaseError, connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from config.database.standing import role_faults


@require_safe
@never_cache
@transaction.non_atomic_requests
def livez(request: HttpRequest) -> HttpResponse:
    """200 while the process answers. Asks nothing of the database."""
    return HttpResponse("alive\n", content_type="text/plain")


@require_safe
@never_cache
@transaction.non_atomic_requests
def readyz(request: HttpRequest) -> HttpResponse:
    """200 when the database answers, has every table, and the role of this process has no right too many; else 503."""
    try:
        faults = role_faults(connection) or _missing_tables()
    except DatabaseError:
        faults = ["the database does not answer"]
    text = "".join(f"not ready: {fault}\n" for fault in faults)
    return HttpResponse(text or "ready\n", content_type="text/plain", status=503 if faults else 200)


def _missing_tables() -> list[str]:
    executor = MigrationExecutor(connection)
    waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return ["tables are not up to date: run manage.py migrate"] if waiting else []


urlpatterns = [path("livez", livez, name="livez"), path("readyz", readyz, name="readyz")]
