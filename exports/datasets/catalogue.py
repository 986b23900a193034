"""Every analysis dataset in the order of derivation, and the one call that derives them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from exports.datasets.adae import ADAE
from exports.datasets.adcp import ADCP
from exports.datasets.addose import ADDOSE
from exports.datasets.adinf import ADINF
from exports.datasets.adlb import ADLB
from exports.datasets.adsl import ADSL
from exports.datasets.adtox import ADTOX
from exports.datasets.adtte import ADTTE
from exports.datasets.declared import Dataset
from exports.datasets.run import derive_datasets
from exports.datasets.trace import TRACE

# In the order of derivation: each may read those before it.
DATASETS: Final[tuple[Dataset, ...]] = (ADSL, ADTTE, ADTOX, ADDOSE, ADCP, ADLB, ADAE, ADINF, TRACE)


def derive(folder: Path, facts: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Write every dataset of a frozen folder beside its tables and return their facts."""
    return derive_datasets(folder, facts, DATASETS)


__all__ = ["DATASETS", "Dataset", "derive"]
