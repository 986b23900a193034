"""Two releases of one project compared, from their folders alone: no database, no clock."""

from exports.diff.compare import Comparison, DiffError, SheetDiff, compare
from exports.diff.lines import KINDS, Kind

__all__ = ["KINDS", "Comparison", "DiffError", "Kind", "SheetDiff", "compare"]
