"""Releases: where they lie on disk, the key that subject keys come from, and the revision of the code."""

from __future__ import annotations

import os

from config.settings.paths import VAR_DIR, secret

# Web and worker must see the same folder: the worker writes packages there, the web hands them out.
QUELL_RELEASE_DIR = secret("QUELL_RELEASE_DIR") or str(VAR_DIR / "releases")
# With a project's salt it gives the project's key. It is in no database, so a stolen database links no subject key.
QUELL_PROJECT_KEK = secret("QUELL_PROJECT_KEK")
# Stated in every manifest. Empty: the commit of the checkout, or the version of the package.
QUELL_REVISION = secret("QUELL_REVISION")
# The drawing library keeps a list of the machine's fonts; in our own folder it is made once and nowhere else.
os.environ.setdefault("MPLCONFIGDIR", str(VAR_DIR / "matplotlib"))
