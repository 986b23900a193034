"""One writer per format. Each is a projection of the same codebook, and says what it loses."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from exports.package.formats.adam import write_adam
from exports.package.formats.csv import write_csv
from exports.package.formats.parquet import write_parquet
from exports.package.formats.sas import write_sas
from exports.package.formats.spss import write_spss
from exports.package.formats.stata import write_stata
from exports.package.formats.writing import Loss, Member, Writer, Writing

WRITERS: Final[Mapping[str, Writer]] = MappingProxyType(
    {
        "CSV": write_csv,
        "SPSS": write_spss,
        "STATA": write_stata,
        "SAS": write_sas,
        "PARQUET": write_parquet,
        "ADAM": write_adam,
    }
)

__all__ = ["WRITERS", "Loss", "Member", "Writer", "Writing"]
