"""Which rules are not settled: not checked with their publication, or our own convention; and what to confirm.

Whatever shows a grade or number of a rule listed here calls it provisional. The page docs/clinical-review.md is
written from this list: `python -m registry.rules.provenance > docs/clinical-review.md`.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping

from registry.rules.provenance_study import STUDY
from registry.rules.standing import Provisional, Standing

_U, _C = Standing.UNVERIFIED, Standing.CONVENTION
_LEE = "Lee 2019, DOI 10.1016/j.bbmt.2018.12.758"
_HINES = "Hines 2023, DOI 10.1016/j.jtct.2023.03.006"
_REJESKI = "Rejeski 2023, DOI 10.1182/blood.2023020578"
_PROTOCOL = "study protocol"

# The key is the place of the rule below registry.rules: module.name.
PROVISIONAL: Mapping[str, Provisional] = {
    "crs.VASOPRESSIN_GRADES": Provisional(
        "CRS", "Vasopressin as the only vasopressor is graded 3.", _C, "Is it grade 3 or grade 2?", _LEE
    ),
    "crs.CrsDay": Provisional(
        "CRS",
        "Intubation to protect the airway, and CPAP used at home before, give no grade of hypoxia.",
        _U,
        "Is this how the consensus is read?",
        _LEE,
    ),
    "crs.crs_signs_gone": Provisional(
        "CRS",
        "CRS has resolved when fever, oxygen and vasopressors are all gone; normal temperature alone under treatment "
        "that hides fever is not enough.",
        _U,
        "Is this the definition of resolution for the endpoint, with 48 hours without recurrence?",
        f"{_LEE}; {_PROTOCOL}",
    ),
    "crs.CrsRow": Provisional(
        "CRS",
        "One key fills the empty cells of a day with: no other cause of fever, no antipyretic, no hypotension, no "
        "vasopressor, no vasopressin, room air. Temperature, pressure and grade are never filled in.",
        _C,
        "May these six be filled in at once by whoever has read the chart of the day?",
        _PROTOCOL,
    ),
    "icans.IcansRow": Provisional(
        "ICANS",
        "One key fills the empty cells of a day with: ICE could be done, alert, no seizure, no motor weakness, no "
        "oedema on imaging, no sign of raised pressure, no other cause. Scores and grade are never filled in.",
        _C,
        "Is no oedema the right answer where no imaging was done, as the day is ungraded with ND?",
        _PROTOCOL,
    ),
    "icans.CAPD_MAX": Provisional(
        "ICANS", "CAPD runs from 0 to 32, eight items of 0 to 4 points.", _U, "Is the range right?", "CAPD manual"
    ),
    "icans.CAPD_GRADES": Provisional(
        "ICANS", "A CAPD score of 0 gives grade 0; 1 to 8 gives grade 1.", _C, "Is 0 free of ICANS?", _LEE
    ),
    "icans.icans_rows": Provisional(
        "ICANS",
        "Findings marked as due to another cause give no grade; what could not be examined stays unknown.",
        _C,
        "Is a sedated, intubated patient ungraded rather than grade 4?",
        _LEE,
    ),
    "grade_versions.VERSIONS": Provisional(
        "CRS",
        "Besides the rule in force there are named versions that give one open question the other answer: vasopressin "
        "alone as grade 2, oxygen whatever it was given for; for ICANS a CAPD score of 0 as grade 1, findings whatever "
        "their cause. They are shown by `manage.py regrade` and never stored.",
        _C,
        "Which answer is right in each case? The version that holds it then comes into force.",
        _LEE,
    ),
    "iechs.ferritin_raised": Provisional(
        "IEC-HS", "Ferritin above 2 x normal or 2 x the value at infusion.", _U, "Are both limits right?", _HINES
    ),
    "iechs.TIERS": Provisional(
        "IEC-HS",
        "Required, common and other findings.",
        _U,
        "Are the findings in the right tier, and how many common ones make the diagnosis?",
        _HINES,
    ),
    "iechs.REASON_GRADES": Provisional(
        "IEC-HS", "Grade 1 to 5 from the worst manifestation.", _U, "Does each manifestation have its grade?", _HINES
    ),
    "icaht.ANC_LOW_DAYS": Provisional(
        "Blood counts",
        "Early neutropenia: days at or below 500/µL, 1-6, 7-13, 14 and more; grade 4 if never above 500/µL to day 30.",
        _U,
        "Are the durations right, and what of a patient who dies before day 30?",
        _REJESKI,
    ),
    "icaht.ANC_VERY_LOW_DAYS": Provisional(
        "Blood counts",
        "Early neutropenia: at or below 100/µL for 7-13 days is grade 3, from 14 days grade 4.",
        _U,
        "Are the durations right?",
        _REJESKI,
    ),
    "icaht.ANC_LATE": Provisional(
        "Blood counts",
        "Late neutropenia: the limit that two counts after day 30 reach (1500, 1000, 500, 100/µL).",
        _U,
        "Are two counts at any distance enough?",
        _REJESKI,
    ),
    "icaht.longest_spell": Provisional(
        "Blood counts",
        "Spells with fewer than 3 days of recovery between them are one; its length includes those days.",
        _U,
        "Do the days between count?",
        _REJESKI,
    ),
    "icaht.CARRY_DAYS": Provisional(
        "Blood counts", "A count holds for at most 3 days until the next one.", _C, "Is 3 days right?", _REJESKI
    ),
    "icaht.PLT_LOW_DAYS": Provisional(
        "Blood counts",
        "Early thrombocytopenia: below 50 for 1-6 or 7 days and more, below 20 for 1-13 or 14 days and more.",
        _U,
        "Are limits and durations those of the full publication? Built from the abstract.",
        "ASH abstract on T-ICAHT",
    ),
    "therapy.DEXAMETHASONE_FACTORS": Provisional(
        "Treatment",
        "0.75 mg dexamethasone = 0.6 betamethasone = 4 methylprednisolone = 5 prednisone = 20 hydrocortisone.",
        _U,
        "Are these the equivalents to use?",
        _PROTOCOL,
    ),
    "therapy.HIGH_DOSE_DEXEQ_MG_PER_DAY": Provisional(
        "Treatment",
        "High-dose corticosteroids: 20 mg dexamethasone equivalent a day or more.",
        _C,
        "Which threshold did the study use? The abstract gives none.",
        "Gazeau 2023, DOI 10.1016/j.jtct.2023.04.001, full text",
    ),
    "therapy.MASKING_DRUGS": Provisional(
        "Treatment",
        "Corticosteroids, tocilizumab, siltuximab, ruxolitinib and emapalumab, besides anakinra and antipyretics, "
        "let CRS be graded without fever.",
        _C,
        "Is the list complete, and for how long after a dose?",
        _LEE,
    ),
    "anakinra.choose_weight": Provisional(
        "Anakinra",
        "Weight closest to the start within the 30 days before, else at lymphodepletion.",
        _C,
        "Is the window right?",
        _PROTOCOL,
    ),
    "anakinra.DOSE_CLASSES": Provisional(
        "Anakinra",
        "Groups by the prescribed daily dose of the first dose segment; above 200 mg SC and below 100 mg in no group.",
        _C,
        "Did the study use the first, the mean or the highest dose?",
        "Gazeau 2023, DOI 10.1016/j.jtct.2023.04.001, full text",
    ),
    "adverse.SIDE_EFFECT_RELATIONS": Provisional(
        "Anakinra", "Possible, probable and definite count as side effects.", _C, "From which relation on?", _PROTOCOL
    ),
    "disease.GROUPS": Provisional(
        "Disease",
        "Richter, CNS and other transformed lymphoma count as large B-cell lymphoma, AL amyloidosis as plasma cell "
        "neoplasm.",
        _C,
        "Is each diagnosis in the right group?",
        _PROTOCOL,
    ),
    "products.PRODUCTS": Provisional(
        "Products",
        "Targets, domains and vectors; OBE as a split dose; products marked unverified in the list.",
        _U,
        "Check the entries marked unverified, and the vectors of all.",
        "labels, assessment reports",
    ),
    "products.APPROVALS": Provisional(
        "Products",
        "Indications with the number of earlier lines, ages and dates; none yet for the European Union, China, India.",
        _U,
        "Check lines and ages of all, dates of those marked unverified; add the missing territories.",
        "FDA and EMA labels",
    ),
    "products.CELL_DOSES": Provisional(
        "Products",
        "Labelled cell doses, all indications together; half the least and twice the most give a query. None for OBE.",
        _U,
        "Check the doses of every product with its labels.",
        "FDA and EMA labels",
    ),
    "labs.ANALYTES": Provisional(
        "Laboratory",
        "Conversion factors, hard and soft limits; LOINC of platelets, haemoglobin and triglycerides; D-dimer in DDU "
        "taken as half of FEU.",
        _C,
        "Are the limits sensible and the codes right? DDU to FEU is an approximation.",
        "hospital laboratories, loinc.org",
    ),
    "timepoints.WINDOWS": Provisional(
        "Laboratory", "Windows in days of the time points.", _C, "Are the windows right?", _PROTOCOL
    ),
    "scores.HEMATOTOX_PLATELETS": Provisional(
        "Scores",
        "CAR-HEMATOTOX points; a value at the limit counts as normal for ANC 1200/µL and haemoglobin 9 g/dL, "
        "as raised for CRP 3 mg/dL.",
        _U,
        "Are points and equalities right? Not validated for myeloma and CLL.",
        "Rejeski 2021, Blood",
    ),
    "scores.KPS_OF_ECOG": Provisional(
        "Scores", "Karnofsky and ECOG agree by either of two mappings.", _U, "Are these the mappings?", "publications"
    ),
    "hctci.POINTS": Provisional(
        "Scores",
        "Weights of HCT-CI; the worse of two degrees of one organ counts.",
        _U,
        "Are the weights right?",
        "Sorror 2005, Blood",
    ),
    "response.RESPONDERS": Provisional(
        "Response",
        "Responders: CR and PR by Lugano and iwCLL (with nPR, PR-L), PR or better in myeloma, CR, CRh and CRi in ALL.",
        _C,
        "Do CRh and PR-L count?",
        _PROTOCOL,
    ),
    "response.PLANNED_DAYS": Provisional(
        "Response", "Windows of days 28, 90, 180, 365.", _C, "Are the windows right?", _PROTOCOL
    ),
    **STUDY,
}


def is_provisional(rule: str) -> bool:
    """Tell whether what a rule gives must be shown as provisional; the rule is named like the keys of the list."""
    return rule in PROVISIONAL


def clinical_review() -> str:
    """Return the page of what a clinician must confirm, grouped by topic, in Markdown."""
    topics = dict.fromkeys(entry.topic for entry in PROVISIONAL.values())
    return "\n".join([_HEADING, *(_section(topic) for topic in topics)])


_HEADING = """# What a clinician must confirm

Each rule below works and is tested as it is described, but rests on a source that nobody has compared with the
publication, or on a convention of our own. Until someone confirms it, results that rest on it are provisional.
Write down who confirmed what, when and from which page; then take the entry out of `registry/rules/provenance.py` or
`provenance_study.py`. This page is generated from there.
"""


def _section(topic: str) -> str:
    rows = [_row(name, entry) for name, entry in PROVISIONAL.items() if entry.topic == topic]
    head = ["| rule | built | standing | to confirm | where |", "|---|---|---|---|---|"]
    return "\n".join([f"## {topic}", "", *head, *rows, ""])


def _row(name: str, entry: Provisional) -> str:
    return f"| `{name}` | {entry.built} | {entry.standing.label} | {entry.confirm} | {entry.where} |"


if __name__ == "__main__":
    sys.stdout.write(clinical_review())
