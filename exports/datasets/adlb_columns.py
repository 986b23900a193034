"""The columns of ADLB, with the rules that they follow in words."""

from __future__ import annotations

from typing import Final

from exports.datasets.columns import (
    AS_RECORDED,
    DAYS,
    SUBJECT_COLUMN,
    code,
    coded,
    decimal,
    flag,
    identified,
    integer,
    provisional,
    with_reason,
)
from exports.datasets.source_rows import source_key_column
from exports.sheets import Column
from registry.rules.lab_units import LabUnit
from registry.rules.labs import Analyte, Comparator, Timepoint

_VALUE: Final = "lab.canonical_value"
_IN_UNIT: Final = "{AVALU}"

_SAMPLE: Final = (
    SUBJECT_COLUMN,
    code("PARAMCD", "Analyte", AS_RECORDED, "lab.analyte", choices=coded(Analyte)),
    integer("ADY", "Day from infusion", AS_RECORDED, "lab.sampled_day", unit=DAYS),
    integer(
        "ADYA",
        "Day from start of index anakinra course",
        "ADY less the first day of the index anakinra course.",
        "lab.sampled_day",
        "anakinra_course.started_day",
        unit=DAYS,
    ),
    integer("SMPNO", "Number of the result within the day", AS_RECORDED, "lab.row_no"),
    code(
        "AVISIT",
        "Time point that the result stands for",
        "PRE_LD: latest of the 14 days up to lymphodepletion (infusion where none was given). INFUSION and "
        "ANAKINRA_START: latest of the day and the day before. A1 to A5: nearest within 1 day, A7 to A28 within 2 "
        "days, the earlier of equal ones. PEAK: worst during the episodes of CRS and ICANS (30 days from onset "
        "without a known resolution), lowest for platelets, neutrophils, haemoglobin, fibrinogen and albumin. Of "
        "equal results of a day the one planned for the time point, else the lower SMPNO. OTHER: stands for none.",
        "lab.sampled_day",
        _VALUE,
        "lab.timepoint",
        "infusion_course.ld_started_day",
        "infusion_course.ld_regimen",
        "anakinra_course.started_day",
        "crs_episode.onset_day",
        "crs_episode.resolved_day",
        "icans_episode.onset_day",
        "icans_episode.resolved_day",
        choices=coded(Timepoint),
        note=f"A result has a row for each such time point, one with SMPFL 1. {provisional('timepoints.WINDOWS')}",
    ),
    flag("SMPFL", "First row of the result", "1 on exactly one row of every result.", "lab.row_no"),
    *with_reason(code("PLANTP", "Planned time point", AS_RECORDED, "lab.timepoint", choices=coded(Timepoint))),
)
_RESULT: Final = (
    decimal(
        "AVAL",
        "Analysis value",
        "The result in the canonical unit of the analyte; of a result beyond the limit of the assay, that limit.",
        _VALUE,
        unit=_IN_UNIT,
        note=provisional("labs.ANALYTES"),
    ),
    code(
        "AVALU", "Unit of the analysis value", "Canonical unit of the analyte.", "lab.analyte", choices=coded(LabUnit)
    ),
    *with_reason(decimal("AVALORIG", "Result as typed", AS_RECORDED, "lab.value", unit="{AVALORU}")),
    *with_reason(code("AVALORU", "Unit as typed", AS_RECORDED, "lab.unit", choices=coded(LabUnit))),
    flag(
        "CENSFL",
        "Result lies beyond a limit of the assay",
        "1 with a comparator, 0 without; empty without a value.",
        "lab.comparator",
        _VALUE,
    ),
    code("AVALCMP", "Comparator", AS_RECORDED, "lab.comparator", choices=coded(Comparator)),
    flag(
        "IL6TOCFL",
        "IL-6 on or after a day of tocilizumab",
        "Of interleukin 6 alone: 1 on and after the first day of tocilizumab, which makes it uninterpretable, else 0.",
        "toxicity_therapy.drug",
        "toxicity_therapy.started_day",
        "lab.sampled_day",
    ),
    decimal(
        "LOG2AVAL",
        "Analysis value, log2",
        "Logarithm to base 2 of AVAL of ferritin, six decimals; empty for 0 and for other analytes.",
        _VALUE,
        unit="1",
    ),
)
_BASELINE: Final = (
    flag("ABLFL", "Baseline result", "1 where AVISIT is PRE_LD.", "lab.sampled_day", "infusion_course.ld_started_day"),
    decimal(
        "BASE",
        "Baseline value",
        "AVAL where AVISIT is PRE_LD, on every row of subject and analyte.",
        _VALUE,
        "infusion_course.ld_started_day",
        unit=_IN_UNIT,
    ),
    integer("BASEDY", "Day of the baseline value", "ADY of BASE.", "lab.sampled_day", unit=DAYS),
    decimal(
        "CHG",
        "Change from baseline",
        "AVAL less BASE after the day of the baseline value.",
        _VALUE,
        "lab.sampled_day",
        unit=_IN_UNIT,
    ),
)
_AREA: Final = (
    decimal(
        "AUC030",
        "Area under the results, day 0 to 30",
        "Of ferritin, CRP and LDH, on every row of subject and analyte: trapezoidal rule over the means of the days "
        "with a result from day 0 to 30, nothing beyond the first and last of them; empty with fewer than 3 days.",
        _VALUE,
        "lab.sampled_day",
        unit="{AVALU}.d",
    ),
    integer("AUCN", "Days with a result, day 0 to 30", "Number of days that AUC030 rests on.", "lab.sampled_day"),
    integer(
        "AUCSPAN",
        "Days between first and last of them",
        "Last less first day with a result from day 0 to 30.",
        "lab.sampled_day",
        unit=DAYS,
    ),
    source_key_column("lab", "course_no", "analyte", "sampled_day", "row_no"),
)

COLUMNS: Final[tuple[Column, ...]] = identified("ADLB", (*_SAMPLE, *_RESULT, *_BASELINE, *_AREA))
