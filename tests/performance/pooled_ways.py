"""The ways to one row per patient that are compared: the same cells each time, from the live tables or a release."""

from __future__ import annotations

import csv
import datetime as dt
import tempfile
import warnings
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import polars as pl
from django.db import connections

from exports.datasets.adsl import ADSL
from exports.datasets.run import derive_datasets
from exports.freeze.eligibility import sites_with_papers
from exports.freeze.folder import read_facts, write_facts
from exports.freeze.policy import EXPORT_ALIAS
from exports.freeze.pseudonyms import subject_key
from exports.freeze.queries import eligible_cases
from exports.freeze.snapshot import snapshot
from exports.package.csv_tables import csv_bytes, formula_safe, small_pieces
from exports.sheets import sheet_named, sheets_of
from sites.context import acting_as_system
from tests.performance.pooled_import_export import patients_of, resource
from tests.performance.pooled_sql import EXPRESSIONS, pooled_query
from tests.performance.release_ways import (
    KEY,
    codes,
    derive_into,
    fill,
    freeze_into,
    leave_into,
    listed,
    medians,
    pack,
    patients_wanted,
    rounds_of,
)
from tests.performance.reporting import tell

# django-import-export is measured on so many cases and counted up: its time grows with them.
SLOW_CASES: Final = 1_000
FETCHED: Final = 2_000
ADSL_ALONE: Final = {"datasets": {"adsl": "*"}}
TOLERANCE: Final = 1e-9


@dataclass(frozen=True)
class Places:
    """Where each way puts what it makes."""

    folder: Path

    @property
    def release(self) -> Path:
        """The folder of the release."""
        return self.folder / "release"

    def file(self, way: str) -> Path:
        """The CSV file of a way."""
        return self.folder / f"{way}.csv"


def measure() -> None:
    """Compare the cells of all ways, then take the ways in turn and tell the medians."""
    patients = patients_wanted()
    fill(patients)
    with tempfile.TemporaryDirectory(prefix="quell-bench-") as made:
        places = Places(Path(made))
        ways: dict[str, Callable[[], Any]] = {
            "copy": partial(copy, places.file("copy")),
            "iterated": partial(iterated, places.file("iterated")),
            "pandas": partial(read_by_pandas, places.file("pandas")),
            "adsl": partial(adsl_from_live, places.release),
            "whole": partial(whole_from_live, places.release),
            "flat": partial(flat, places.release),
            "read": partial(read, places),
        }
        for way in ways.values():
            way()
        with snapshot("cases"):
            cases = listed().ids
        ways["export"] = partial(export, places.file("export"), cases[:SLOW_CASES])
        ways["export"]()
        assert_equal(places)
        took = medians(rounds_of(patients), ways)
        report(took, took.pop("export") * len(cases) / len(cases[:SLOW_CASES]), patients)


def copy(path: Path) -> None:
    """The limit: the query straight from PostgreSQL into a file."""
    with snapshot("COPY") as cursor:
        query, parameters = _query()
        with (
            path.open("wb") as file,
            cursor.copy(f"COPY ({query}) TO STDOUT (FORMAT csv, HEADER)", parameters) as rows,
        ):
            for piece in rows:
                file.write(piece)


def iterated(path: Path) -> None:
    """The same query through a server-side cursor, as `values_list().iterator()` reads it, and the csv module."""
    with snapshot("iterator"), connections[EXPORT_ALIAS].chunked_cursor() as cursor, path.open("w", newline="") as file:
        cursor.execute(*_query())
        writer, rows = csv.writer(file), cursor.fetchmany(FETCHED)
        writer.writerow(column.name for column in cursor.description)
        while rows:
            writer.writerows(rows)
            rows = cursor.fetchmany(FETCHED)


def read_by_pandas(path: Path) -> None:
    """The same query by `pandas.read_sql`, and `to_csv`."""
    import pandas as pd

    with snapshot("pandas"), warnings.catch_warnings():
        # It asks for SQLAlchemy, which would only stand in between.
        warnings.simplefilter("ignore", UserWarning)
        query, parameters = _query()
        frame = pd.read_sql(query, connections[EXPORT_ALIAS].connection, params=parameters)
        frame.to_csv(path, index=False)


def export(path: Path, ids: Sequence[UUID]) -> None:
    """The same columns of some of the cases by django-import-export."""
    with acting_as_system("benchmark", reason="export by django-import-export"):
        path.write_text(resource().export(patients_of(ids)).csv, encoding="utf-8")


def adsl_from_live(release: Path) -> None:
    """Everything frozen, ADSL alone derived, left with and packed: checked, with codebook and loading scripts."""
    facts = freeze_into(release)
    write_facts(release, {**facts, "datasets": derive_datasets(release, facts, (ADSL,))})
    flat(release)


