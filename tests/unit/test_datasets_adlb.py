"""Laboratory results: which stands for which time point, baseline and change, area under the results."""

from __future__ import annotations

import math
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exports.datasets.adlb import ADLB
from exports.datasets.auc import areas
from registry.rules.labs import ANALYTES, LOWEST_IS_WORST, Analyte, Timepoint, to_canonical
from registry.rules.timepoints import WINDOWS, Origin, pick_sample
from tests.unit.small_tables import assert_codes_are_declared, assert_declared_well, places, rows_of, small_tables

Row = dict[str, Any]
KEY = {"subject_key": "S1", "course_no": 1}
PART = Decimal("0.000001")


def lab(analyte: str, day: int, value: str | None, row_no: int = 1, unit: str = "", **more: Any) -> Row:
    written = unit or ANALYTES[Analyte(analyte)].unit.value
    number = None if value is None else Decimal(value)
    canonical = None if number is None else places(to_canonical(Analyte(analyte), number, written), 6)
    return {
        **KEY,
        "analyte": analyte,
        "sampled_day": day,
        "row_no": row_no,
        "value": number,
        "unit": None if number is None else written,
        "canonical_value": canonical,
        **more,
    }


def adlb(*results: Row, **tables: list[Row]) -> list[Row]:
    course = {**KEY, "ld_started_day": -5, "product": "AXI"}
    anakinra = {**KEY, "anakinra_no": 1, "started_day": 7}
    rows = {"infusion_course": [course], "anakinra_course": [anakinra], "lab": list(results), **tables}
    return rows_of(ADLB, small_tables(**rows))


def visits(rows: list[Row]) -> dict[str, int]:
    return {row["AVISIT"]: row["ADY"] for row in rows}


def test_it_is_declared_for_every_format():
    assert_declared_well(ADLB)


def test_a_result_has_a_row_for_each_time_point_that_it_stands_for_and_is_counted_once():
    rows = adlb(lab("CRP", -6, "10"), lab("CRP", -2, "12"), lab("CRP", 8, "80"))
    assert [(row["ADY"], row["AVISIT"], row["SMPFL"]) for row in rows] == [
        (-6, "PRE_LD", 1),
        (-2, "OTHER", 1),
        (8, "A1", 1),
        (8, "A2", 0),
    ]


def test_the_unit_as_typed_stays_beside_the_canonical_value():
    [row] = adlb(lab("CRP", 3, "1.2", unit="mg/dL"))
    assert (row["AVAL"], row["AVALU"], row["AVALORIG"], row["AVALORU"]) == (12, "mg/L", Decimal("1.2"), "mg/dL")


def test_a_result_beyond_the_limit_of_the_assay_counts_as_the_limit_and_is_flagged():
    rows = adlb(lab("FERRITIN", 3, "40000", comparator=">"), lab("FERRITIN", 5, "500"))
    assert [(row["AVAL"], row["CENSFL"], row["AVALCMP"]) for row in rows] == [(40000, 1, ">"), (500, 0, None)]


def test_change_is_counted_after_the_day_of_the_baseline_alone():
    rows = adlb(lab("LDH", -14, "200"), lab("LDH", -5, "250"), lab("LDH", 4, "400.5"))
    assert [(row["BASE"], row["BASEDY"], row["CHG"], row["ABLFL"]) for row in rows] == [
        (250, -5, None, 0),
        (250, -5, None, 1),
        (250, -5, Decimal("150.5"), 0),
    ]


def test_a_result_that_was_not_done_is_a_row_with_its_reason_and_stands_for_nothing():
    rows = adlb(lab("LDH", -8, "200"), lab("LDH", -6, None, value__mr="ND", timepoint="PRE_LD"))
    assert [(row["ADY"], row["AVISIT"], row["AVALORIG__mr"], row["CENSFL"]) for row in rows] == [
        (-8, "PRE_LD", None, 0),
        (-6, "OTHER", "ND", None),
    ]
    assert rows[1]["PLANTP"] == "PRE_LD"


@pytest.mark.parametrize(
    ("course", "picked"),
    [
        ({"ld_started_day": -5}, -6),
        ({"ld_regimen": "NONE"}, -1),
        ({"ld_regimen": "FLU_CY"}, None),
    ],
)
def test_before_lymphodepletion_is_before_the_infusion_where_none_was_given_and_nothing_where_its_day_is_unknown(
    course: Row, picked: int | None
):
    rows = adlb(lab("LDH", -6, "200"), lab("LDH", -1, "300"), infusion_course=[{**KEY, **course}])
    assert visits(rows).get("PRE_LD") == picked


def test_of_two_results_of_one_day_the_one_taken_for_the_time_point_counts_else_the_first_row():
    marked = lab("LDH", -6, "300", row_no=2, timepoint="PRE_LD")
    rows = adlb(lab("LDH", -6, "200"), marked)
    assert {row["BASE"] for row in rows} == {300}
    rows = adlb(lab("LDH", -6, "200"), lab("LDH", -6, "300", row_no=2))
    assert {row["BASE"] for row in rows} == {200}


