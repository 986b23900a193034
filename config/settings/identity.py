"""The keys of patients' identity. They are in no database: a stolen database or backup shows no name and no number."""

from __future__ import annotations

from config.settings.paths import secret

# "newest:secret,older:secret": new values are sealed under the first, the others are read until none of theirs is left.
QUELL_IDENTITY_KEYS = secret("QUELL_IDENTITY_KEYS")
# For the digests by which the same patient is found twice. To change it: `manage.py reindex_identity`.
QUELL_IDENTITY_INDEX_KEY = secret("QUELL_IDENTITY_INDEX_KEY")
