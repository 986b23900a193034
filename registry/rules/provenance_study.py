"""The unsettled rules of the study's endpoints: which course counts, resolution, response, classes of death."""

from __future__ import annotations

from collections.abc import Mapping

from registry.rules.standing import Provisional, Standing

_C = Standing.CONVENTION
_PROTOCOL = "study protocol"

STUDY: Mapping[str, Provisional] = {
    "endpoints.ENTRY_GRADE": Provisional(
        "Endpoints",
        "One course of anakinra per patient counts: the first with refractory intent and CRS or ICANS of grade 2 or "
        "more recorded at its start (one without a recorded grade counts), else the first with refractory intent, else "
        "the first; only courses after the first CAR-T infusion.",
        _C,
        "Is this the index course, and may a patient treated after a second infusion be left out?",
        _PROTOCOL,
    ),
    "endpoints.RESOLUTION_HOLD_DAYS": Provisional(
        "Endpoints",
        "Resolved on the first day after the start on which every toxicity active at the start is graded 0, or was "
        "last, with no higher grade on the 2 days after it; a day without a grade keeps the last one, the resolution "
        "day of an episode counts as grade 0. Death on that day is not resolution, death on the days after it does "
        "not undo it. Unresolved at death competes however long after the last grade; the living are censored on the "
        "last day known not to be resolved.",
        _C,
        "Must the 48 hours be lived and seen? Does a death months after the last grade compete?",
        _PROTOCOL,
    ),
    "endpoints.GRADE_1_HOLD_DAYS": Provisional(
        "Endpoints",
        "For grade 1 or less, the same with grade 1 and 1 day, for patients with grade 2 or more at the start.",
        _C,
        "Is it one day, and are patients with grade 1 at the start left out?",
        _PROTOCOL,
    ),
    "endpoints.STEROID_OFF_DAYS": Provisional(
        "Endpoints",
        "Off corticosteroids on the first of 3 whole days without any, lived and seen, of patients who had one on the "
        "first day of anakinra or the day before. The 24 hours before anakinra are these two days.",
        _C,
        "Is it the first pause of 72 hours or the last dose of all?",
        _PROTOCOL,
    ),
    "endpoints.SEVERE_INFECTION_GRADE": Provisional(
        "Endpoints",
        "Severe is an infection of CTCAE grade 3 or more or treated intravenously, from the first day of anakinra to "
        "day 60 after it; where neither is recorded it does not count.",
        _C,
        "Does an infection on the first day of anakinra count?",
        _PROTOCOL,
    ),
    "endpoints.BEST_RESPONSE_DAYS": Provisional(
        "Endpoints",
        "Best response from day 0 to 90 before progression or new treatment. Without one that can be judged, "
        "progression or death by day 90 is no response; everybody else is left out of the rate.",
        _C,
        "Is the denominator of the study all patients or those who can be judged?",
        f"Gazeau 2023, DOI 10.1016/j.jtct.2023.04.001, full text; {_PROTOCOL}",
    ),
    "endpoints.PERFORMANCE_STATUS_DAYS": Provisional(
        "Endpoints",
        "Karnofsky and ECOG status of the 30 days up to lymphodepletion, one without a day included; a value that was "
        "converted from another scale is not used.",
        _C,
        "Is the window right, and may Lansky stand for Karnofsky under 16 years?",
        _PROTOCOL,
    ),
    "outcome.CAUSE_CLASSES": Provisional(
        "Death",
        "In variant A every death of another class competes with treatment-related death; a death of unknown class is "
        "left out and counted.",
        _C,
        "Is each cause in the right class? Is an unknown one left out, or treatment-related, or competing?",
        f"{_PROTOCOL}; CIBMTR and EBMT manuals",
    ),
    "outcome.is_nonrelapse_death": Provisional(
        "Death",
        "In variant B relapse or progression by the day of death comes first, on the same day too; a death of the "
        "malignancy without one stands for a relapse on that day; an unknown cause, an accident or a second malignancy "
        "is a non-relapse death. Progression-free time ends at the last assessment that could be judged, at death "
        "whenever it comes, and not at a new treatment.",
        _C,
        "Are these the definitions, also of progression-free survival?",
        f"{_PROTOCOL}; CIBMTR and EBMT manuals",
    ),
    "outcome.trm_class": Provisional(
        "Death",
        "Progression before death makes a death of the malignancy, except CRS, ICANS, IEC-HS or anakinra within 30 "
        "days of infusion.",
        _C,
        "Is this the rule, also for deaths of later treatment, accident or second malignancy after progression?",
        f"{_PROTOCOL}; CIBMTR and EBMT manuals",
    ),
}
