"""Blind indexes: keyed digests by which equal values are found without storing or decrypting them."""

from __future__ import annotations

import hashlib
import hmac

from django.conf import settings


def blind_index(purpose: str, *parts: str) -> str:
    """Return the digest of normalised parts for one purpose; the same parts for another purpose give another one."""
    message = "\x1f".join((purpose, *parts)).encode()
    return hmac.new(settings.QUELL_IDENTITY_INDEX_KEY.encode(), message, hashlib.sha256).hexdigest()