def whole_from_live(release: Path) -> None:
    """A whole release: every table, every dataset, one CSV package of all of it."""
    freeze_into(release)
    derive_into(release)
    pack(leave_into(release), "CSV")


def flat(release: Path) -> None:
    """ADSL as a CSV package out of a release that is there."""
    pack(leave_into(release, ADSL_ALONE), "CSV")


def read(places: Places) -> None:
    """The rows of ADSL of a release that is there into a CSV file, as a package has them: a flat read and no more."""
    sheet = sheet_named(sheets_of(places.release, read_facts(places.release)), ADSL.name)
    with places.file("read").open("wb") as file:
        for number, piece in enumerate(small_pieces(sheet)):
            file.write(csv_bytes(formula_safe(piece), has_header=not number))


def _query() -> tuple[str, tuple[Any, ...]]:
    today = dt.datetime.now(tz=dt.UTC).date()
    cases = eligible_cases(sites_with_papers(today, EXPORT_ALIAS))
    return pooled_query(cases), cases.parameters


def assert_equal(places: Places) -> None:
    """Stop where a cell of one way is not that of ADSL; registry ids become subject keys in memory alone."""
    adsl = pl.read_parquet(places.release / "datasets/adsl.parquet")
    with zipfile.ZipFile(places.release / "packages/CSV.zip") as package:
        packed = pl.read_csv(package.read("datasets/adsl.csv"), infer_schema=False)
    for way, found in (("package", packed), ("read", pl.read_csv(places.file("read"), infer_schema=False))):
        wrong = [name for name in adsl.columns if not _alike(adsl[name], found[name])]
        assert not wrong, f"{way}: other cells than ADSL in {', '.join(wrong)}"
    named = codes()
    for way in ("copy", "iterated", "pandas", "export"):
        found = _keyed(pl.read_csv(places.file(way), infer_schema=False), named)
        cases = adsl.filter(pl.col("USUBJID").is_in(found["USUBJID"].implode())).sort("USUBJID")
        assert found.height == (cases.height if way == "export" else adsl.height), way
        wrong = [name for name in ("USUBJID", "SITEPSEUD", *EXPRESSIONS) if not _alike(cases[name], found[name])]
        assert not wrong, f"{way}: other cells than ADSL in {', '.join(wrong)}"


def _keyed(found: pl.DataFrame, named: dict[Any, str]) -> pl.DataFrame:
    site = "site_id" if "site_id" in found.columns else "site"
    keys = [subject_key(KEY, UUID(case)) for case in found["id"]]
    sites = [named[UUID(case)] for case in found[site]]
    return found.with_columns(pl.Series("USUBJID", keys), pl.Series("SITEPSEUD", sites)).sort("USUBJID")


def _alike(ours: pl.Series, theirs: pl.Series) -> bool:
    texts = theirs.set(theirs == "", None)
    if ours.dtype == pl.String:
        return ours.equals(texts)
    # pandas writes whole numbers with a point where some are missing.
    one, other = ours.cast(pl.Float64), texts.cast(pl.Float64)
    near = ((one - other).abs() <= TOLERANCE * one.abs().clip(1)).fill_null(value=True).all()
    return bool(near) and one.is_null().equals(other.is_null())


def report(took: dict[str, float], slow: float, patients: int) -> None:
    """Tell every way against the limit, and ours against django-import-export."""
    facts = {
        "patients": patients,
        "sql_columns": len(EXPRESSIONS),
        "adsl_columns": len(ADSL.columns),
        **{f"{name}_seconds": round(value, 2) for name, value in took.items()},
    }
    for name, (way, budget) in BUDGETS.items():
        tell(f"pooled: {name} / COPY of the query", took[way] / took["copy"], budget, **facts)
    counted_up = {"measured_cases": SLOW_CASES, "import_export_seconds_counted_up": round(slow, 1)}
    for name, (way, at_least) in AT_LEAST.items():
        tell(f"pooled: django-import-export / {name}", slow / took[way], at_least, at_least=True, **counted_up, **facts)


BUDGETS: Final = {
    "ADSL as CSV package from the live tables": ("adsl", 12.0),
    "whole release from the live tables": ("whole", 60.0),
    "ADSL as CSV package of a release": ("flat", 2.0),
    "rows of ADSL of a release": ("read", 0.25),
    "iterated and csv": ("iterated", 3.0),
    "pandas.read_sql": ("pandas", 4.0),
}
AT_LEAST: Final = {
    "ADSL as CSV package of a release": ("flat", 20.0),
    "rows of ADSL of a release": ("read", 100.0),
    "ADSL as CSV package from the live tables": ("adsl", 2.0),
}
