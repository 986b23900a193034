"""One course as a coordinator enters it, invented: CRS to grade 3, ICANS to grade 4, anakinra, one day not recorded.

The rows are made in memory, computed values included, so that charts are tested without a database; `save_course`
writes the same rows.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import fields, replace
from decimal import Decimal
from typing import Any

from registry.models import (
    AnakinraCourse,
    AnakinraSegment,
    CareStay,
    CrsAssessment,
    CrsEpisode,
    FollowUp,
    IcansAssessment,
    IcansEpisode,
    InfusionCourse,
    LabResult,
    Patient,
    Product,
    ResponseAssessment,
    ToxicityTherapy,
)
from registry.selectors.timeline import TimelineRows
from sites.context import acting_as_system
from sites.models import Site

INFUSED = dt.date(2025, 3, 11)
KG = Decimal(68)
CRS_GRADES = {1: 1, 2: 1, 3: 2, 4: 3, 5: 2, 6: 1, 7: 0, 8: 0}
ICANS = {1: (0, 10), 2: (0, 10), 3: (0, 10), 4: (1, 8), 5: (2, 5), 6: (3, 2), 7: (3, 2), 8: (4, 0), 9: (3, 1),
         10: (3, 2), 11: (2, 4), 13: (1, 8), 14: (0, 10), 15: (0, 10)}  # fmt: skip
SEGMENTS = [(6, 6, 100, 12), (7, 9, 100, 4), (10, 12, 200, 6), (13, 13, 100, 6), (14, 14, 100, 12), (15, 15, 100, 24)]
STEROIDS = [("DEXAMETHASONE", 4, 4, 10, 12, 20), ("DEXAMETHASONE", 5, 6, 10, 6, 40),
            ("METHYLPREDNISOLONE", 7, 9, 1000, 24, "187.5"), ("METHYLPREDNISOLONE", 10, 10, 500, 24, "93.75"),
            ("DEXAMETHASONE", 11, 11, 10, 6, 40), ("DEXAMETHASONE", 12, 12, 10, 12, 20),
            ("DEXAMETHASONE", 13, 14, 10, 24, 10)]  # fmt: skip
FERRITIN = {-6: 480, 0: 620, 1: 800, 3: 2400, 4: 6900, 5: 11600, 6: 14800, 7: 12900, 8: 9900, 9: 7400, 10: 5700,
            12: 3100, 14: 1800, 21: 910, 28: 610}  # fmt: skip
CRP = {-6: "8.5", 0: 14, 1: 35, 2: 88, 3: 142, 4: 201, 5: 96, 6: 41, 7: 22, 8: 12, 10: 6, 14: 3}


def on(day: int) -> dt.date:
    """Return the calendar day of a day from infusion."""
    return INFUSED + dt.timedelta(days=day)


def one_course(site: Site | None = None, study_id: str = "SEV-0017") -> TimelineRows:
    """Return the rows of the course, none of them saved."""
    site = site or Site(code="SEV", name="Sevilla", country="ES", time_zone="Europe/Madrid")
    patient = Patient(site=site, study_id=study_id, age_at_infusion=61)
    course = InfusionCourse(
        site=site, patient=patient, course_no=1, product_id="AXI", infused_on=INFUSED, weight_kg=KG,
        ld_regimen="FLU_CY", ld_started_on=on(-5), ld_ended_on=on(-3),
    )  # fmt: skip
    own = {"site": site, "course": course}
    crs = CrsEpisode(**own, crs_no=1, onset_on=on(1), is_resolved=True, resolved_on=on(7), max_grade=3)
    icans = IcansEpisode(**own, icans_no=1, onset_on=on(4), is_resolved=True, resolved_on=on(14), max_grade=4)
    anakinra = AnakinraCourse(
        **own, anakinra_no=1, intent="REFRACTORY_ICANS", started_on=on(6), ended_on=on(15), dose_class="LOW",
    )  # fmt: skip
    return TimelineRows(
        course=course,
        stays=[
            CareStay(**own, stay_no=1, kind="HOSPITAL", began_on=on(-6), ended_on=on(19)),
            CareStay(**own, stay_no=2, kind="ICU", began_on=on(4), ended_on=on(11)),
        ],
        crs_episodes=[crs],
        crs_days=[
            CrsAssessment(site=site, episode=crs, assessed_on=on(day), grade_reported=grade, grade_computed=grade)
            for day, grade in CRS_GRADES.items()
        ],
        icans_episodes=[icans],
        icans_days=[
            IcansAssessment(
                site=site, episode=icans, assessed_on=on(day), grade_reported=grade,
                grade_computed=3 if day == 11 else grade, ice_total=ice, ice_assessable="YES",
            )
            for day, (grade, ice) in ICANS.items()
        ],
        therapies=_therapies(own),
        anakinra_courses=[anakinra],
        segments=[
            AnakinraSegment(
                site=site, anakinra_course=anakinra, segment_no=number, segment_started_on=on(first),
                segment_ended_on=on(last), dose_mg=Decimal(mg), interval_h=Decimal(hours), route="IV",
                daily_mg=Decimal(mg * 24 // hours), mg_per_kg_day=round(Decimal(mg * 24 // hours) / KG, 3),
            )
            for number, (first, last, mg, hours) in enumerate(SEGMENTS, 1)
        ],
        labs=[*_labs(own, "FERRITIN", "ng/mL", FERRITIN), *_labs(own, "CRP", "mg/L", CRP)],
        responses=[ResponseAssessment(**own, response_no=1, assessed_on=on(28), response="CMR")],
        follow_ups=[FollowUp(site=site, patient=patient, last_contact_on=on(400), vital_status="ALIVE")],
    )  # fmt: skip


def _therapies(own: dict[str, Any]) -> list[ToxicityTherapy]:
    found = [
        ToxicityTherapy(**own, drug="TOCILIZUMAB", started_on=on(day), dose=Decimal(544), dose_unit="MG")
        for day in (3, 4)
    ]
    found += [
        ToxicityTherapy(
            **own, drug=drug, started_on=on(first), ended_on=on(last), dose=Decimal(mg), dose_unit="MG",
            interval_h=Decimal(hours), dexeq_mg_per_day=Decimal(equivalent),
        )
        for drug, first, last, mg, hours, equivalent in STEROIDS
    ]  # fmt: skip
    found.append(ToxicityTherapy(
        **own, drug="LEVETIRACETAM", started_on=on(0), ended_on=on(30), dose=Decimal(500), dose_unit="MG",
        interval_h=Decimal(12),
    ))  # fmt: skip
    for number, row in enumerate(found, 1):
        row.therapy_no = number
    return found


def _labs(own: dict[str, Any], analyte: str, unit: str, values: dict[int, Any]) -> list[LabResult]:
    return [
        LabResult(
            **own, analyte=analyte, sampled_on=on(day), value=Decimal(value), unit=unit, canonical_value=Decimal(value)
        )
        for day, value in values.items()
    ]  # fmt: skip


def save_course(rows: TimelineRows) -> Patient:
    """Write the rows of a course and return its patient."""
    with acting_as_system("tests", reason="one course"):
        Product.objects.get_or_create(code="AXI", defaults={"generic_name": "axicabtagene ciloleucel"})
        rows.course.patient.save()
        for row in _all_rows(rows):
            row.save()
    return rows.course.patient


def _all_rows(rows: TimelineRows) -> Iterator[Any]:
    yield rows.course
    for field in fields(rows):
        value = getattr(rows, field.name)
        if isinstance(value, Sequence):
            yield from value


def changed(rows: TimelineRows, **what: Any) -> TimelineRows:
    """Return the rows with some of them replaced; columns of the course may be named with `course__`."""
    for name in [name for name in what if name.startswith("course__")]:
        setattr(rows.course, name.removeprefix("course__"), what.pop(name))
    return replace(rows, **what)
