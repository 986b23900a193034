"""Rows of what a simulated case was treated with: anakinra and its side effects, steroids, tocilizumab, the rest."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from registry.demo.case import Case
from registry.demo.cells import NA, Cell, Row, Rows, course_key
from registry.demo.steroids import steroid_periods
from registry.rules.adverse import AeAction, AeOutcome, AeTerm, Relation
from registry.rules.anakinra import AnakinraRoute, Indication, Intent, StopReason
from registry.rules.therapy import DoseUnit, Route, TherapyDrug, TherapyReason

SIDE_EFFECTS = {
    "P0005": (AeTerm.RASH, 3, Relation.PROBABLE),
    "P0016": (AeTerm.NEUTROPENIA, 4, Relation.POSSIBLE),
    "P0033": (AeTerm.ALT_INCREASED, 3, Relation.PROBABLE),
}
OTHER_EVENTS = (
    (AeTerm.NEUTROPENIA, 3, Relation.POSSIBLE),
    (AeTerm.INJECTION_SITE, 1, Relation.DEFINITE),
    (AeTerm.THROMBOCYTOPENIA, 3, Relation.UNLIKELY),
    (AeTerm.HEADACHE, 1, Relation.UNLIKELY),
)
TOCILIZUMAB_MG_PER_KG, TOCILIZUMAB_MAX_MG = 8, 800


def treatment_rows(case: Case) -> Rows:
    """Yield the anakinra course, its segments and adverse events, and the other therapies of a case."""
    yield "anakinra_course", _course(case)
    for number, row in enumerate(_segments(case), start=1):
        yield "anakinra_segment", {**_anakinra_key(case), "segment_no": number, **row}
    for number, row in enumerate(_events(case), start=1):
        yield "adverse_event", {**_anakinra_key(case), "ae_no": number, **row}
    therapies = sorted(_therapies(case), key=lambda therapy: (therapy.first, therapy.drug, therapy.last))
    for number, therapy in enumerate(therapies, start=1):
        yield "toxicity_therapy", {**course_key(case), "therapy_no": number, **_therapy(case, therapy)}


def _anakinra_key(case: Case) -> Row:
    return {**course_key(case), "anakinra_no": 1}


def _course(case: Case) -> Row:
    rng, start = case.rng("anakinra"), case.target.entry
    last, reason = case.stop
    return {
        **_anakinra_key(case),
        "intent": (Intent.REFRACTORY_CRS if case.is_for_crs else Intent.REFRACTORY_ICANS).value,
        "indication": (Indication.CRS if case.is_for_crs else Indication.ICANS).value,
        "started_on": case.on(start),
        "started_at": dt.time(rng.randint(8, 21), rng.choice((0, 15, 30))) if case.hospital.writes_times else None,
        "ended_on": case.on(last),
        "stop_reason": reason.value,
        "crs_grade_at_start": case.crs.get(start, 0),
        "icans_grade_at_start": case.icans.get(start, 0),
        "weight_kg": case.prescription.weight_kg,
        "weighed_on": case.on(start - rng.randint(0, 2)),
    }


def _segments(case: Case) -> Iterator[Row]:
    """Yield the first prescription and, in longer courses, a change: a taper, or more where it did not help."""
    first, start, (last, reason) = case.prescription, case.target.entry, case.stop
    change = last - 2 if last - start >= 6 and case.rng("segments").random() < 0.5 else None
    yield _segment(case, start, last if change is None else change - 1, first.dose_mg, first.interval_h)
    if change is None:
        return
    if reason == StopReason.RESOLVED:
        yield _segment(case, change, last, first.dose_mg, min(first.interval_h * 2, 24))
    elif first.route == AnakinraRoute.IV:
        yield _segment(case, change, last, Decimal(200), 8)
    else:
        yield _segment(case, change, last, first.dose_mg, first.interval_h)


def _segment(case: Case, first: int, last: int, dose_mg: Decimal, interval_h: int) -> Row:
    return {
        "segment_started_on": case.on(first),
        "segment_started_at": None,
        "segment_ended_on": case.on(last),
        "dose_mg": dose_mg,
        "interval_h": interval_h,
        "route": case.prescription.route.value,
    }


def _events(case: Case) -> Iterator[Row]:
    rng, start, (last, _reason) = case.rng("events"), case.target.entry, case.stop
    if side_effect := SIDE_EFFECTS.get(case.target.id):
        yield _event(case, last, side_effect, AeAction.STOPPED)
    elif rng.random() < 0.35:
        event = rng.choice(OTHER_EVENTS if case.prescription.route == AnakinraRoute.SC else OTHER_EVENTS[2:])
        yield _event(case, min(start + rng.randint(0, 3), last), event, AeAction.NONE)


def _event(case: Case, day: int, event: tuple[AeTerm, int, Relation], action: AeAction) -> Row:
    term, grade, relation = event
    end = day + 9
    has_ended = end <= case.last_day
    return {
        "term": term.value,
        "began_on": case.on(day),
        "ended_on": case.on(end) if has_ended else None,
        "grade": grade,
        "relation": relation.value,
        "action": action.value,
        "is_serious": grade >= 4,
        "outcome": (AeOutcome.RESOLVED if has_ended else AeOutcome.ONGOING).value,
    }


@dataclass(frozen=True, slots=True)
class Therapy:
    """One drug at one dose from a day to a day; a single dose has no interval."""

    drug: TherapyDrug
    reason: TherapyReason
    first: int
    last: int
    dose: Decimal | int
    interval_h: int | None
    route: Route = Route.IV
    unit: DoseUnit = DoseUnit.MG


def _therapies(case: Case) -> Iterator[Therapy]:
    yield from _tocilizumab(case)
    reason = TherapyReason.CRS if case.is_for_crs else TherapyReason.ICANS
    for period in steroid_periods(case):
        yield Therapy(period.drug, reason, period.first, period.last, period.dose_mg, period.interval_h, period.route)
    if case.rng("levetiracetam").random() < 0.7:
        last = min(30, case.last_day)
        yield Therapy(TherapyDrug.LEVETIRACETAM, TherapyReason.PROPHYLAXIS, 0, last, 500, 12, Route.PO)
    if case.target.id in ("P0001", "P0037"):
        day = case.target.entry - 1
        yield Therapy(TherapyDrug.SILTUXIMAB, reason, day, day, 11, None, unit=DoseUnit.MG_PER_KG)


def _tocilizumab(case: Case) -> Iterator[Therapy]:
    """Two doses before anakinra where CRS was refractory to it; else one for CRS of grade 2, now and then for 1."""
    dose = min(Decimal(TOCILIZUMAB_MAX_MG), (case.prescription.weight_kg * TOCILIZUMAB_MG_PER_KG).quantize(Decimal(1)))
    if case.is_for_crs:
        days = [case.target.entry - 2, case.target.entry - 1]
    else:
        needed = 2 if case.rng("tocilizumab").random() < 0.6 else 1
        days = [day for day, grade in case.crs.items() if grade >= needed][:1]
    for day in days:
        yield Therapy(TherapyDrug.TOCILIZUMAB, TherapyReason.CRS, day, day, dose, None)


def _therapy(case: Case, therapy: Therapy) -> Row:
    interval: Cell = NA if therapy.interval_h is None else therapy.interval_h
    return {
        "drug": therapy.drug.value,
        "reason": therapy.reason.value,
        "started_on": case.on(therapy.first),
        "ended_on": case.on(therapy.last),
        "dose": therapy.dose,
        "dose_unit": therapy.unit.value,
        "interval_h": interval,
        "route": therapy.route.value,
    }
