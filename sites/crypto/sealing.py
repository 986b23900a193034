"""AES-256-GCM over one value: `v1.<key id>.<nonce and ciphertext>`, bound to the place where it stands.

A value that was altered, moved to another row or column, or sealed under a key that is not on the ring raises; what
cannot be opened is never handed back as if it were the value.
"""

from __future__ import annotations

import base64
import binascii
import os
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from sites.crypto.keyring import key_ring

VERSION = "v1"
NONCE_BYTES = 12


class CannotOpen(Exception):  # noqa: N818 -- the name says what happened
    """A sealed value cannot be opened; says where it stands and why, never what it holds."""


def seal(plain: str, *, site_id: UUID, place: str) -> str:
    """Encrypt a value of a site for one place, "table|column|row", under the newest key."""
    ring, nonce = key_ring(), os.urandom(NONCE_BYTES)
    key = ring.site_key(ring.current, site_id)
    if key is None:
        raise LookupError(ring.current)
    sealed = nonce + AESGCM(key).encrypt(nonce, plain.encode(), place.encode())
    return f"{VERSION}.{ring.current}.{base64.urlsafe_b64encode(sealed).decode()}"


def open_sealed(text: str, *, site_id: UUID, place: str) -> str:
    """Return the value; raises CannotOpen for anything that `seal` did not make for this very place."""
    kid = key_id(text)
    key = key_ring().site_key(kid, site_id)
    if key is None:
        raise CannotOpen(f"{place}: sealed under the key “{kid}”, which is not on the ring.")
    try:
        sealed = base64.b64decode(text.split(".", 2)[2], altchars=b"-_", validate=True)
        return AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], place.encode()).decode()
    except (InvalidTag, binascii.Error, ValueError):
        raise CannotOpen(f"{place}: altered, or sealed for another place.") from None


def key_id(text: str) -> str:
    """Return the id of the key that a value is sealed under; CannotOpen for what is no sealed value."""
    version, _dot, rest = text.partition(".")
    kid, dot, _sealed = rest.partition(".")
    if version != VERSION or not dot:
        raise CannotOpen("This is not a sealed value.")
    return kid


def is_current(text: str) -> bool:
    """Tell whether a value is sealed under the newest key."""
    return key_id(text) == key_ring().current
