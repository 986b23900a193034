"""Rows of what became of a simulated case: care in hospital, infections, response, relapse, last contact, death."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from registry.demo.baseline import LD_FIRST_DAY, diagnosis_of
from registry.demo.case import Case
from registry.demo.cells import NA, ND, UNK, Row, Rows, course_key
from registry.demo.responses import response_rows
from registry.rules.disease import Diagnosis
from registry.rules.infections import InfectionClass, InfectionOutcome, InfectionRelation, InfectionSite, Organism
from registry.rules.outcome import Autopsy, DeathCause, RelapseKind, RelapseSite, TrmClass, VitalStatus
from registry.rules.response import AntigenStatus
from registry.rules.stays import CareKind

CAUSES = {
    "P0007": DeathCause.INF_BACTERIAL,
    "P0009": DeathCause.ICANS,
    "P0011": DeathCause.IEC_HS,
    "P0012": DeathCause.BLEEDING_CNS,
    "P0013": DeathCause.INF_FUNGAL,
    "P0023": DeathCause.INF_BACTERIAL,
    "P0036": DeathCause.MULTI_ORGAN_FAILURE,
    "P0040": DeathCause.IEC_HS,
    "P0041": DeathCause.INF_BACTERIAL,
}
FATAL_INFECTIONS = {
    DeathCause.INF_BACTERIAL: (InfectionClass.BACTERIAL, Organism.PSEUDOMONAS, InfectionSite.BLOOD),
    DeathCause.INF_FUNGAL: (InfectionClass.MOULD, Organism.ASPERGILLUS, InfectionSite.LUNG),
}
OTHER_INFECTIONS = (
    (InfectionClass.BACTERIAL, Organism.E_COLI, InfectionSite.URINARY_LOWER),
    (InfectionClass.BACTERIAL, Organism.STAPH_COAG_NEG, InfectionSite.BLOOD),
    (InfectionClass.VIRAL, Organism.CMV, InfectionSite.BLOOD),
    (InfectionClass.VIRAL, Organism.SARS_COV_2, InfectionSite.LUNG),
    (InfectionClass.YEAST, Organism.CANDIDA, InfectionSite.GI_UPPER),
)
LOST_TO_FOLLOW_UP = frozenset({"P0027", "P0042"})


def outcome_rows(case: Case) -> Rows:
    """Yield the rows of a case that say how it went on and ended."""
    for number, row in enumerate(_stays(case), start=1):
        yield "stay", {**course_key(case), "stay_no": number, **row}
    for number, row in enumerate(_infections(case), start=1):
        yield "infection", {**course_key(case), "infection_no": number, **row}
    yield from response_rows(case, diagnosis_of(case))
    yield from _relapse(case)
    yield "follow_up", _follow_up(case)
    if case.target.has_died:
        yield "death", _death(case)


def _stays(case: Case) -> Iterator[Row]:
    home = _discharge(case)
    yield _stay(case, CareKind.HOSPITAL, LD_FIRST_DAY, home)
    grades = case.crs if case.is_for_crs else case.icans
    severe = [day for day, grade in grades.items() if grade >= 3 and day <= home]
    if severe:
        yield _stay(case, CareKind.ICU, severe[0], severe[-1])
    ventilated = [day for day in severe if grades[day] == 4]
    if ventilated and case.rng("ventilation").random() < 0.6:
        yield _stay(case, CareKind.VENTILATION, ventilated[0], ventilated[-1])


def _stay(case: Case, kind: CareKind, first: int, last: int) -> Row:
    return {"kind": kind.value, "began_on": case.on(first), "ended_on": case.on(last)}


def _discharge(case: Case) -> int:
    """Return the last day in hospital: some days after resolution, death, or five weeks with signs that remain."""
    if (resolved := case.target.resolved_on_day) is not None:
        return min(resolved + case.rng("discharge").randint(4, 9), case.last_day)
    return case.last_day if case.target.trm == 1 else min(case.target.entry + 30, case.last_day)


def _infections(case: Case) -> Iterator[Row]:
    rng = case.rng("infections")
    if fatal := FATAL_INFECTIONS.get(CAUSES.get(case.target.id, DeathCause.UNKNOWN)):
        yield _infection(case, case.last_day - rng.randint(3, 8), fatal, 5, InfectionOutcome.FATAL)
    elif rng.random() < 0.3 and (day := rng.randint(2, 60)) < case.last_day:
        kind = rng.choice(OTHER_INFECTIONS)
        yield _infection(case, day, kind, rng.choice((2, 2, 3)), InfectionOutcome.RESOLVED)


def _infection(
    case: Case,
    day: int,
    kind: tuple[InfectionClass, Organism, InfectionSite],
    grade: int,
    outcome: InfectionOutcome,
) -> Row:
    infection_class, organism, place = kind
    return {
        "diagnosed_on": case.on(day),
        "infection_class": infection_class.value,
        "organism": organism.value,
        "viral_manifestation": "INFECTION" if infection_class == InfectionClass.VIRAL else NA,
        "infection_site": place.value,
        "second_site": NA,
        "is_confirmed": True,
        "grade": grade,
        "relation": _relation(case, day).value,
        "was_treated_iv": grade >= 3,
        "needed_icu": grade >= 4,
        "outcome": outcome.value,
    }


def _relation(case: Case, day: int) -> InfectionRelation:
    last, _reason = case.stop
    if day < case.target.entry:
        return InfectionRelation.BEFORE
    if day <= last:
        return InfectionRelation.ON
    return InfectionRelation.WITHIN_30_D_AFTER if day <= last + 30 else InfectionRelation.LATER


def _relapse(case: Case) -> Rows:
    day = case.target.progressed_on_day
    if day is None:
        return
    rng = case.rng("relapse")
    kind = RelapseKind.RELAPSE if case.target.has_responded else RelapseKind.PROGRESSION
    treated = min(day + rng.randint(10, 40), case.last_day)
    was_treated = treated > day + 5
    yield (
        "relapse",
        {
            **course_key(case),
            "relapse_no": 1,
            "kind": kind.value,
            "relapsed_on": case.on(day),
            "relapse_site": _relapse_site(case, rng).value,
            "antigen_status": rng.choice((AntigenStatus.POSITIVE, AntigenStatus.NEGATIVE, UNK, ND)),
            "had_new_therapy": was_treated,
            "new_therapy_on": case.on(treated) if was_treated else NA,
        },
    )


def _relapse_site(case: Case, rng: Random) -> RelapseSite:
    is_nodal = diagnosis_of(case) not in (Diagnosis.MM, Diagnosis.B_ALL)
    return rng.choice((RelapseSite.NODAL, RelapseSite.MULTIPLE) if is_nodal else (RelapseSite.MARROW,))


def _follow_up(case: Case) -> Row:
    alive = VitalStatus.LOST if case.target.id in LOST_TO_FOLLOW_UP else VitalStatus.ALIVE
    status = VitalStatus.DEAD if case.target.has_died else alive
    return {"study_id": case.target.id, "last_contact_on": case.on(case.last_day), "vital_status": status.value}


def _death(case: Case) -> Row:
    is_trm = case.target.trm == 1
    return {
        "study_id": case.target.id,
        "died_on": case.on(case.last_day),
        "cause": (CAUSES[case.target.id] if is_trm else DeathCause.MALIGNANCY).value,
        "contributing_cause": DeathCause.CYTOPENIA.value if is_trm else NA,
        "is_anakinra_related": False,
        "autopsy": (Autopsy.YES if case.target.id == "P0012" else Autopsy.NO).value,
        "trm_class_site": (TrmClass.TRM if is_trm else TrmClass.MALIGNANCY).value,
    }
