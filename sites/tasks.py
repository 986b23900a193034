"""Celery tasks of sites: the nightly seal on the audit trail, and forgetting old answers to programs."""

from __future__ import annotations

import logging

from celery import shared_task

from sites.api.once import forget_replies
from sites.sealing.sealer import SealError, seal
from sites.sealing.verify import verify

logger = logging.getLogger(__name__)
AUDIT_SEAL = "sites.audit_seal"
REPLIES_FORGET = "sites.replies_forget"


@shared_task(name=AUDIT_SEAL)
def audit_seal() -> None:
    """Seal what is new, then examine the whole; what is found stands on the audit page and in the log."""
    try:
        seal()
    except SealError:
        logger.exception("The audit trail was not sealed.")
    for found in verify().breaks:
        logger.error("Audit trail: %s", found)


@shared_task(name=REPLIES_FORGET)
def replies_forget() -> None:
    """Delete answers to programs that have been kept for a day."""
    forget_replies()
