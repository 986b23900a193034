"""Properties are tried on the same examples in every run, and a slow machine does not make them fail."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("specs", deadline=None, derandomize=True, print_blob=False)
settings.load_profile("specs")
