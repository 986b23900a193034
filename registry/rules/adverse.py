"""Adverse events: terms, relation to anakinra, what was done and how it ended."""

from __future__ import annotations

from registry.rules.coding import Coded, gettext_noop


class AeTerm(Coded):
    """Adverse events to be expected, in the words of CTCAE v5; others as OTHER with text."""

    INJECTION_SITE = "INJECTION_SITE", gettext_noop("injection site reaction")
    INFUSION_REACTION = "INFUSION_REACTION", gettext_noop("infusion related reaction")
    ALLERGIC_REACTION = "ALLERGIC_REACTION", gettext_noop("allergic reaction")
    ANAPHYLAXIS = "ANAPHYLAXIS", gettext_noop("anaphylaxis")
    RASH = "RASH", gettext_noop("rash maculo-papular")
    NEUTROPENIA = "NEUTROPENIA", gettext_noop("neutrophil count decreased")
    THROMBOCYTOPENIA = "THROMBOCYTOPENIA", gettext_noop("platelet count decreased")
    ANAEMIA = "ANAEMIA", gettext_noop("anaemia")
    LYMPHOPENIA = "LYMPHOPENIA", gettext_noop("lymphocyte count decreased")
    LEUKOPENIA = "LEUKOPENIA", gettext_noop("white blood cell decreased")
    FEBRILE_NEUTROPENIA = "FEBRILE_NEUTROPENIA", gettext_noop("febrile neutropenia")
    ALT_INCREASED = "ALT_INCREASED", gettext_noop("alanine aminotransferase increased")
    AST_INCREASED = "AST_INCREASED", gettext_noop("aspartate aminotransferase increased")
    BILIRUBIN_INCREASED = "BILIRUBIN_INCREASED", gettext_noop("blood bilirubin increased")
    CREATININE_INCREASED = "CREATININE_INCREASED", gettext_noop("creatinine increased")
    KIDNEY_INJURY = "KIDNEY_INJURY", gettext_noop("acute kidney injury")
    SEPSIS = "SEPSIS", gettext_noop("sepsis")
    LUNG_INFECTION = "LUNG_INFECTION", gettext_noop("lung infection")
    INFECTION_OTHER = "INFECTION_OTHER", gettext_noop("other infection")
    HEADACHE = "HEADACHE", gettext_noop("headache")
    NAUSEA = "NAUSEA", gettext_noop("nausea")
    VOMITING = "VOMITING", gettext_noop("vomiting")
    DIARRHOEA = "DIARRHOEA", gettext_noop("diarrhoea")
    BLEEDING_CNS = "BLEEDING_CNS", gettext_noop("intracranial haemorrhage")
    BLEEDING_GI = "BLEEDING_GI", gettext_noop("gastrointestinal haemorrhage")
    BLEEDING_OTHER = "BLEEDING_OTHER", gettext_noop("other haemorrhage")
    THROMBOEMBOLISM = "THROMBOEMBOLISM", gettext_noop("thromboembolic event")
    TLS = "TLS", gettext_noop("tumour lysis syndrome")
    HYPOGAMMAGLOBULINAEMIA = "HYPOGAMMAGLOBULINAEMIA", gettext_noop("hypogammaglobulinaemia")
    HYPOTENSION = "HYPOTENSION", gettext_noop("hypotension")
    ARRHYTHMIA = "ARRHYTHMIA", gettext_noop("arrhythmia")
    HEART_FAILURE = "HEART_FAILURE", gettext_noop("heart failure")
    OTHER = "OTHER", gettext_noop("other")


class Relation(Coded):
    """Relation of an event to anakinra as judged by the investigator."""

    NA = "NA", gettext_noop("not related")
    UNLIKELY = "UNLIKELY", gettext_noop("unlikely")
    POSSIBLE = "POSSIBLE", gettext_noop("possible")
    PROBABLE = "PROBABLE", gettext_noop("probable")
    DEFINITE = "DEFINITE", gettext_noop("definite")


class AeAction(Coded):
    """What was done with anakinra because of the event."""

    NONE = "NONE", gettext_noop("none")
    DOSE_REDUCED = "DOSE_REDUCED", gettext_noop("dose reduced")
    INTERRUPTED = "INTERRUPTED", gettext_noop("interrupted")
    STOPPED = "STOPPED", gettext_noop("stopped for good")


class AeOutcome(Coded):
    """How the event ended."""

    RESOLVED = "RESOLVED", gettext_noop("resolved")
    RESOLVED_SEQUELAE = "RESOLVED_SEQUELAE", gettext_noop("resolved with sequelae")
    ONGOING = "ONGOING", gettext_noop("not resolved")
    FATAL = "FATAL", gettext_noop("fatal")


# From which relation on an event counts as a side effect of anakinra in the counts of the study (our convention).
SIDE_EFFECT_RELATIONS = frozenset({Relation.POSSIBLE, Relation.PROBABLE, Relation.DEFINITE})
CTCAE_GRADES = range(1, 6)


def is_side_effect(relation: Relation | None) -> bool | None:
    """Tell whether an event counts as a side effect of anakinra: at least possibly related."""
    return None if relation is None else relation in SIDE_EFFECT_RELATIONS


def outcome_fits_grade(outcome: AeOutcome, grade: int) -> bool:
    """Tell whether outcome and CTCAE grade agree: fatal if and only if grade 5."""
    return (outcome == AeOutcome.FATAL) == (grade == max(CTCAE_GRADES))
