"""The published figures and every endpoint, recomputed from the files of a package without the code that made them.

Published: Gazeau et al., Transplant Cell Ther 2023, DOI 10.1016/j.jtct.2023.04.001, abstract. The demonstration cohort
is simulated and built to these figures: equality proves the path from record to figure, not the medicine.
"""

from __future__ import annotations

import datetime as dt
import math
import shutil
import zipfile
from collections import Counter, defaultdict
from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from exports.datasets.catalogue import derive
from exports.freeze import FreezeOrder, freeze
from exports.freeze.folder import write_facts
from exports.freeze.pseudonyms import site_codes
from exports.package import build_package
from registry.demo.bulk.generate import generate_registry
from sites.models import Site
from tests.demo_database import once_in_a_run
from tests.demo_folder import KEY
from tests.integration.fresh_database import fresh_database
from tests.unit.naive_endpoints import TIMES, Case, index_course, segments, start_of

PATIENTS = 300
Sheets = dict[str, pd.DataFrame]
Status = Iterable[tuple[int, int]]


def frozen(folder: Path) -> Path:
    """Freeze the registry as it is now, and derive the datasets."""
    cut = dt.datetime.now(tz=dt.UTC).replace(microsecond=0)
    codes, _known = site_codes(KEY, Site.objects.values_list("id", flat=True), {})
    facts = freeze(FreezeOrder("QUELL-TEST", "p", "AGREEMENT", cut, KEY, codes, "test"), folder)
    write_facts(folder, {**facts, "datasets": derive(folder, facts)})
    return folder


def packed(folder: Path) -> Sheets:
    """Pack a frozen folder, and read the CSV files of the package with pandas."""
    with zipfile.ZipFile(build_package(folder).path) as package:
        names = [name for name in package.namelist() if name.startswith(("tables/", "datasets/"))]
        return {Path(name).stem: read(package, name) for name in names}


def read(package: zipfile.ZipFile, name: str) -> pd.DataFrame:
    with package.open(name) as file:
        return pd.read_csv(file, keep_default_na=False, na_values=[""])


