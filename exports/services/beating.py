"""Keeps a claim alive while a long step runs, from a thread and a connection of its own."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import OperationalError, connection

from exports.services.jobs import HEARTBEAT_SECONDS, Claim, ClaimLost

logger = logging.getLogger(__name__)


@contextmanager
def beating(claim: Claim, every: float = HEARTBEAT_SECONDS) -> Iterator[threading.Event]:
    """Renew the lease until the block ends; the event is set once the claim is lost."""
    stop, lost = threading.Event(), threading.Event()
    thread = threading.Thread(target=_beat, args=(claim, every, stop, lost), name="heartbeat", daemon=True)
    thread.start()
    try:
        yield lost
    finally:
        stop.set()
        thread.join()


def _beat(claim: Claim, every: float, stop: threading.Event, lost: threading.Event) -> None:
    try:
        while not stop.wait(every):
            _renew(claim, stop, lost)
    finally:
        connection.close()


def _renew(claim: Claim, stop: threading.Event, lost: threading.Event) -> None:
    try:
        claim.note()
    except ClaimLost:
        lost.set()
        stop.set()
    except OperationalError:
        # The server restarts, perhaps; the lease decides whether it was too long.
        logger.warning("Job %s: the heartbeat could not be written.", claim.job_id)
        connection.close()
