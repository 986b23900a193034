"""Small sheets with every case that a format is known to lose, and the shortest way to write them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl

from exports.package.formats import WRITERS, Loss, Writing
from exports.sheets import Column, Sheet

CUT = dt.datetime(2026, 5, 4, 3, 2, 1, tzinfo=dt.UTC)
REASONS = (
    ("ND", "not done"),
    ("UNK", "unknown"),
    ("NA", "not applicable"),
    ("WH", "withheld by de-identification"),
)
GRADES = tuple((str(grade), f"grade {grade}") for grade in range(6))
PRODUCTS = (("AXI", "axicabtagene ciloleucel"), ("TISA", "tisagenlecleucel, “Kymriah”"))
MANY = tuple((f"C{number:03d}", f"organism number {number}") for number in range(150))
LONG_LABEL = "Dose é " + "x" * 293


def why(name: str) -> Column:
    return Column(f"{name}__mr", f"{name}: why it is empty", "code", choices=REASONS)


COLUMNS = (
    Column("subject_key", "Subject key", "code"),
    Column("day", "Day from infusion", "integer", "d"),
    why("day"),
    Column("grade", "Grade of CRS", "integer", choices=GRADES),
    why("grade"),
    Column("grade_code", "Grade as a code", "code", choices=GRADES),
    Column("dose", LONG_LABEL, "decimal", "mg/d"),
    why("dose"),
    Column("product", "Product", "code", choices=PRODUCTS, short="PROD"),
    why("product"),
    Column("organism", "Organism", "code", choices=MANY),
    Column("is_severe", "Severe", "yes/no"),
    why("is_severe"),
    Column("ratio", "Ratio of two numbers", "decimal"),
    Column("site", "Clínic", "code"),
    why("site"),
    Column("never", "Never filled", "decimal"),
    Column("never_code", "Never coded", "code", choices=PRODUCTS),
    Column("if", "A word of the language", "integer"),
)
SCHEMA = {
    "subject_key": pl.String,
    "day": pl.Int64,
    "day__mr": pl.String,
    "grade": pl.Int64,
    "grade__mr": pl.String,
    "grade_code": pl.String,
    "dose": pl.Decimal(8, 2),
    "dose__mr": pl.String,
    "product": pl.String,
    "product__mr": pl.String,
    "organism": pl.String,
    "is_severe": pl.Boolean,
    "is_severe__mr": pl.String,
    "ratio": pl.Float64,
    "site": pl.String,
    "site__mr": pl.String,
    "never": pl.Decimal(6, 1),
    "never_code": pl.Null,
    "if": pl.Int64,
}
ROWS: Sequence[tuple[Any, ...]] = (
    ("S1", -9, None, 3, None, "3", Decimal("-0.10"), None, "AXI", None, "C000", True, None, 0.1, "Clínic", None)
    + (None, None, 1),
    ("S2", None, "ND", None, "UNK", "0", None, "NA", None, "WH", "C149", None, "UNK", 1 / 3, 'a "b"\nc', None)
    + (None, None, 2),
    ("S3", -6, None, None, "ND", None, Decimal("123456.78"), None, "MERGED", None, None, False, None, 1e-12, "", "ND")
    + (None, None, None),
    ("S4", None, None, 0, None, "5", None, None, "TISA", None, "C007", None, None, None, None, "UNK")
    + (None, None, -(2**31)),
    ("S5", 999, None, None, "NA", "1", Decimal("0.01"), None, None, None, "C100", True, None, -2.5e10, "ß µ", None)
    + (None, None, 0),
    ("S6", 0, None, 5, None, "2", None, "WH", "AXI", None, "C001", None, "WH", 4.0, "o'neill", None) + (None, None, 7),
)


def frame() -> pl.DataFrame:
    return pl.DataFrame(ROWS, schema=SCHEMA, orient="row")


def sheet(
    folder: Path, rows: pl.DataFrame, columns: Sequence[Column], name: str = "hard", kind: str = "table", **more: Any
) -> Sheet:
    path = folder / f"{kind}-{name}-frozen.parquet"
    rows.write_parquet(path)
    facts = {"label": "Hard cases", "grain": "One row per subject", "key": (columns[0].column,), **more}
    counts = {"rows": rows.height, "patients": rows.height, "sites": 1}
    return Sheet(kind=kind, name=name, columns=tuple(columns), path=path, **facts, **counts)


def hard_sheets(folder: Path) -> list[Sheet]:
    """The hard table, the same without rows, and two datasets."""
    return [
        sheet(folder, frame(), COLUMNS),
        sheet(folder, frame().clear(), COLUMNS, "empty"),
        *datasets(folder),
    ]


def datasets(folder: Path) -> list[Sheet]:
    subjects = pl.DataFrame(
        {
            "USUBJID": ["S1", "S2"],
            "SITEPSEUD": ["X", "Y"],
            "AGE": [50, None],
            "AGE__mr": [None, "UNK"],
            "DOSEGRP": ["HIGH", None],
            "MGKGD": [1.5, None],
            "SAFFL": [1, 0],
        }
    )
    groups = (("HIGH", "above 200 mg/day intravenously"), ("LOW", "100 to 200 mg/day"))
    adsl = (
        Column("USUBJID", "Subject key", "code"),
        Column("SITEPSEUD", "Site pseudonym", "code", short="SITEPSD"),
        Column("AGE", "Age", "integer", "a"),
        why("AGE"),
        Column("DOSEGRP", "Dose group", "code", choices=groups),
        Column("MGKGD", "Dose by weight", "decimal", "mg/kg/d", derivation="A / B.", deriv_id="ADSL.MGKGD/1"),
        Column("SAFFL", "Had a dose", "yes/no"),
    )
    times = pl.DataFrame(
        {"USUBJID": ["S1", "S1", "S2"], "PARAMCD": ["OS", "TRM28", "OS"], "AVAL": [3, 4, 0], "CNSR": [0, 2, 1]}
    )
    parameters = (("OS", "Overall survival"), ("TRM28", "Treatment-related mortality"))
    adtte = (
        Column("USUBJID", "Subject key", "code"),
        Column("PARAMCD", "Parameter", "code", choices=parameters),
        Column("AVAL", "Days from origin", "integer", "d", derivation="Day of the event less day of the origin."),
        Column("CNSR", "Censoring", "integer"),
    )
    return [
        sheet(folder, subjects, adsl, "adsl", "dataset"),
        sheet(folder, times, adtte, "adtte", "dataset", key=("USUBJID", "PARAMCD")),
    ]


def writing(work: Path, at: dt.datetime = CUT) -> Writing:
    work.mkdir(exist_ok=True)
    return Writing(at=at, release="QUELL-TEST", is_simulated=True, study="A study of hard cases", work=work)


def written(sheets: Sequence[Sheet], form: str, folder: Path) -> tuple[dict[str, Path], list[Loss]]:
    """Write every file of a format into a folder; return where each lies, and the losses."""
    losses: list[Loss] = []
    found = {}
    for member in WRITERS[form](sheets, writing(folder / "work"), losses):
        path = folder / member.name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(member.content, Path):
            member.content.rename(path)
        else:
            path.write_bytes(member.content)
        found[member.name] = path
    return found, losses