def test_of_two_results_equally_near_the_earlier_one_counts_whatever_was_planned():
    rows = adlb(lab("LDH", 8, "200"), lab("LDH", 10, "300", timepoint="A2"))
    assert visits(rows)["A2"] == 8


def test_the_peak_is_the_worst_result_of_the_episodes_the_lowest_for_platelets():
    episodes = {
        "crs_episode": [{**KEY, "crs_no": 1, "onset_day": 2, "resolved_day": 9}],
        "icans_episode": [{**KEY, "icans_no": 1, "onset_day": 40}],
    }
    ferritin = [lab("FERRITIN", day, value) for day, value in ((1, "9000"), (3, "500"), (20, "8000"), (70, "600"))]
    platelets = [lab("PLT", day, value) for day, value in ((2, "40"), (9, "20"), (20, "5"), (71, "1"))]
    rows = adlb(*ferritin, *platelets, **episodes)
    assert {row["PARAMCD"]: row["ADY"] for row in rows if row["AVISIT"] == "PEAK"} == {"FERRITIN": 70, "PLT": 9}


def test_il_6_on_or_after_a_day_of_tocilizumab_is_flagged_and_no_other_analyte_is():
    doses = [{**KEY, "therapy_no": 1, "drug": "TOCILIZUMAB", "started_day": 4, "ended_day": 4}]
    rows = adlb(lab("IL6", 3, "10"), lab("IL6", 4, "900"), lab("CRP", 4, "9"), toxicity_therapy=doses)
    assert [(row["PARAMCD"], row["IL6TOCFL"]) for row in rows] == [("CRP", None), ("IL6", 0), ("IL6", 1)]


def test_the_logarithm_is_to_base_2_of_ferritin_alone_and_nothing_for_0():
    rows = adlb(lab("FERRITIN", -6, "1024"), lab("FERRITIN", 20, "0"), lab("FERRITIN", 22, "725"), lab("LDH", 1, "512"))
    found = {(row["PARAMCD"], row["ADY"]): row["LOG2AVAL"] for row in rows}
    assert found["FERRITIN", -6] == 10
    assert found["FERRITIN", 20] is found["LDH", 1] is None
    assert found["FERRITIN", 22] == pytest.approx(math.log2(725), abs=1e-6)


def test_the_area_is_that_of_the_trapezoids_between_day_0_and_30_with_the_mean_of_a_day():
    results = [(-1, "5"), (0, "100"), (10, "300"), (10, "500"), (30, "200"), (31, "999")]
    rows = adlb(*(lab("CRP", day, value, row_no=place) for place, (day, value) in enumerate(results)))
    # (100 + 400) / 2 x 10 + (400 + 200) / 2 x 20
    assert {(row["AUC030"], row["AUCN"], row["AUCSPAN"]) for row in rows} == {(8500, 3, 30)}


def test_two_days_give_no_area_and_other_analytes_have_none():
    rows = adlb(lab("CRP", 1, "5"), lab("CRP", 2, "5"), *(lab("HB", day, "9") for day in (1, 2, 3)))
    assert {(row["PARAMCD"], row["AUC030"], row["AUCN"]) for row in rows} == {("CRP", None, 2), ("HB", None, None)}


SAMPLES = st.lists(
    st.tuples(
        st.sampled_from(["FERRITIN", "PLT", "CRP"]),
        st.integers(-22, 45),
        st.none() | st.integers(0, 10**9),
        st.sampled_from([None, *Timepoint]),
    ),
    max_size=14,
)


def numbered(samples: list[tuple[str, int, int | None, Timepoint | None]]) -> list[Row]:
    seen: dict[tuple[str, int], int] = {}
    rows = []
    for analyte, day, parts, planned in samples:
        seen[analyte, day] = seen.get((analyte, day), 0) + 1
        value = None if parts is None else str(Decimal(parts).scaleb(-4))
        more = {"timepoint": planned.value if planned else None}
        rows.append(lab(analyte, day, value, row_no=seen[analyte, day], **more))
    return rows


def naive_picks(rows: list[Row], analyte: str, origins: dict[Origin, int]) -> dict[str, tuple[int, int]]:
    found = {}
    valued = [row for row in rows if row["analyte"] == analyte and row["canonical_value"] is not None]
    for timepoint, window in WINDOWS.items():
        ordered = sorted(valued, key=lambda row: (row["timepoint"] != timepoint, row["row_no"]))
        days = [(row["sampled_day"] - origins[window.origin], (row["sampled_day"], row["row_no"])) for row in ordered]
        if (picked := pick_sample(timepoint, days)) is not None:
            found[timepoint.value] = picked
    inside = [row for row in valued if 3 <= row["sampled_day"] <= 12]
    sign = 1 if Analyte(analyte) in LOWEST_IS_WORST else -1
    if inside:
        best = min(
            inside,
            key=lambda r: (sign * r["canonical_value"], r["sampled_day"], r["timepoint"] != "PEAK", r["row_no"]),
        )
        found["PEAK"] = (best["sampled_day"], best["row_no"])
    return found


