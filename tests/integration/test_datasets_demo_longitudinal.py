"""The longitudinal datasets of the demonstration cohort: totals that plain Python finds in the frozen tables too."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from exports.datasets.adae import ADAE
from exports.datasets.adcp import ADCP
from exports.datasets.addose import ADDOSE
from exports.datasets.adinf import ADINF
from exports.datasets.adlb import ADLB
from exports.datasets.adsl import ADSL
from exports.datasets.adtox import ADTOX
from exports.datasets.declared import Dataset
from exports.freeze.folder import read_facts
from exports.freeze.parquet import parquet_path
from tests.unit.small_tables import assert_codes_are_declared

pytestmark = pytest.mark.slow

VECTOR = Path(__file__).parents[1] / "vectors" / "s04_cohort43_headline.csv"
DATASETS = (ADTOX, ADDOSE, ADCP, ADLB, ADAE, ADINF)
Row = dict[str, Any]
Rows = dict[str, list[Row]]


def frozen(folder: Path) -> dict[str, pl.DataFrame]:
    names = [table["name"] for table in read_facts(folder)["tables"]]
    return {name: pl.read_parquet(parquet_path(folder, name)) for name in names}


def test_the_totals_of_every_longitudinal_dataset_are_those_of_the_tables(demo_folder: Path):
    tables = frozen(demo_folder)
    frames = {dataset.name: checked(dataset, tables) for dataset in DATASETS}
    rows = {name: frame.to_dicts() for name, frame in tables.items()}
    doses_are_those_of_the_segments(frames, rows)
    follow_up_is_cut_and_whole(frames["adcp"], rows)
    days_of_toxicity_are_those_with_a_record(frames["adtox"], rows)
    grades_are_all_there(frames["adtox"], rows)
    laboratory_results_are_all_there(frames["adlb"], rows)
    events_and_infections_are_all_there(frames, rows)
    the_subject_level_says_the_same(frames, ADSL.rows(tables, {}))


def checked(dataset: Dataset, tables: dict[str, pl.DataFrame]) -> pl.DataFrame:
    frame = dataset.rows(tables, {})
    assert_codes_are_declared(dataset, frame)
    assert frame.equals(dataset.rows(tables, {}))
    return frame


def doses_are_those_of_the_segments(frames: dict[str, pl.DataFrame], rows: Rows) -> None:
    lengths = [row["segment_ended_day"] - row["segment_started_day"] + 1 for row in rows["anakinra_segment"]]
    given = [row["daily_mg"] * length for row, length in zip(rows["anakinra_segment"], lengths, strict=True)]
    addose = frames["addose"]
    assert addose.height == sum(lengths) == 543
    assert addose["DOSE"].sum() == sum(given) == Decimal("175752.75")
    assert addose.group_by("USUBJID").agg(pl.col("CUMDOSE").max())["CUMDOSE"].sum() == sum(given)
    first = addose.filter(pl.col("ADYA") == 0).select("USUBJID", "DOSE", "MGKG").rows()
    wanted = [
        (row["subject_key"], row["first_daily_mg"], row["first_mg_per_kg_day"]) for row in rows["anakinra_course"]
    ]
    assert sorted(first) == sorted(wanted)
    assert frames["adtox"].filter(pl.col("ANANO").is_not_null())["ANAMG"].sum() == sum(given)


def follow_up_is_cut_and_whole(adcp: pl.DataFrame, rows: Rows) -> None:
    died = {row["subject_key"]: row["died_day"] for row in rows["death"]}
    last = {row["subject_key"]: row["last_contact_day"] for row in rows["follow_up"]} | died
    whole = sum(last[row["subject_key"]] - row["started_day"] for row in rows["anakinra_course"])
    length = pl.col("TSTOP") - pl.col("TSTART")
    assert adcp.select(length.sum()).item() == whole == 9245
    assert adcp["DTHFL_T"].sum() == len(died) == 16
    assert adcp.select((pl.col("DOSE_T") * length).sum()).item() <= Decimal("175752.75")


def days_of_toxicity_are_those_with_a_record(adtox: pl.DataFrame, rows: Rows) -> None:
    ends = last_days(rows)
    wanted = {(subject, day) for subject, day in recorded(rows) if 0 <= day <= ends[subject]}
    assert set(adtox.select("USUBJID", "ADY").rows()) == wanted
    assert len(wanted) == 1696
    therapies = [
        (row, day)
        for row in rows["toxicity_therapy"]
        for day in range(max(0, row["started_day"]), min(row["ended_day"], ends[row["subject_key"]]) + 1)
    ]
    equivalents = [row["dexeq_mg_per_day"] for row, _day in therapies if row["dexeq_mg_per_day"] is not None]
    assert adtox["DEXEQ"].sum() == sum(equivalents) == 25755
    given = {(row["subject_key"], day) for row, day in therapies if row["drug"] == "TOCILIZUMAB"}
    assert adtox["TOCI"].sum() == len(given) == 38


def last_days(rows: Rows) -> dict[str, int]:
    ends = dict.fromkeys((row["subject_key"] for row in rows["patient"]), 60)
    for episode in [*rows["crs_episode"], *rows["icans_episode"]]:
        subject, resolved = episode["subject_key"], episode["resolved_day"]
        ends[subject] = max(ends[subject], 10**6 if resolved is None else resolved)
    return ends


def recorded(rows: Rows) -> Iterator[tuple[str, int]]:
    for row in [*rows["crs_assessment"], *rows["icans_assessment"]]:
        yield row["subject_key"], row["assessed_day"]
    spans = {
        "anakinra_segment": ("segment_started_day", "segment_ended_day"),
        "stay": ("began_day", "ended_day"),
        "toxicity_therapy": ("started_day", "ended_day"),
    }
    for table, (first, last) in spans.items():
        for row in rows[table]:
            yield from ((row["subject_key"], day) for day in range(row[first], row[last] + 1))


def grades_are_all_there(adtox: pl.DataFrame, rows: Rows) -> None:
    for name, number, grade, places in (("crs", "CRSNO", "CRSGR", 304), ("icans", "ICANSNO", "ICANSGR", 1127)):
        assessed = adtox.filter(pl.col(number).is_not_null())
        wanted = Counter(
            (row["subject_key"], row["assessed_day"], row["grade_reported"], row["grade_computed"])
            for row in rows[f"{name}_assessment"]
        )
        columns = ("USUBJID", "ADY", f"{grade}_SITE", f"{grade}_CALC")
        assert Counter(assessed.select(columns).rows()) == wanted
        assert assessed.height == places
    differ = sum(
        None not in (row["grade_reported"], row["grade_computed"]) and row["grade_reported"] != row["grade_computed"]
        for row in rows["icans_assessment"]
    )
    assert (adtox["ICNDISFL"].sum(), adtox["CRSDISFL"].sum()) == (differ, 0) == (6, 0)
    before = adtox.select("USUBJID", pl.col("ADY") + 1, pl.col("ICANSGR").alias("before"), "ICANSNO")
    carried = adtox.filter(pl.col("ICNLOCFL") == 1).join(before, on=["USUBJID", "ADY"], how="left")
    assert carried.height == 22
    assert carried["ICANSGR"].equals(carried["before"])
    assert carried["ICANSNO_right"].null_count() == 0


def laboratory_results_are_all_there(adlb: pl.DataFrame, rows: Rows) -> None:
    once = adlb.filter(pl.col("SMPFL") == 1)
    key = ("USUBJID", "PARAMCD", "ADY", "SMPNO", "AVAL")
    wanted = Counter(
        (row["subject_key"], row["analyte"], row["sampled_day"], row["row_no"], row["canonical_value"])
        for row in rows["lab"]
    )
    assert Counter(once.select(key).rows()) == wanted
    assert once.height == 3125
    assert once["CENSFL"].sum() == sum(row["comparator"] is not None for row in rows["lab"]) == 28
    ferritin = adlb.filter((pl.col("PARAMCD") == "FERRITIN") & (pl.col("AVISIT") == "PRE_LD"))
    with VECTOR.open(newline="") as lines:
        assert Counter(ferritin["BASE"]) == Counter(Decimal(row["ferritin"]) for row in csv.DictReader(lines))
    assert adlb.filter(pl.col("AVISIT") != "OTHER").select("USUBJID", "PARAMCD", "AVISIT").is_duplicated().sum() == 0
    # Days 0, 13, 14, 16, 20 and 27 with 3769, 23085, 23998, 21238, 20327 and 14565 ng/mL.
    [area] = ferritin.filter(pl.col("BASE") == 3926).select("AUC030", "AUCN", "AUCSPAN").rows()
    assert area == (Decimal("174551") + Decimal("23541.5") + 45236 + 83130 + 122122, 6, 27)


def events_and_infections_are_all_there(frames: dict[str, pl.DataFrame], rows: Rows) -> None:
    adae, adinf = frames["adae"], frames["adinf"]
    stopped = {row["subject_key"] for row in rows["anakinra_course"] if row["stop_reason"] == "ADVERSE_EVENT"}
    assert (adae.height, adae["AEDISFL"].sum(), adae["TRTEMFL"].sum()) == (15, 3, 15)
    assert set(adae.filter(pl.col("AEDISFL") == 1)["USUBJID"]) == stopped
    assert adinf.height == len(rows["infection"]) == 17
    assert adinf["INFRELC"].equals(adinf["INFREL"], check_names=False)
    severe = sum(row["grade"] >= 3 or row["was_treated_iv"] == 1 for row in rows["infection"])
    assert adinf["INFSEVFL"].sum() == severe == 9


def the_subject_level_says_the_same(frames: dict[str, pl.DataFrame], adsl: pl.DataFrame) -> None:
    """ADSL is derived by other code: baselines, doses, highest grades and follow-up must be those of the rows."""
    number = pl.Float64
    for analyte in ("FERRITIN", "CRP", "LDH", "PLT", "ANC", "HB"):
        name = f"{'FERR' if analyte == 'FERRITIN' else analyte}_PRELD"
        base = frames["adlb"].filter((pl.col("PARAMCD") == analyte) & (pl.col("AVISIT") == "PRE_LD"))
        agree(adsl, name, base.select("USUBJID", pl.col("AVAL").cast(number).alias("other")))
    by_subject = frames["addose"].group_by("USUBJID")
    agree(adsl, "CUMDOSE", by_subject.agg(pl.col("CUMDOSE").max().cast(number).alias("other")))
    agree(adsl, "DOSEMAX", by_subject.agg(pl.col("DOSE").max().cast(number).alias("other")))
    start = frames["addose"].filter(pl.col("ADYA") == 0)
    agree(adsl, "DOSE24", start.select("USUBJID", pl.col("DOSE").cast(number).alias("other")))
    follow_up = frames["adcp"].group_by("USUBJID").agg(pl.col("TSTOP").max())
    follow_up = follow_up.join(start.select("USUBJID", "ADY"), on="USUBJID")
    agree(adsl, "FUPDAYS", follow_up.select("USUBJID", (pl.col("TSTOP") + pl.col("ADY")).alias("other")))
    for name, grade in (("CRSMAX", "CRSGR"), ("ICANSMAX", "ICANSGR")):
        # Without any graded day the highest grade is 0 at the level of the subject.
        highest = frames["adtox"].group_by("USUBJID").agg(pl.col(grade).max().fill_null(0).alias("other"))
        agree(adsl, name, highest)


def agree(adsl: pl.DataFrame, name: str, other: pl.DataFrame) -> None:
    joined = adsl.select("USUBJID", name).join(other, on="USUBJID", how="left")
    assert joined.height == 43
    assert joined[name].equals(joined["other"], check_names=False), name
