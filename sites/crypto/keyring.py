"""The keys of identity: named, outside the database, the first one for everything new, older ones to read with."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from uuid import UUID

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

SHORTEST = 32
KEY_BYTES = 32
_NAME = re.compile(r"[a-z0-9]{1,16}")


@dataclass(frozen=True)
class KeyRing:
    """Key id -> secret; `current` is the id under which new values are sealed."""

    current: str
    secrets: Mapping[str, str] = field(repr=False)

    def site_key(self, kid: str, site_id: UUID) -> bytes | None:
        """Return the key of one site under a key id, None for an id that is not on the ring."""
        secret = self.secrets.get(kid)
        return None if secret is None else _derived(secret, b"quell identity " + site_id.bytes)


def parse_ring(text: str) -> KeyRing:
    """Read "newest:secret,older:secret"; ImproperlyConfigured says what is wrong without quoting a secret."""
    pairs = [entry.strip().partition(":") for entry in text.replace("\n", ",").split(",") if entry.strip()]
    secrets = {kid: secret for kid, _colon, secret in pairs}
    if not pairs or len(secrets) < len(pairs):
        raise ImproperlyConfigured("QUELL_IDENTITY_KEYS must hold at least one key, each with an id of its own.")
    for kid, secret in secrets.items():
        if not _NAME.fullmatch(kid) or len(secret) < SHORTEST:
            raise ImproperlyConfigured(
                "QUELL_IDENTITY_KEYS is a list of id:secret, ids of up to 16 small letters and digits, "
                f"secrets of {SHORTEST} random characters or more."
            )
    return KeyRing(current=pairs[0][0], secrets=secrets)


def key_ring() -> KeyRing:
    """Return the ring of the settings."""
    return _parsed(settings.QUELL_IDENTITY_KEYS)


@lru_cache(maxsize=8)
def _parsed(text: str) -> KeyRing:
    return parse_ring(text)


@lru_cache(maxsize=1024)
def _derived(secret: str, purpose: bytes) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=KEY_BYTES, salt=None, info=purpose).derive(secret.encode())