@settings(max_examples=200, deadline=None)
@given(SAMPLES)
def test_every_time_point_has_the_sample_that_the_scalar_rule_picks(
    samples: list[tuple[str, int, int | None, Timepoint | None]],
):
    rows = numbered(samples)
    episodes = [{**KEY, "crs_no": 1, "onset_day": 3, "resolved_day": 12}]
    found = adlb(*rows, crs_episode=episodes)
    assert sum(row["SMPFL"] for row in found) == len(rows)
    origins = {Origin.LYMPHODEPLETION: -5, Origin.INFUSION: 0, Origin.ANAKINRA: 7}
    for analyte in {row["analyte"] for row in rows}:
        own = [row for row in found if row["PARAMCD"] == analyte]
        picked = {row["AVISIT"]: (row["ADY"], row["SMPNO"]) for row in own if row["AVISIT"] != "OTHER"}
        assert picked == naive_picks(rows, analyte, origins)
        stands = set(picked.values())
        others = [(row["ADY"], row["SMPNO"]) for row in own if row["AVISIT"] == "OTHER"]
        assert stands.isdisjoint(others)
        assert len(stands) + len(others) == sum(row["analyte"] == analyte for row in rows)
        for row in own:
            base = next((r["AVAL"] for r in own if r["AVISIT"] == "PRE_LD"), None)
            assert row["BASE"] == base
            after = base is not None and row["AVAL"] is not None and row["ADY"] > row["BASEDY"]
            assert row["CHG"] == (row["AVAL"] - base if after else None)


def naive_area(rows: list[Row]) -> Decimal | None:
    """The area in fractions: means of days rounded to six places as every result is."""
    days: dict[int, list[Decimal]] = {}
    for row in rows:
        if row["canonical_value"] is not None and 0 <= row["sampled_day"] <= 30:
            days.setdefault(row["sampled_day"], []).append(row["canonical_value"])
    if len(days) < 3:
        return None
    means = {day: (sum(values) / len(values)).quantize(PART, ROUND_HALF_UP) for day, values in days.items()}
    ordered = sorted(means.items())
    area = sum(
        Fraction(low + high) * (last - first) / 2
        for (first, low), (last, high) in zip(ordered, ordered[1:], strict=False)
    )
    return (Decimal(area.numerator) / area.denominator).quantize(PART, ROUND_HALF_UP)


@settings(max_examples=200, deadline=None)
@given(SAMPLES)
def test_the_area_equals_that_of_exact_fractions(samples: list[tuple[str, int, int | None, Timepoint | None]]):
    rows = numbered(samples)
    found = {row["PARAMCD"]: row["AUC030"] for row in adlb(*rows)}
    for analyte in {row["analyte"] for row in rows} & {"FERRITIN", "CRP"}:
        assert found[analyte] == naive_area([row for row in rows if row["analyte"] == analyte])


def test_the_largest_results_that_the_registry_takes_do_not_overflow_the_area():
    days = range(31)
    samples = pl.DataFrame(
        {"analyte": ["FERRITIN"] * 31, "day": days, "value": [Decimal(1_000_000)] * 31},
        schema={"analyte": pl.String, "day": pl.Int64, "value": pl.Decimal(16, 6)},
    )
    assert areas(samples, ["analyte"]).row(0) == ("FERRITIN", Decimal(30_000_000), 31, 30)


def test_half_a_millionth_is_rounded_up():
    samples = pl.DataFrame(
        {"analyte": ["CRP"] * 3, "day": [0, 1, 2], "value": [PART, Decimal(0), Decimal(0)]},
        schema={"analyte": pl.String, "day": pl.Int64, "value": pl.Decimal(16, 6)},
    )
    assert areas(samples, ["analyte"])["AUC030"].to_list() == [PART]


def test_the_mean_of_a_day_is_rounded_to_six_places():
    samples = pl.DataFrame(
        {"analyte": ["CRP"] * 4, "day": [0, 0, 2, 3], "value": [PART, Decimal(0), PART, PART]},
        schema={"analyte": pl.String, "day": pl.Int64, "value": pl.Decimal(16, 6)},
    )
    assert areas(samples, ["analyte"])["AUC030"].to_list() == [3 * PART]


def test_values_are_of_the_declared_kinds():
    results = [lab(analyte.value, 1, "9", comparator="<") for analyte in Analyte if analyte != Analyte.LDH]
    tables = small_tables(lab=results, infusion_course=[KEY])
    frame = ADLB.rows(tables, {})
    assert_codes_are_declared(ADLB, frame)
    assert set(frame["AVALU"]) == {ANALYTES[Analyte(code)].unit.value for code in frame["PARAMCD"]}


def test_without_any_row_there_is_an_empty_dataset_of_the_same_columns():
    frame = ADLB.rows(small_tables(patient=[{"subject_key": "S1"}]), {})
    assert (frame.height, frame.columns) == (0, ADLB.names)
