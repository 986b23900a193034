"""A small frozen release made by hand: invented people, the fixed names of tables, datasets and columns."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from exports.freeze.folder import write_facts
from exports.freeze.parquet import writing
from exports.sheets import SUBJECT_OF, Column, Kind, Sheet, sheet_path

REASONS = (("ND", "not done"), ("UNK", "unknown"), ("NA", "not applicable"))
AGES = (("LT40", "<40"), ("40_64", "40-64"), ("65_74", "65-74"), ("GE75", ">=75"))
GROUPS = ("LBCL", "FL", "MCL", "MZL", "CLL_SLL", "B_ALL", "MM_PCL", "OTHER")
PRODUCTS = {"AXI": ("CD19", "CD28"), "TISA": ("CD19", "4-1BB"), "IDE": ("BCMA", "4-1BB")}
Rows = list[dict[str, Any]]


def age_group(age: int | None) -> str | None:
    return None if age is None else "LT40" if age < 40 else "40_64" if age < 65 else "65_74" if age < 75 else "GE75"


def person(number: int, **facts: Any) -> dict[str, Any]:
    """Return one subject-level row under the dataset's names."""
    plain = {
        "USUBJID": f"K{number:05d}",
        "SITEPSEUD": "S01",
        "AGE": 60,
        "SEX": "MALE",
        "RACE": "WHITE",
        "COUNTRY": "US",
        "DIS": "DLBCL",
        "DISGR": "LBCL",
        "PROD": "AXI",
        "INFYR": 2020,
        "DOSE24": 800.0,
        "MGKGD": 10.256,
        "FUPDAYS": 100,
        "DTHFL": 0,
        "ANAIND": "ICANS",
    } | facts
    target, domain = PRODUCTS[plain["PROD"]]
    more = {"AGEGR": age_group(plain["AGE"]), "TARGET": target, "COSTIM": domain, "PRODGR": plain["PROD"]}
    return plain | {name: value for name, value in more.items() if name not in facts}


def crowd(people: int, seed: int = 1) -> Rows:
    """Return people who differ as a cohort does."""
    rng = random.Random(seed)
    return [
        person(
            number,
            SITEPSEUD=rng.choice(["S01", "S02", "S03"]),
            AGE=rng.choice([None, *range(20, 90)]),
            SEX=rng.choice(["MALE", "FEMALE"]),
            RACE=rng.choice(["WHITE", "BLACK", "ASIAN"]),
            COUNTRY=rng.choice(["US", "ES"]),
            DISGR=rng.choice(GROUPS[:3]),
            PROD=rng.choice(list(PRODUCTS)),
            INFYR=rng.choice([2019, 2020, 2021]),
            DOSE24=rng.choice([100.0, 200.0, 400.0, 800.0]),
            MGKGD=rng.uniform(1, 12),
            FUPDAYS=rng.randrange(1, 900),
            DTHFL=rng.randrange(2),
            ANAIND=rng.choice(["CRS", "ICANS", "BOTH"]),
        )
        for number in range(people)
    ]


def column(name: str, kind: str, unit: str = "", **more: Any) -> Column:
    return Column(name, f"Label of {name}", kind, unit, **more)


def _plain(subjects: Rows, names: Mapping[str, str]) -> Rows:
    return [{new: row[old] for new, old in names.items()} for row in subjects]


PATIENT = (
    column("subject_key", "code"),
    column("site", "code"),
    column("age_at_infusion", "integer", "a"),
    column("age_at_infusion__mr", "code", choices=REASONS),
    column("sex", "code"),
    column("race", "code"),
    column("country", "code"),
)
COURSE = (
    column("subject_key", "code"),
    column("course_no", "integer", "1"),
    column("product", "code"),
    column("target", "code"),
    column("costimulatory_domain", "code"),
    column("infusion_year", "integer", "a"),
    column("kps", "integer", "%"),
    column("kps__mr", "code", choices=REASONS),
    column("kps_day", "integer", "d"),
    column("kps_day_precision", "code"),
)
LAB = (
    column("subject_key", "code"),
    column("course_no", "integer", "1"),
    column("analyte", "code"),
    column("sampled_day", "integer", "d"),
    column("row_no", "integer", "1"),
    column("canonical_value", "decimal", "{canonical of analyte}"),
)
ADSL = (
    column("USUBJID", "code"),
    column("SITEPSEUD", "code", sources=("patient.site",)),
    column("AGE", "integer", "a", sources=("patient.age_at_infusion",)),
    column("AGEGR", "code", choices=AGES, sources=("patient.age_at_infusion",)),
    column("SEX", "code"),
    column("RACE", "code"),
    column("COUNTRY", "code"),
    column("DIS", "code"),
    column("DISGR", "code"),
    column("PROD", "code"),
    column("TARGET", "code"),
    column("COSTIM", "code"),
    column("PRODGR", "code"),
    column("INFYR", "integer", "a"),
    column("DOSE24", "decimal", "mg/d"),
    column("MGKGD", "decimal", "mg/kg/d"),
    column("FUPDAYS", "integer", "d"),
    column("DTHFL", "yes/no"),
    column("ANAIND", "code", choices=(("CRS", "CRS"), ("ICANS", "ICANS"), ("BOTH", "both"))),
)
ADTTE = (
    column("USUBJID", "code"),
    column("PARAMCD", "code", choices=(("OS", "overall survival"), ("PFS", "progression-free survival"))),
    column("AVAL", "integer", "d"),
    column("EVSTAT", "integer", "1"),
    column("SRCKEY", "code"),
)
ADLB = (
    column("USUBJID", "code"),
    column("PARAMCD", "code"),
    column("ADY", "integer", "d"),
    column("AVAL", "decimal", "{unit}"),
)
DTYPES = {"code": pl.String, "integer": pl.Int64, "decimal": pl.Float64, "yes/no": pl.Int64}
EXACT = {"canonical_value": pl.Decimal(12, 3)}


