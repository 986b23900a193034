"""Infections: class, organism, site, outcome and their relation in time to anakinra."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from registry.rules.bands import ladder, lookup
from registry.rules.coding import Coded, gettext_noop


class InfectionClass(Coded):
    """Kind of infection."""

    BACTERIAL = "BACTERIAL", gettext_noop("bacterial")
    YEAST = "YEAST", gettext_noop("yeast")
    MOULD = "MOULD", gettext_noop("mould")
    PJP = "PJP", gettext_noop("Pneumocystis")
    VIRAL = "VIRAL", gettext_noop("viral")
    PARASITIC = "PARASITIC", gettext_noop("parasitic")
    CLINICAL = "CLINICAL", gettext_noop("clinically documented, no organism")
    UNKNOWN = "UNKNOWN", gettext_noop("unknown")


class Organism(Coded):
    """Organisms seen after CAR-T; others as OTHER of their kind."""

    STAPH_AUREUS = "STAPH_AUREUS", gettext_noop("Staphylococcus aureus")
    STAPH_COAG_NEG = "STAPH_COAG_NEG", gettext_noop("coagulase-negative staphylococcus")
    ENTEROCOCCUS = "ENTEROCOCCUS", gettext_noop("Enterococcus")
    STREPTOCOCCUS = "STREPTOCOCCUS", gettext_noop("Streptococcus")
    E_COLI = "E_COLI", gettext_noop("Escherichia coli")
    KLEBSIELLA = "KLEBSIELLA", gettext_noop("Klebsiella")
    PSEUDOMONAS = "PSEUDOMONAS", gettext_noop("Pseudomonas aeruginosa")
    ENTEROBACTER = "ENTEROBACTER", gettext_noop("Enterobacter")
    STENOTROPHOMONAS = "STENOTROPHOMONAS", gettext_noop("Stenotrophomonas maltophilia")
    C_DIFFICILE = "C_DIFFICILE", gettext_noop("Clostridioides difficile")
    MYCOBACTERIUM = "MYCOBACTERIUM", gettext_noop("Mycobacterium")
    BACTERIA_OTHER = "BACTERIA_OTHER", gettext_noop("other bacterium")
    CANDIDA = "CANDIDA", gettext_noop("Candida")
    YEAST_OTHER = "YEAST_OTHER", gettext_noop("other yeast")
    ASPERGILLUS = "ASPERGILLUS", gettext_noop("Aspergillus")
    MUCORALES = "MUCORALES", gettext_noop("Mucorales")
    MOULD_OTHER = "MOULD_OTHER", gettext_noop("other mould")
    P_JIROVECII = "P_JIROVECII", gettext_noop("Pneumocystis jirovecii")
    CMV = "CMV", gettext_noop("cytomegalovirus")
    EBV = "EBV", gettext_noop("Epstein-Barr virus")
    HHV6 = "HHV6", gettext_noop("human herpesvirus 6")
    HSV = "HSV", gettext_noop("herpes simplex virus")
    VZV = "VZV", gettext_noop("varicella zoster virus")
    ADENOVIRUS = "ADENOVIRUS", gettext_noop("adenovirus")
    SARS_COV_2 = "SARS_COV_2", gettext_noop("SARS-CoV-2")
    INFLUENZA = "INFLUENZA", gettext_noop("influenza")
    RSV = "RSV", gettext_noop("respiratory syncytial virus")
    RESPIRATORY_OTHER = "RESPIRATORY_OTHER", gettext_noop("other respiratory virus")
    BK_JC = "BK_JC", gettext_noop("BK or JC virus")
    HBV = "HBV", gettext_noop("hepatitis B virus")
    VIRUS_OTHER = "VIRUS_OTHER", gettext_noop("other virus")
    TOXOPLASMA = "TOXOPLASMA", gettext_noop("Toxoplasma")
    PARASITE_OTHER = "PARASITE_OTHER", gettext_noop("other parasite")


class InfectionSite(Coded):
    """Site of infection, the fifteen of the CIBMTR forms."""

    BLOOD = "BLOOD", gettext_noop("blood")
    BONE = "BONE", gettext_noop("bone")
    CNS = "CNS", gettext_noop("central nervous system")
    EYES = "EYES", gettext_noop("eyes")
    GENITAL = "GENITAL", gettext_noop("genital tract")
    GI_LOWER = "GI_LOWER", gettext_noop("lower gastrointestinal tract")
    GI_UPPER = "GI_UPPER", gettext_noop("upper gastrointestinal tract")
    JOINTS = "JOINTS", gettext_noop("joints")
    LIVER_SPLEEN = "LIVER_SPLEEN", gettext_noop("liver or spleen")
    LUNG = "LUNG", gettext_noop("lung")
    SINUS_URT = "SINUS_URT", gettext_noop("sinus or upper respiratory tract")
    SKIN_CELLULITIS = "SKIN_CELLULITIS", gettext_noop("skin, cellulitis")
    SKIN_NECROTISING = "SKIN_NECROTISING", gettext_noop("skin, necrotising fasciitis")
    URINARY_LOWER = "URINARY_LOWER", gettext_noop("lower urinary tract")
    URINARY_UPPER = "URINARY_UPPER", gettext_noop("upper urinary tract")


class ViralManifestation(Coded):
    """Whether a virus was only detected or caused organ disease."""

    INFECTION = "INFECTION", gettext_noop("infection without organ disease")
    DISEASE = "DISEASE", gettext_noop("organ disease")


class InfectionOutcome(Coded):
    """How the infection ended."""

    RESOLVED = "RESOLVED", gettext_noop("resolved")
    ONGOING = "ONGOING", gettext_noop("not resolved")
    FATAL = "FATAL", gettext_noop("fatal")


class InfectionRelation(Coded):
    """When the infection began, seen from the course of anakinra."""

    BEFORE = "BEFORE", gettext_noop("before anakinra")
    ON = "ON", gettext_noop("during anakinra")
    WITHIN_30_D_AFTER = "WITHIN_30_D_AFTER", gettext_noop("within 30 days after anakinra")
    LATER = "LATER", gettext_noop("more than 30 days after anakinra")


class InfectionWindow(Coded):
    """When the infection began, in the periods of reporting."""

    BEFORE_INFUSION = "BEFORE_INFUSION", gettext_noop("from lymphodepletion to the day before infusion")
    D0_30 = "D0_30", gettext_noop("day 0 to 30")
    D31_100 = "D31_100", gettext_noop("day 31 to 100")
    AFTER_D100 = "AFTER_D100", gettext_noop("after day 100")


_MEMBERS: Mapping[InfectionClass, tuple[Organism, ...]] = {
    InfectionClass.BACTERIAL: (
        Organism.STAPH_AUREUS,
        Organism.STAPH_COAG_NEG,
        Organism.ENTEROCOCCUS,
        Organism.STREPTOCOCCUS,
        Organism.E_COLI,
        Organism.KLEBSIELLA,
        Organism.PSEUDOMONAS,
        Organism.ENTEROBACTER,
        Organism.STENOTROPHOMONAS,
        Organism.C_DIFFICILE,
        Organism.MYCOBACTERIUM,
        Organism.BACTERIA_OTHER,
    ),
    InfectionClass.YEAST: (Organism.CANDIDA, Organism.YEAST_OTHER),
    InfectionClass.MOULD: (Organism.ASPERGILLUS, Organism.MUCORALES, Organism.MOULD_OTHER),
    InfectionClass.PJP: (Organism.P_JIROVECII,),
    InfectionClass.VIRAL: (
        Organism.CMV,
        Organism.EBV,
        Organism.HHV6,
        Organism.HSV,
        Organism.VZV,
        Organism.ADENOVIRUS,
        Organism.SARS_COV_2,
        Organism.INFLUENZA,
        Organism.RSV,
        Organism.RESPIRATORY_OTHER,
        Organism.BK_JC,
        Organism.HBV,
        Organism.VIRUS_OTHER,
    ),
    InfectionClass.PARASITIC: (Organism.TOXOPLASMA, Organism.PARASITE_OTHER),
}
ORGANISM_CLASSES: Mapping[Organism, InfectionClass] = {
    organism: kind for kind, organisms in _MEMBERS.items() for organism in organisms
}

WINDOWS = ladder(
    InfectionWindow.BEFORE_INFUSION,
    ("0", InfectionWindow.D0_30),
    ("31", InfectionWindow.D31_100),
    ("101", InfectionWindow.AFTER_D100),
)
AFTER_ANAKINRA_DAYS = 30


def class_of(organism: Organism) -> InfectionClass:
    """Return the kind of infection that an organism causes."""
    return ORGANISM_CLASSES[organism]


def infection_window(day_from_infusion: int) -> InfectionWindow:
    """Return the reporting period of an infection from its day, day 0 being the infusion."""
    return lookup(WINDOWS, day_from_infusion)


def relation_to_anakinra(infected_on: date, started_on: date, stopped_on: date | None) -> InfectionRelation:
    """Return when an infection began, seen from a course of anakinra; a course without an end is still going on."""
    if infected_on < started_on:
        return InfectionRelation.BEFORE
    if stopped_on is None or infected_on <= stopped_on:
        return InfectionRelation.ON
    is_soon = (infected_on - stopped_on).days <= AFTER_ANAKINRA_DAYS
    return InfectionRelation.WITHIN_30_D_AFTER if is_soon else InfectionRelation.LATER
