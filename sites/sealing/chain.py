"""The arithmetic of the chain: what a link is made of, and which key made it."""

from __future__ import annotations

import hmac

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

START = bytes(32)
SHORTEST_KEY = 32


def seal_key() -> bytes:
    """Return the key of the seal; refuses one that is missing or short."""
    key = str(settings.QUELL_SEAL_KEY)
    if len(key) < SHORTEST_KEY:
        raise ImproperlyConfigured("QUELL_SEAL_KEY is not set or too short: it needs 32 random characters or more.")
    return key.encode()


def key_id(key: bytes) -> str:
    """Name a key without telling it, so that a chain made with another one is not taken for a forged one."""
    return hmac.digest(key, b"which key", "sha256").hex()[:16]


def next_link(key: bytes, before: bytes, sequence: int, table: str, event_id: int, digest: bytes) -> bytes:
    """Return the link that follows `before`."""
    content = b"%b%b%b%b%b" % (
        before,
        sequence.to_bytes(8, "big", signed=True),
        event_id.to_bytes(8, "big", signed=True),
        digest,
        table.encode(),
    )
    return hmac.digest(key, content, "sha256")