def write_release(folder: Path, subjects: Rows, block: int = 7, **facts: Any) -> dict[str, Any]:
    """Write a release of these people, `block` of them in each row group, and return its facts."""
    rng = random.Random(len(subjects))
    patient = {"subject_key": "USUBJID", "site": "SITEPSEUD", "age_at_infusion": "AGE", "sex": "SEX", "race": "RACE"}
    course = {"subject_key": "USUBJID", "product": "PROD", "target": "TARGET", "costimulatory_domain": "COSTIM"}
    patients = _plain(subjects, patient | {"country": "COUNTRY"})
    courses = [
        {**row, "course_no": 1, "kps": rng.choice([70, 80, 90]), "kps_day": rng.randrange(-30, 0)}
        for row in _plain(subjects, course | {"infusion_year": "INFYR"})
    ]
    for row, one in zip(patients, courses, strict=True):
        row["age_at_infusion__mr"] = "UNK" if row["age_at_infusion"] is None else None
        if rng.random() < 0.3:
            one["kps"], one["kps__mr"] = None, "ND"
        one["kps_day_precision"] = "DAY"
    labs = [
        {"subject_key": row["USUBJID"], "course_no": 1, "analyte": analyte, "sampled_day": day, "row_no": 1,
         "canonical_value": f"{rng.uniform(1, 9999):.3f}"}
        for row in subjects for analyte in ("CRP", "FERRITIN") for day in range(rng.randrange(1, 4))
    ]  # fmt: skip
    times = [
        {"USUBJID": row["USUBJID"], "PARAMCD": code, "AVAL": row["FUPDAYS"], "EVSTAT": row["DTHFL"],
         "SRCKEY": f"died_day={row['FUPDAYS']}"}
        for row in subjects for code in ("OS", "PFS")
    ]  # fmt: skip
    adlb = [
        {"USUBJID": row["subject_key"], "PARAMCD": row["analyte"], "ADY": row["sampled_day"],
         "AVAL": float(row["canonical_value"])}
        for row in labs
    ]  # fmt: skip
    site_of = {row["USUBJID"]: row["SITEPSEUD"] for row in subjects}
    order = list(site_of)
    written = [
        _write(folder, kind, name, key, columns, rows, order, block, site_of)
        for kind, name, key, columns, rows in (
            ("table", "patient", ("subject_key",), PATIENT, patients),
            ("table", "infusion_course", ("subject_key", "course_no"), COURSE, courses),
            ("table", "lab", ("subject_key", "course_no", "analyte", "sampled_day", "row_no"), LAB, labs),
            ("dataset", "adsl", ("USUBJID",), ADSL, subjects),
            ("dataset", "adtte", ("USUBJID", "PARAMCD"), ADTTE, times),
            ("dataset", "adlb", ("USUBJID", "PARAMCD", "ADY"), ADLB, adlb),
        )
    ]
    told = {
        "release": "R-1",
        "project": "p",
        "profile": "AGREEMENT",
        "level": "AGREEMENT",
        "policy_version": "release-2",
        "data_cut_at": "2026-01-31T00:00:00Z",
        "is_simulated": True,
        "code_revision": "test",
        "codebook_version": "test",
        "excluded": [{"reason": "SITE", "words": "No agreement", "patients": 3}],
        "withheld": [{"table": "patient", "column": "id", "why": "internal key of the registry"}],
        "sites": [
            {"code": code, "patients": list(site_of.values()).count(code)} for code in sorted(set(site_of.values()))
        ],
        "open_queries": {"OPEN": 4},
        "policy": {},
        "tables": [sheet.facts() for sheet in written if sheet.kind == "table"],
        "datasets": [sheet.facts() for sheet in written if sheet.kind == "dataset"],
    } | facts
    write_facts(folder, told)
    return told


def _write(
    folder: Path,
    kind: Kind,
    name: str,
    key: tuple[str, ...],
    columns: Sequence[Column],
    rows: Rows,
    order: Sequence[str],
    block: int,
    site_of: Mapping[str, str],
) -> Sheet:
    subject = SUBJECT_OF[kind]
    schema = {entry.column: EXACT.get(entry.column, DTYPES[entry.type]) for entry in columns}
    plain = {name: pl.String if name in EXACT else dtype for name, dtype in schema.items()}
    frame = pl.DataFrame([{name: row.get(name) for name in schema} for row in rows], schema=plain)
    frame = frame.with_columns(pl.col(name).cast(dtype) for name, dtype in schema.items()).sort(key)
    path = sheet_path(folder, kind, name)
    with writing(path) as writer:
        for start in range(0, max(len(order), 1), block):
            writer.add(frame.filter(pl.col(subject).is_in(order[start : start + block])))
    people = set(frame[subject])
    sites = len({site_of[one] for one in people})
    return Sheet(kind, name, f"The {name}", "one row", key, frame.height, len(people), sites, tuple(columns), path)
