"""People and runs that work on the queries of one case at the same moment, each on a connection of their own."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, connections, transaction

from registry.metadata import topic_named
from registry.models import CrsEpisode, DataQuery, QueryEntry, QueryState
from registry.services.reconcile import reconcile_cases, reconcile_sites
from registry.services.records import record_change
from registry.services.refusals import WriteRefused
from sites.context import acting_as, acting_as_system
from sites.models import Membership, User
from sites.roles import Role
from tests.cast import create_cast, long_ago
from tests.integration.checks.case_of import Case, day

EPISODE, LATE = topic_named("crs_episode"), "DT12_CRS_LATE"


class Scene:
    """One case with late episodes, a second data manager, and people who act at once, each on their own connection."""

    def __init__(self) -> None:
        self.cast = create_cast()
        with acting_as_system("tests", reason="a second data manager"):
            self.second = User.objects.create_user("dora@example.org", "x", full_name="Dora")
            Membership.objects.create(user=self.second, role=Role.DATA_MANAGER, starts_on=long_ago())
        self.case = Case(self.cast.sev)
        self.failures: list[str] = []
        self.refused: list[str] = []

    def episodes(self, count: int, *, are_asked: bool = True) -> list[DataQuery]:
        """Enter late episodes, let the checks ask about them, and return the queries."""
        for number in range(1, count + 1):
            self.case.add("crs_episode", crs_no=number, onset_on=day(30 + number))
        with self.looking():
            if are_asked:
                reconcile_cases([self.case.patient.pk])
            return list(DataQuery.objects.filter(check_code=LATE).order_by("pk"))

    def late(self, count: int = 1) -> DataQuery:
        """Return the query about the first episode."""
        return self.episodes(count)[0]

    def looking(self) -> Any:
        """Look on as the registry itself."""
        return acting_as_system("tests", reason="look on")

    def correct(self, number: int, onset: int, by: Any = None) -> None:
        """Save another onset of an episode, over the version of this moment."""
        with acting_as(by or self.cast.alice):
            record = CrsEpisode.objects.get(crs_no=number)
        record_change(
            topic=EPISODE, record=record, values={"onset_on": day(onset)}, by=by or self.cast.alice,
            version=record.version, reason="typing error",
        )  # fmt: skip

    def run(self) -> None:
        """Run all checks over the site."""
        with self.looking():
            reconcile_sites([self.cast.sev.pk])

    def at_once(self, *parts: Callable[[], Any]) -> None:
        """Let everybody begin at the same moment; a refusal in words is noted, any other error is a failure."""
        begin = threading.Barrier(len(parts))
        threads = [threading.Thread(target=self._one, args=(part, begin)) for part in parts]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _one(self, part: Callable[[], Any], begin: threading.Barrier) -> None:
        try:
            begin.wait(10)
            part()
        except WriteRefused as refused:
            self.refused.append(" ".join(refused.messages))
        except Exception as error:
            self.failures.append(repr(error))
        finally:
            connections.close_all()

    @contextmanager
    def meanwhile(self, part: Callable[[], Any]) -> Iterator[threading.Thread]:
        """Let somebody begin inside the block and finish after it, in whose transaction the block writes."""
        begin = threading.Barrier(1)
        thread = threading.Thread(target=self._one, args=(part, begin))
        with transaction.atomic():
            yield thread
            thread.start()
            waits_for_somebody(thread)
        thread.join()


def waits_for_somebody(thread: threading.Thread) -> None:
    """Wait until a thread waits for a lock of this connection, or has ended."""
    waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid))"
    for _moment in range(200):
        with connection.cursor() as cursor:
            cursor.execute(waiting)
            if cursor.fetchone()[0] or not thread.is_alive():
                return
        time.sleep(0.02)


def threads_hold_together() -> None:
    """Every query tells of each act once: closed and re-opened take turns, and the counts agree."""
    for query in DataQuery.objects.all():
        acts = [entry.act for entry in QueryEntry.objects.filter(query=query).order_by("at", "id")]
        turns = [act for act in acts if act in ("CLOSED", "REOPENED")]
        assert turns == (["CLOSED", "REOPENED"] * len(turns))[: len(turns)]
        assert (query.state == QueryState.CLOSED) == (len(turns) % 2 == 1)
        assert query.times_reopened == turns.count("REOPENED")
        assert query.version == 1 + len(acts)
    assert max(Counter(DataQuery.objects.values_list("check_code", "row_id")).values()) == 1