@pytest.fixture(scope="module")
def published(frozen_demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Sheets:
    return packed(shutil.copytree(frozen_demo, tmp_path_factory.mktemp("demo") / "frozen"))


@pytest.fixture(scope="module")
def generated(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Sheets:
    """Many cases with everything that a generator throws in: frozen once in a run, in whichever worker comes first."""
    with once_in_a_run("independent", tmp_path_factory) as shared, django_db_blocker.unblock():
        if not (shared / "independent").exists():
            building = tmp_path_factory.mktemp("many") / "frozen"
            with fresh_database("independent_many"):
                generate_registry(patients=PATIENTS, seed=11)
                frozen(building)
            building.rename(shared / "independent")
    return packed(shutil.copytree(shared / "independent", tmp_path_factory.mktemp("many") / "frozen"))


def incidence(times: Status, until: int) -> Fraction:
    """Return the cumulative incidence of status 1 by a day, status 2 competing (Aalen-Johansen), exactly."""
    pairs = list(times)
    alive, found = Fraction(1), Fraction(0)
    for day in sorted({time for time, status in pairs if status and time <= until}):
        at_risk = sum(time >= day for time, _status in pairs)
        here = Counter(status for time, status in pairs if time == day)
        found += alive * Fraction(here[1], at_risk)
        alive *= 1 - Fraction(here[1] + here[2], at_risk)
    return found


def median(times: Status) -> int | None:
    pairs = list(times)
    days = sorted({time for time, status in pairs if status == 1})
    return next((day for day in days if incidence(pairs, day) >= Fraction(1, 2)), None)


def percent(share: Fraction) -> int:
    return round(100 * share)


def times_of(sheets: Sheets, parameter: str, group: str = "") -> list[tuple[int, int]]:
    """Return (days, status) of everybody who has a time, of one dose group where one is named."""
    rows = sheets["adtte"].query("PARAMCD == @parameter").merge(sheets["adsl"][["USUBJID", "DOSEGRP"]], on="USUBJID")
    rows = rows[rows["AVAL"].notna() & ((rows["DOSEGRP"] == group) | (group == ""))]
    return [(int(time), int(status)) for time, status in zip(rows["AVAL"], rows["EVSTAT"], strict=True)]


# The abstract


@pytest.mark.slow
def test_there_are_43_patients_of_9_sites_treated_for_icans_or_crs_of_grade_2_or_more(published: Sheets):
    people = published["adsl"]
    assert (len(people), people["USUBJID"].nunique(), people["SITEPSEUD"].nunique()) == (43, 43, 9)
    assert people["ANAIND"].value_counts().to_dict() == {"ICANS": 40, "CRS": 3}
    assert people["COUNTRY"].isin(["US", "ES"]).all()
    assert people["INFYR"].between(2019, 2022).all()
    of_icans, of_crs = people[people["ANAIND"] == "ICANS"], people[people["ANAIND"] == "CRS"]
    assert (of_icans["ICANATST"] >= 2).all()
    assert (of_icans["HDSTER"] == 1).all()
    assert (of_crs["CRSATST"] >= 2).all()
    assert (of_crs["TOCIN_PRE"] >= 1).all()
    assert (people["IDXRULE"] == "STUDY").all()


@pytest.mark.slow
def test_the_dose_groups_are_those_of_the_publication(published: Sheets):
    people = published["adsl"]
    high, low = people[people["DOSEGRP"] == "HIGH"], people[people["DOSEGRP"] == "LOW"]
    assert (len(high), len(low)) == (28, 15)
    assert (high["DOSE24"] > 200).all()
    assert (high["ROUTE1"] == "IV").all()
    assert low["DOSE24"].between(100, 200).all()
    assert people["MGKGD"].max() <= 12
    assert people["MGKGD"].tolist() == pytest.approx((people["DOSE24"] / people["WEIGHT"]).tolist())


@pytest.mark.slow
def test_three_patients_stopped_for_side_effects(published: Sheets):
    people, events = published["adsl"], published["adae"]
    stopped = set(people.loc[people["ANADISCAE"] == 1, "USUBJID"])
    caused = set(events.loc[(events["AEDISFL"] == 1) & (events["AERELFL"] == 1), "USUBJID"])
    assert stopped == caused
    assert (len(stopped), percent(Fraction(len(stopped), len(people)))) == (3, 7)


@pytest.mark.slow
def test_77_percent_responded(published: Sheets):
    answers = published["adsl"]["ORRFL"]
    assert answers.notna().all()
    assert (int(answers.sum()), percent(Fraction(int(answers.sum()), len(answers)))) == (33, 77)


@pytest.mark.slow
def test_mortality_from_the_infusion_is_7_and_23_percent(published: Sheets):
    times = times_of(published, "TRM28")
    assert times == times_of(published, "TRM60")
    assert [sum(day <= until and status == 1 for day, status in times) for until in (28, 60)] == [3, 9]
    assert [percent(incidence(times, until)) for until in (28, 60)] == [7, 23]


@pytest.mark.slow
def test_mortality_from_anakinra_is_47_percent_with_low_and_0_with_high_doses(published: Sheets):
    low, high = times_of(published, "TRMA", "LOW"), times_of(published, "TRMA", "HIGH")
    assert percent(incidence(low, 28)) == 47
    assert incidence(low, 28) == Fraction(7, 15)
    assert incidence(high, 28) == 0
    assert len(high) == 28


@pytest.mark.slow
def test_the_median_time_to_resolution_is_7_days_with_high_doses_and_not_reached_with_low_ones(published: Sheets):
    assert median(times_of(published, "RES", "HIGH")) == 7
    assert median(times_of(published, "RES", "LOW")) is None
    assert len(times_of(published, "RES")) == 43


# Every endpoint of every case


def cases_of(sheets: Sheets) -> dict[str, Case]:
    """Return the rows of the tables by subject: whole numbers as numbers, nothing as None."""
    cases: dict[str, dict[str, list[dict[str, Any]]]] = defaultdict(lambda: defaultdict(list))
    for name, frame in sheets.items():
        if "subject_key" in frame.columns:
            for row in frame.to_dict("records"):
                cases[row["subject_key"]][name].append({key: plain(value) for key, value in row.items()})
    return dict(cases)


def plain(value: Any) -> Any:
    if isinstance(value, float):
        return None if math.isnan(value) else int(value) if value.is_integer() else value
    return value


@pytest.mark.slow
@pytest.mark.parametrize("parameter", TIMES)
def test_every_time_is_what_the_rows_of_the_case_say(published: Sheets, generated: Sheets, parameter: str):
    analysed = 0
    for sheets in (published, generated):
        cases = cases_of(sheets)
        rows = sheets["adtte"].query("PARAMCD == @parameter")
        found = {who: None if math.isnan(time) else (int(time), int(status))
                 for who, time, status in zip(rows["USUBJID"], rows["AVAL"], rows["EVSTAT"], strict=True)}  # fmt: skip
        assert found == {who: TIMES[parameter](case) for who, case in cases.items()}
        analysed += sum(time is not None for time in found.values())
    assert analysed > 10


@pytest.mark.slow
def test_the_flags_of_the_subject_level_say_what_the_times_say(published: Sheets, generated: Sheets):
    for sheets in (published, generated):
        people = sheets["adsl"].set_index("USUBJID")
        wide = sheets["adtte"].pivot(index="USUBJID", columns="PARAMCD", values=["AVAL", "EVSTAT", "EXCLRSN"])
        wide = wide.reindex(people.index)
        for flag, parameter in (("DTHFL", "OS"), ("TRMFL", "TRM60"), ("NRMFL", "NRM")):
            has_time = wide["AVAL", parameter].notna()
            says = (wide["EVSTAT", parameter] == 1)[has_time]
            assert ((people[flag] == 1)[has_time] == says).all(), flag
        assert (wide["AVAL", "OS"].dropna() == people["FUPDAYS"].dropna()).all()
        assert ((wide["EXCLRSN", "RES"] == "NO_ANAKINRA") == (people["SAFFL"] == 0)).all()
        assert (wide["AVAL", "RES"].notna() <= (people["RESFL"] == 1)).all()
        assert sheets["adtte"].groupby("PARAM")["PARAMCD"].nunique().eq(1).all()
        told = sheets["adtte"].dropna(subset="AVAL")
        assert (told["EVSTAT"].map({0: 1, 1: 0, 2: 2}) == told["CNSR"]).all()
        assert (told["ADY"] - told["ORIGDY"] == told["AVAL"]).all()
        assert (told["AVAL"] >= 0).all()


@pytest.mark.slow
def test_relapse_and_non_relapse_death_together_are_progression_free_survival(generated: Sheets):
    wide = generated["adtte"].pivot(index="USUBJID", columns="PARAMCD", values=["AVAL", "EVSTAT"])
    failed = wide["EVSTAT", "PFS"] == 1
    assert failed.any()
    assert (wide["AVAL", "REL"] == wide["AVAL", "PFS"])[failed].all()
    assert ((wide["EVSTAT", "REL"] == 1) ^ (wide["EVSTAT", "NRM"] == 1))[failed].all()


# Values before the first dose


@pytest.mark.slow
def test_the_values_before_lymphodepletion_are_the_latest_of_14_days_in_both_datasets(
    published: Sheets, generated: Sheets
):
    analytes = {
        "FERRITIN": "FERR_PRELD", "CRP": "CRP_PRELD", "LDH": "LDH_PRELD", "PLT": "PLT_PRELD", "ANC": "ANC_PRELD",
        "HB": "HB_PRELD", "CREATININE": "CREA_PRELD",
    }  # fmt: skip
    for sheets in (published, generated):
        people, rows = sheets["adsl"].set_index("USUBJID"), sheets["adlb"]
        base = rows.dropna(subset="BASE").drop_duplicates(["USUBJID", "PARAMCD"])
        base = base.pivot(index="USUBJID", columns="PARAMCD", values="BASE").reindex(people.index)
        for who, case in cases_of(sheets).items():
            ld = case["infusion_course"][0]["ld_started_day"]
            for analyte, name in analytes.items():
                days = [
                    (row["sampled_day"], row["timepoint"] == "PRE_LD", -row["row_no"], row["canonical_value"])
                    for row in case["lab"]
                    if row["analyte"] == analyte and row["canonical_value"] is not None and ld is not None
                    if ld - 14 <= row["sampled_day"] <= ld
                ]
                wanted = float(max(days)[-1]) if days else None
                found = [people.loc[who, name], base.loc[who, analyte] if analyte in base else math.nan]
                assert [plain_float(value) for value in found] == [wanted, wanted], (who, analyte)


def plain_float(value: Any) -> float | None:
    return None if math.isnan(value) else float(value)


@pytest.mark.slow
def test_the_scores_are_made_of_the_values_beside_them_in_the_units_of_their_publications(
    published: Sheets, generated: Sheets
):
    for person in [*published["adsl"].to_dict("records"), *generated["adsl"].to_dict("records")]:
        ldh, plt, crp, crea = (person[f"{name}_PRELD"] for name in ("LDH", "PLT", "CRP", "CREA"))
        anc, hb, ferritin = (person[f"{name}_PRELD"] for name in ("ANC", "HB", "FERR"))
        same(person["EASIX_PRELD"], ldh * crea / plt if plt else math.nan)
        same(person["MEASIX_PRELD"], ldh * (crp / 10) / plt if plt and crp else math.nan)
        same(person["LFERR"], math.log2(ferritin) if ferritin > 0 else math.nan)
        points = (
            (2 if plt < 75 else 1 if plt <= 175 else 0) + (anc < 1.2) + (hb < 9) + (crp >= 30)
            + (0 if ferritin < 650 else 1 if ferritin <= 2000 else 2)
        )  # fmt: skip
        same(person["HT"], math.nan if any(map(math.isnan, (plt, anc, hb, crp, ferritin))) else points)
        assert person["KPS10"] * 10 == pytest.approx(person["KPS"], nan_ok=True)


def same(found: float, wanted: float) -> None:
    assert found == pytest.approx(wanted, nan_ok=True)


@pytest.mark.slow
def test_the_dose_group_is_that_of_the_first_segment_of_the_index_course(generated: Sheets):
    people = generated["adsl"].set_index("USUBJID")
    groups = Counter()
    for who, case in cases_of(generated).items():
        person = people.loc[who]
        assert plain(person["ANASTDY"]) == start_of(case)
        if not (own := segments(case)) or own[0]["dose_mg"] is None or own[0]["interval_h"] is None:
            continue
        daily, route = own[0]["dose_mg"] * 24 / own[0]["interval_h"], own[0]["route"]
        over = {"IV": "HIGH", "SC": "OTHER_SC_HIGH"}.get(route)
        group = "SUB100" if daily < 100 else "LOW" if daily <= 200 else over
        assert (person["DOSE24"], plain(person["DOSEGRP"])) == (pytest.approx(daily), group), who
        weight = (index_course(case) or {})["dose_weight_kg"]
        same(person["MGKGD"], math.nan if weight is None else daily / weight)
        groups[group] += 1
    assert groups["HIGH"] > 10
    assert groups["LOW"] > 10


# The other datasets


@pytest.mark.slow
def test_the_intervals_of_dose_are_those_of_the_days_and_end_with_the_time_to_death(
    published: Sheets, generated: Sheets
):
    for sheets in (published, generated):
        days = sheets["addose"].set_index(["USUBJID", "ADYA"])["DOSE"].to_dict()
        cuts = sheets["adcp"]
        ends = sheets["adtte"].query("PARAMCD == 'OS'").dropna(subset="AVAL").set_index("USUBJID")
        for who, own in cuts.groupby("USUBJID"):
            assert own["TSTART"].tolist() == [0, *own["TSTOP"].tolist()[:-1]]
            assert own["TSTOP"].max() == ends.loc[who, "AVAL"] - ends.loc[who, "ENTRYDY"]
            assert own["DTHFL_T"].sum() == ends.loc[who, "EVSTAT"]
            for start, stop, dose in zip(own["TSTART"], own["TSTOP"], own["DOSE_T"], strict=True):
                for day in (start, (start + stop) // 2, stop - 1):
                    same(dose, days.get((who, day), 0))
        late = ends[(ends["AVAL"] - ends["ENTRYDY"]) > 0].index
        assert set(cuts["USUBJID"]) == set(late)


@pytest.mark.slow
def test_the_area_under_the_results_is_that_of_the_trapezoids(published: Sheets):
    rows = published["adlb"]
    one_each = rows[(rows["SMPFL"] == 1) & rows["ADY"].between(0, 30) & rows["AVAL"].notna()]
    number = 0
    for (who, analyte), told in rows.dropna(subset="AUC030").groupby(["USUBJID", "PARAMCD"]):
        assert analyte in ("FERRITIN", "CRP", "LDH")
        own = one_each[(one_each["USUBJID"] == who) & (one_each["PARAMCD"] == analyte)]
        means = own.groupby("ADY")["AVAL"].mean().sort_index()
        points = list(means.items())
        area = sum((b - a) * (x + y) / 2 for (a, x), (b, y) in zip(points, points[1:], strict=False))
        assert told["AUC030"].tolist() == pytest.approx([area] * len(told), rel=1e-6)
        number += 1
    assert number > 40


@pytest.mark.slow
def test_the_first_severe_infection_is_that_of_the_list(published: Sheets, generated: Sheets):
    for sheets in (published, generated):
        counted = sheets["adinf"].query("INFSEVFL == 1 and 0 <= ASTDYA <= 60")
        first = counted.groupby("USUBJID")["ASTDYA"].min()
        times = sheets["adtte"].query("PARAMCD == 'INFX' and EVSTAT == 1").set_index("USUBJID")["AVAL"]
        assert len(times) > 5
        assert (times == first.reindex(times.index)).all()
