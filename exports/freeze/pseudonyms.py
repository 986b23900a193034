"""Keys that stand for people and hospitals: stable inside a project, unlinkable across projects.

The input is a random number of the registry, never anything about the person, so a key can be neither guessed nor
recomputed without the project's key (45 CFR 164.514(c); EDPB Guidelines 01/2025).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterable, Mapping
from typing import Final
from uuid import UUID

from exports.freeze.errors import KeyMissing
from registry.rules.coding import gettext_noop

VERSION = "v1"
KEY_BYTES = 16
NO_SECRET: Final = gettext_noop(
    "QUELL_PROJECT_KEK is not set or too short: releases need a secret of 32 characters or more."
)
NO_SALT: Final = gettext_noop("The salt of this project was deleted: nothing can be joined to its releases any more.")


def project_key(kek: str, salt: bytes) -> bytes:
    """Return a project's 32 secret bytes; KeyMissing where the secret outside the database or the salt is not there."""
    if len(kek) < 32:
        raise KeyMissing(NO_SECRET)
    if not salt:
        # Without a salt all such projects would share their keys.
        raise KeyMissing(NO_SALT)
    return hmac.digest(kek.encode(), salt, hashlib.sha256)


def level_key(kek: str, salt: bytes, what: str) -> bytes:
    """Return the 32 secret bytes for keys of one level of one release, which no other level can be joined by."""
    return hmac.digest(project_key(kek, salt), f"level-{VERSION}|{what}".encode(), hashlib.sha256)


def subject_key(key: bytes, patient_id: UUID) -> str:
    """Return the 26 letters and digits that stand for a patient in one project."""
    digest = hmac.digest(key, f"{VERSION}|{patient_id}".encode(), hashlib.sha256)
    return base64.b32encode(digest[:KEY_BYTES]).decode().rstrip("=")


def site_codes(key: bytes, sites: Iterable[UUID], known: Mapping[str, str]) -> tuple[dict[UUID, str], dict[str, str]]:
    """Return each site's code (S01, S02, …) and what to remember for the project's next release.

    New sites are numbered in the order of their digests, which says nothing about them; a known site keeps its code.
    """
    digests = {_site_digest(key, site): site for site in sites}
    remembered = dict(known)
    for digest in sorted(digests.keys() - known.keys()):
        remembered[digest] = f"S{len(remembered) + 1:02d}"
    return {site: remembered[digest] for digest, site in digests.items()}, remembered


def _site_digest(key: bytes, site: UUID) -> str:
    return hmac.new(key, f"site-{VERSION}|{site}".encode(), hashlib.sha256).hexdigest()[:32]
