"""Keeps simulated data away from real ones."""

from __future__ import annotations

import re

from django.conf import settings

from registry.demo.hospitals import HOSPITALS
from sites.models import Site

GENERATED = re.compile(r"G\d+S\d+")


class RealDataHere(Exception):  # noqa: N818 - the name says what was found
    """Simulated data were about to be mixed with a registry that is, or may be, a real one."""


def require_simulated_only() -> None:
    """Raise RealDataHere in production, or where a site is none of the simulated ones."""
    if (settings.SETTINGS_MODULE or "").endswith(".prod"):
        raise RealDataHere("Simulated data are never loaded with production settings.")
    known = {hospital.code for hospital in HOSPITALS}
    codes = Site.objects.values_list("code", flat=True)
    if strange := sorted(code for code in codes if code not in known and not GENERATED.fullmatch(code)):
        raise RealDataHere(
            f"This registry has sites that are not simulated ({', '.join(strange[:5])}); use a database of its own."
        )
