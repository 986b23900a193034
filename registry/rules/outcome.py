"""Relapse, survival and death: coded answers and the class of a death."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from registry.rules.coding import Coded, gettext_noop


class RelapseKind(Coded):
    """Return of the disease."""

    RELAPSE = "RELAPSE", gettext_noop("relapse after a response")
    PROGRESSION = "PROGRESSION", gettext_noop("progression without response")


class RelapseSite(Coded):
    """Where the disease came back."""

    NODAL = "NODAL", gettext_noop("lymph nodes")
    MARROW = "MARROW", gettext_noop("bone marrow")
    EXTRAMEDULLARY = "EXTRAMEDULLARY", gettext_noop("extramedullary or extranodal")
    CNS = "CNS", gettext_noop("central nervous system")
    BIOCHEMICAL = "BIOCHEMICAL", gettext_noop("biochemical only")
    MULTIPLE = "MULTIPLE", gettext_noop("more than one")


class VitalStatus(Coded):
    """State at last contact."""

    ALIVE = "ALIVE", gettext_noop("alive")
    DEAD = "DEAD", gettext_noop("dead")
    LOST = "LOST", gettext_noop("lost to follow-up")


class DeathCause(Coded):
    """Primary (underlying) cause of death."""

    MALIGNANCY = "MALIGNANCY", gettext_noop("progression, persistence or relapse of the index disease")
    CRS = "CRS", gettext_noop("CRS")
    ICANS = "ICANS", gettext_noop("ICANS or cerebral oedema")
    IEC_HS = "IEC_HS", gettext_noop("IEC-HS or haemophagocytic syndrome")
    INF_BACTERIAL = "INF_BACTERIAL", gettext_noop("bacterial infection")
    INF_FUNGAL = "INF_FUNGAL", gettext_noop("fungal infection")
    INF_VIRAL = "INF_VIRAL", gettext_noop("viral infection")
    INF_PROTOZOAL = "INF_PROTOZOAL", gettext_noop("protozoal infection")
    INF_COVID_19 = "INF_COVID_19", gettext_noop("COVID-19")
    INF_UNKNOWN = "INF_UNKNOWN", gettext_noop("infection, organism unknown")
    HEART_FAILURE = "HEART_FAILURE", gettext_noop("heart failure")
    LUNG_FAILURE = "LUNG_FAILURE", gettext_noop("lung failure")
    LIVER_FAILURE = "LIVER_FAILURE", gettext_noop("liver failure")
    KIDNEY_FAILURE = "KIDNEY_FAILURE", gettext_noop("kidney failure")
    MULTI_ORGAN_FAILURE = "MULTI_ORGAN_FAILURE", gettext_noop("multiple organ failure")
    BLEEDING_CNS = "BLEEDING_CNS", gettext_noop("haemorrhage, central nervous system")
    BLEEDING_LUNG = "BLEEDING_LUNG", gettext_noop("haemorrhage, lung")
    BLEEDING_GI = "BLEEDING_GI", gettext_noop("haemorrhage, gastrointestinal")
    BLEEDING_OTHER = "BLEEDING_OTHER", gettext_noop("haemorrhage, other")
    THROMBOSIS_TMA = "THROMBOSIS_TMA", gettext_noop("thromboembolism or thrombotic microangiopathy")
    CYTOPENIA = "CYTOPENIA", gettext_noop("complication of cytopenia")
    SECOND_MALIGNANCY = "SECOND_MALIGNANCY", gettext_noop("second malignancy")
    LATER_THERAPY = "LATER_THERAPY", gettext_noop("toxicity of a later treatment")
    ACCIDENT = "ACCIDENT", gettext_noop("accident")
    SUICIDE = "SUICIDE", gettext_noop("suicide")
    OTHER_UNRELATED = "OTHER_UNRELATED", gettext_noop("other, unrelated")
    UNKNOWN = "UNKNOWN", gettext_noop("unknown")


class TrmClass(Coded):
    """Class of a death for the study endpoints."""

    TRM = "TRM", gettext_noop("treatment-related")
    MALIGNANCY = "MALIGNANCY", gettext_noop("malignancy")
    SECOND_MALIGNANCY = "SECOND_MALIGNANCY", gettext_noop("second malignancy")
    LATER_THERAPY = "LATER_THERAPY", gettext_noop("later treatment")
    OTHER = "OTHER", gettext_noop("other, unrelated")
    UNKNOWN = "UNKNOWN", gettext_noop("unknown")


class Autopsy(Coded):
    """Whether an autopsy supports the cause."""

    YES = "YES", gettext_noop("yes")
    NO = "NO", gettext_noop("no")
    PENDING = "PENDING", gettext_noop("pending")


class ClassSource(Coded):
    """Whose judgement a class of death is."""

    ADJUDICATED = "ADJUDICATED", gettext_noop("two adjudicators")
    SITE = "SITE", gettext_noop("site")
    ALGORITHM = "ALGORITHM", gettext_noop("algorithm")


class Toxicity(Coded):
    """Toxicities whose grade 5 is a death."""

    CRS = "CRS", gettext_noop("CRS")
    ICANS = "ICANS", gettext_noop("ICANS")
    IEC_HS = "IEC_HS", gettext_noop("IEC-HS")


CAUSE_CLASSES: Mapping[DeathCause, TrmClass] = {
    DeathCause.MALIGNANCY: TrmClass.MALIGNANCY,
    DeathCause.CRS: TrmClass.TRM,
    DeathCause.ICANS: TrmClass.TRM,
    DeathCause.IEC_HS: TrmClass.TRM,
    DeathCause.INF_BACTERIAL: TrmClass.TRM,
    DeathCause.INF_FUNGAL: TrmClass.TRM,
    DeathCause.INF_VIRAL: TrmClass.TRM,
    DeathCause.INF_PROTOZOAL: TrmClass.TRM,
    DeathCause.INF_COVID_19: TrmClass.TRM,
    DeathCause.INF_UNKNOWN: TrmClass.TRM,
    DeathCause.HEART_FAILURE: TrmClass.TRM,
    DeathCause.LUNG_FAILURE: TrmClass.TRM,
    DeathCause.LIVER_FAILURE: TrmClass.TRM,
    DeathCause.KIDNEY_FAILURE: TrmClass.TRM,
    DeathCause.MULTI_ORGAN_FAILURE: TrmClass.TRM,
    DeathCause.BLEEDING_CNS: TrmClass.TRM,
    DeathCause.BLEEDING_LUNG: TrmClass.TRM,
    DeathCause.BLEEDING_GI: TrmClass.TRM,
    DeathCause.BLEEDING_OTHER: TrmClass.TRM,
    DeathCause.THROMBOSIS_TMA: TrmClass.TRM,
    DeathCause.CYTOPENIA: TrmClass.TRM,
    DeathCause.SECOND_MALIGNANCY: TrmClass.SECOND_MALIGNANCY,
    DeathCause.LATER_THERAPY: TrmClass.LATER_THERAPY,
    DeathCause.ACCIDENT: TrmClass.OTHER,
    DeathCause.SUICIDE: TrmClass.OTHER,
    DeathCause.OTHER_UNRELATED: TrmClass.OTHER,
    DeathCause.UNKNOWN: TrmClass.UNKNOWN,
}

CAUSE_OF_GRADE_FIVE: Mapping[Toxicity, DeathCause] = {
    Toxicity.CRS: DeathCause.CRS,
    Toxicity.ICANS: DeathCause.ICANS,
    Toxicity.IEC_HS: DeathCause.IEC_HS,
}
TOXIC_CAUSES = frozenset(CAUSE_OF_GRADE_FIVE.values())
TOXIC_DEATH_DAYS = 30
ADJUDICATORS_PER_DEATH = 2


@dataclass(frozen=True, slots=True)
class TrmVerdict:
    """The class that the algorithm gives a death, and whether the facts conflict so that people must judge."""

    trm_class: TrmClass
    has_conflict: bool


def trm_class(
    cause: DeathCause | None,
    *,
    progressed_before: bool | None,
    day_from_infusion: int | None,
    is_anakinra_related: bool | None = False,
) -> TrmVerdict:
    """Return the class of a death by algorithm (variant A, by cause).

    Relapse or progression up to the death makes it a death of the malignancy, except for a death of CRS, ICANS,
    IEC-HS or anakinra within 30 days of infusion; without either, the cause decides. It is a conflict when the cause
    alone would give another class than the progression does. An unknown cause, or a toxic one when nobody knows
    about progression, stays unknown. Source: rules of CIBMTR and EBMT on the main cause of death.
    """
    by_cause = TrmClass.UNKNOWN if cause is None else CAUSE_CLASSES[cause]
    if progressed_before is None and by_cause != TrmClass.MALIGNANCY:
        return TrmVerdict(TrmClass.UNKNOWN, has_conflict=False)
    if not progressed_before:
        return TrmVerdict(by_cause, has_conflict=False)
    if _is_early_toxic(cause, day_from_infusion, is_anakinra_related):
        return TrmVerdict(TrmClass.TRM, has_conflict=True)
    return TrmVerdict(TrmClass.MALIGNANCY, by_cause not in {TrmClass.MALIGNANCY, TrmClass.UNKNOWN})


def is_nonrelapse_death(cause: DeathCause | None, *, progressed_before: bool | None) -> bool | None:
    """Tell whether a death counts as non-relapse mortality (variant B, relapse first); nothing when unknown."""
    if progressed_before or cause == DeathCause.MALIGNANCY:
        return False
    return None if progressed_before is None else True


def adjudicated_class(verdicts: Sequence[TrmClass | None]) -> TrmClass | None:
    """Return the class that two adjudicators share (a third one may decide), or nothing while they do not agree."""
    given = [verdict for verdict in verdicts if verdict is not None]
    return next((verdict for verdict in given if given.count(verdict) >= ADJUDICATORS_PER_DEATH), None)


def settled_class(
    adjudicated: TrmClass | None, site: TrmClass | None, algorithm: TrmClass | None
) -> tuple[TrmClass, ClassSource] | None:
    """Return the class to analyse and whose it is: adjudicators before site before algorithm; nothing if none."""
    ranked = (
        (adjudicated, ClassSource.ADJUDICATED),
        (site, ClassSource.SITE),
        (algorithm, ClassSource.ALGORITHM),
    )
    return next(((verdict, source) for verdict, source in ranked if verdict is not None), None)


def grade_five_fits(toxicity: Toxicity, cause: DeathCause | None) -> bool:
    """Tell whether a grade 5 of a toxicity is borne out by a death of that cause."""
    return cause == CAUSE_OF_GRADE_FIVE[toxicity]


def _is_early_toxic(cause: DeathCause | None, day_from_infusion: int | None, is_anakinra_related: bool | None) -> bool:
    is_early = day_from_infusion is not None and 0 <= day_from_infusion <= TOXIC_DEATH_DAYS
    return is_early and (cause in TOXIC_CAUSES or bool(is_anakinra_related))
