"""Laboratory rows of a simulated case: before lymphodepletion, at infusion, around anakinra; in the local units."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from random import Random

from registry.demo.baseline import LD_FIRST_DAY
from registry.demo.case import Case
from registry.demo.cells import Cell, Row, Rows, course_key
from registry.rules.labs import Analyte, Comparator, Timepoint, unit_factor

_A = Analyte


@dataclass(frozen=True, slots=True)
class Usual:
    """What an analyte usually is, in its canonical unit: range before lymphodepletion, limits of normal, factor of
    change at its worst, decimals written."""

    low: str
    high: str
    normal_low: str | None
    normal_high: str | None
    worst_factor: str
    decimals: int


USUAL: Mapping[Analyte, Usual] = {
    _A.FERRITIN: Usual("60", "3000", "15", "300", "6", 0),
    _A.CRP: Usual("2", "60", None, "5", "4", 1),
    _A.LDH: Usual("160", "520", "120", "246", "1.9", 0),
    _A.PLT: Usual("45", "240", "150", "400", "0.35", 0),
    _A.ANC: Usual("0.8", "5.5", "1.8", "7.5", "0.12", 2),
    _A.ALC: Usual("0.2", "1.6", "1", "4", "0.3", 2),
    _A.WBC: Usual("7.5", "9.9", "4", "11", "0.5", 1),
    _A.HB: Usual("7.8", "12.4", "12", "17", "0.85", 1),
    _A.CREATININE: Usual("0.6", "1.3", "0.5", "1.2", "1.3", 2),
    _A.AST: Usual("14", "48", None, "40", "2.4", 0),
    _A.ALT: Usual("12", "52", None, "41", "2.1", 0),
    _A.BILIRUBIN: Usual("0.3", "1.1", None, "1.2", "1.5", 2),
    _A.FIBRINOGEN: Usual("240", "480", "200", "400", "0.6", 0),
    _A.DDIMER: Usual("300", "1800", None, "500", "3", 0),
    _A.TRIGLYCERIDES: Usual("80", "210", None, "150", "1.4", 0),
    _A.IL6: Usual("2", "30", None, "7", "40", 0),
    _A.ALBUMIN: Usual("2.9", "4.3", "3.5", "5", "0.8", 1),
}
SERIAL = (_A.FERRITIN, _A.CRP, _A.LDH, _A.PLT, _A.ANC, _A.HB, _A.CREATININE, _A.FIBRINOGEN)
AFTER_ANAKINRA = {
    Timepoint.ANAKINRA_START: 0,
    Timepoint.A1: 1,
    Timepoint.A3: 3,
    Timepoint.A7: 7,
    Timepoint.A14: 14,
    Timepoint.A28: 28,
}
IL6_ASSAY_MAX = Decimal(1000)


def lab_rows(case: Case) -> Rows:
    """Yield all results of a case."""
    rng = case.rng("labs")
    start = {analyte: _before(case, analyte, rng) for analyte in USUAL}
    for day, timepoint, analyte, value in _samples(case, start, rng):
        yield "lab", _row(case, day, timepoint, analyte, value, rng)


def _before(case: Case, analyte: Analyte, rng: Random) -> Decimal:
    """Return the value before lymphodepletion; ferritin is a covariate of the study and is given."""
    if analyte == Analyte.FERRITIN:
        return Decimal(case.target.ferritin_ng_ml)
    low, high = Decimal(USUAL[analyte].low), Decimal(USUAL[analyte].high)
    return low + (high - low) * rng.randint(0, 100) / 100


Sample = tuple[int, Timepoint, Analyte, Decimal]


def _samples(case: Case, start: Mapping[Analyte, Decimal], rng: Random) -> Iterator[Sample]:
    earlier, latest = LD_FIRST_DAY - rng.randint(8, 12), LD_FIRST_DAY - rng.randint(1, 4)
    for analyte, value in start.items():
        if analyte in (Analyte.FERRITIN, Analyte.CRP):
            yield earlier, Timepoint.OTHER, analyte, value * rng.randint(60, 95) / 100
        if analyte not in (Analyte.DDIMER, Analyte.TRIGLYCERIDES) or rng.random() < 0.6:
            yield latest, Timepoint.PRE_LD, analyte, value
    for analyte in SERIAL:
        yield 0, Timepoint.INFUSION, analyte, value_on(0, case, analyte, start[analyte], rng)
    yield from _after(case, start, rng)


def _after(case: Case, start: Mapping[Analyte, Decimal], rng: Random) -> Iterator[Sample]:
    for timepoint, days in AFTER_ANAKINRA.items():
        day = case.target.entry + days
        if day >= case.last_day:
            return
        analytes = (*SERIAL, Analyte.IL6) if days <= 3 else SERIAL
        for analyte in analytes:
            if analyte in SERIAL[:3] or rng.random() < 0.9:
                yield day, timepoint, analyte, value_on(day, case, analyte, start[analyte], rng)


def value_on(day: int, case: Case, analyte: Analyte, before: Decimal, rng: Random) -> Decimal:
    """Return a value on its way: worst at the start of anakinra, back by a month unless the patient is dying."""
    entry = case.target.entry
    share = Decimal(day) / entry if day <= entry else Decimal(max(0, entry + 28 - day)) / 28
    if case.target.trm == 1 and day > entry:
        share = Decimal(1)
    factor = 1 + (Decimal(USUAL[analyte].worst_factor) - 1) * share
    return before * factor * rng.randint(90, 110) / 100


def _row(case: Case, day: int, timepoint: Timepoint, analyte: Analyte, value: Decimal, rng: Random) -> Row:
    unit = case.hospital.unit(analyte)
    comparator: Cell = None
    if analyte == Analyte.IL6 and value > IL6_ASSAY_MAX:
        value, comparator = IL6_ASSAY_MAX, Comparator.GT.value
    return {
        **course_key(case),
        "analyte": analyte.value,
        "sampled_on": case.on(day),
        "sampled_at": _time(case, rng),
        "value": _typed(value, analyte, unit),
        "unit": unit,
        "comparator": comparator,
        "lower_limit": _limit(USUAL[analyte].normal_low, analyte, unit),
        "upper_limit": _limit(USUAL[analyte].normal_high, analyte, unit),
        "timepoint": timepoint.value,
    }


def _time(case: Case, rng: Random) -> dt.time | None:
    drawn = dt.time(rng.randint(5, 9), rng.choice((0, 10, 15, 30, 40)))
    return drawn if case.hospital.writes_times else None


def _limit(limit: str | None, analyte: Analyte, unit: str) -> Decimal | None:
    return None if limit is None else _typed(Decimal(limit), analyte, unit)


def _typed(value: Decimal, analyte: Analyte, unit: str) -> Decimal:
    """Write a canonical value in the hospital's unit with as many decimals as a report would have."""
    factor = unit_factor(analyte, unit)
    # A unit ten times larger is written with one decimal more.
    decimals = max(0, USUAL[analyte].decimals + factor.adjusted())
    return (value / factor).quantize(Decimal(1).scaleb(-decimals))
