"""Laboratory results that can stand for the time before lymphodepletion, as the checks know them."""

from __future__ import annotations

from registry.selectors.pre_ld import WINDOW_DAYS, before_lymphodepletion

__all__ = ["WINDOW_DAYS", "before_lymphodepletion"]
