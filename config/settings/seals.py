"""The seal on the audit trail: its key, and where the ends of the chain are kept outside the database."""

from __future__ import annotations

from config.settings.paths import VAR_DIR, secret

# In no database: whoever can rewrite history there cannot make the links that would hide it.
QUELL_SEAL_KEY = secret("QUELL_SEAL_KEY")
# Better on another machine; the worker writes and reads it.
QUELL_SEAL_DIR = secret("QUELL_SEAL_DIR") or str(VAR_DIR / "seals")
