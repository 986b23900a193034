"""The freeze: one snapshot of the registry becomes tidy, de-identified tables and the facts about them."""

from exports.freeze.errors import FreezeError
from exports.freeze.order import FreezeOrder
from exports.freeze.run import freeze

__all__ = ["FreezeError", "FreezeOrder", "freeze"]
