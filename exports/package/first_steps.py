"""The first lines that somebody types in each program, for the files that are really in the package."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePosixPath
from typing import Final

# By the ending of a file: for each program, what to type. {file} is a file of the package, {name} its sheet.
STEPS: Final[Mapping[str, Sequence[tuple[str, str]]]] = {
    ".csv": (
        ("R", 'source("load.R"); release <- load_release(); str(release${name})'),
        ("Python", 'from load import load_release; release = load_release(); release["{name}"]'),
        ("SPSS", "take the SPSS package: CSV has no labels and no missing reasons of its own"),
        ("Stata", 'import delimited "{file}", varnames(1) case(preserve) encoding("utf-8") clear'),
        ("SAS", 'proc import datafile="{file}" out={name} dbms=csv replace; guessingrows=max; run;'),
    ),
    ".sav": (
        ("R", '{name} <- haven::read_sav("{file}", user_na = TRUE)   (without user_na the reasons are lost)'),
        ("Python", 'frame, meta = pyreadstat.read_sav("{file}", user_missing=True)'),
        ("SPSS", "GET FILE='{file}'."),
    ),
    ".dta": (
        ("R", '{name} <- haven::read_dta("{file}")   (haven::na_tag() says the reason)'),
        ("Python", 'frame, meta = pyreadstat.read_dta("{file}", user_missing=True)'),
        ("Stata", 'use "{file}", clear'),
    ),
    ".xpt": (
        ("R", '{name} <- haven::read_xpt("{file}")'),
        ("Python", 'frame, meta = pyreadstat.read_xport("{file}")'),
        ("SAS", 'libname q xport "{file}" access=readonly; proc copy in=q out=work; run;'),
    ),
    ".parquet": (
        ("R", '{name} <- arrow::read_parquet("{file}")'),
        ("Python", 'frame = polars.read_parquet("{file}")   or   pandas.read_parquet("{file}")'),
        ("DuckDB", "SELECT * FROM '{file}'"),
    ),
}
# Files that bring the labels with them for a program: run these instead.
PROGRAMS: Final[Mapping[str, tuple[str, str]]] = {
    "load.sas": ("SAS, all files with their labels", '%include "load.sas";'),
}
DESCRIBED: Final[Mapping[str, str]] = {
    "datapackage.json": "the files, columns, types, codes and keys for machines (Frictionless Data Package v2)",
    "redcap-dictionary.csv": "the released columns as a REDCap data dictionary",
    "load.R": "reads everything in R, without any package",
    "load.py": "reads everything in Python with pandas or polars",
    "codes.csv": "which number stands for which code, column by column",
    "names.csv": "which short name stands for which column",
    "formats.sas": "the labels of the codes for SAS",
    "load.sas": "reads every file in SAS and attaches the labels",
    "define.xml": "the datasets, their columns, codes and derivations (Define-XML 2.1)",
    "codebook.csv": "label, type, unit, choices and derivation of every column",
    "codebook.xlsx": "the same for reading, with every code, what was withheld and who was left out",
    "manifest.json": "rows, patients, who was left out and why, what was withheld and why, checksums",
    "checksums.txt": "for `sha256sum -c checksums.txt`",
}
ALWAYS: Final = ("codebook.csv", "codebook.xlsx", "manifest.json", "checksums.txt")


def first_steps(files: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield (program, what to type), with the first data file of each kind as the example."""
    examples: dict[str, str] = {}
    for file in files:
        path = PurePosixPath(file)
        if path.suffix in STEPS and len(path.parts) > 1:
            examples.setdefault(path.suffix, file)
    for suffix, file in examples.items():
        for program, line in STEPS[suffix]:
            yield program, line.replace("{file}", file).replace("{name}", PurePosixPath(file).stem)
    yield from (PROGRAMS[name] for name in files if name in PROGRAMS)


def beside_the_data(files: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield (file, what it is for) of the files that stand beside the data."""
    for name in dict.fromkeys([*files, *ALWAYS]):
        if PurePosixPath(name).name in DESCRIBED:
            yield name, DESCRIBED[PurePosixPath(name).name]
