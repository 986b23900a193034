"""The terms under which a release is taken, word for word; a change of them is a new version."""

from __future__ import annotations

import hashlib
from typing import Final

from django.utils.translation import gettext_noop

VERSION: Final = "2026-1"
TERMS: Final = (
    gettext_noop("I use the data for the aim of the approved request or agreement, and for nothing else."),
    gettext_noop("I do not try to find out who the people behind the data are, nor join them with data that could."),
    gettext_noop("I pass the data to nobody. Whoever works on them with me asks for the release themselves."),
    gettext_noop("I keep the data on protected equipment and delete them when the work or the agreement ends."),
    gettext_noop(
        "I tell the registry at once if the data got lost or into other hands, or if somebody was recognised."
    ),
    gettext_noop("I publish no table cell or figure from which a single person can be recognised."),
    gettext_noop("I name the registry and the release in every publication."),
    gettext_noop("If the registry withdraws the release, I stop using it and delete every copy."),
)


def terms_sha256() -> str:
    """Return the digest of the English words of the terms: what was accepted can be told later."""
    return hashlib.sha256("\n".join((VERSION, *TERMS)).encode()).hexdigest()
