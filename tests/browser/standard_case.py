"""The standard case: one patient, 10 CRS days, 12 ICANS days, 8 days of laboratory results, one course of anakinra with
5 dose segments, and everything around them, typed by keyboard alone. All values are invented.
"""

from __future__ import annotations

from collections.abc import Callable

from tests.browser.typist import Typist

SAVE_AND_NEXT = "Control+Shift+Enter"
TEMPERATURES = ["38.4", "38.9", "39.6", "39.9", "38.6", "38.2", "37.8", "37.2", "36.9", "36.8"]
PRESSURES = ["104", "98", "86", "78", "92", "101", "110", "115", "121", "118"]
CRS_GRADES = ["1", "1", "2", "3", "2", "1", "0", "0", "0", "0"]
ICE = ["10", "9", "8", "5", "2", "1", "0", "2", "4", "7", "9", "10"]
ICANS_GRADES = ["0", "1", "1", "2", "3", "3", "3", "3", "2", "1", "1", "0"]
CONSCIOUSNESS = ["0", "0", "0", "1", "2", "2", "2", "1", "1", "0", "0", "0"]
LAB_DAYS = ["+1", "+2", "+3", "+5", "+7", "+14"]
LABS = {
    "FERRITIN": ["480", "610", "2400", "6800", "14800", "11200", "5100", "900"],
    "CRP": ["8", "12", "148", "212", "131", "88", "40", "9"],
    "LDH": ["240", "260", "310", "420", "455", "390", "300", "250"],
    "PLT": ["140", "98", "61", "44", "38", "41", "52", "88"],
    "ANC": ["2.1", "0.4", "0.2", "0.1", "0.1", "0.3", "0.9", "1.8"],
    "HB": ["10.4", "9.8", "9.1", "8.6", "8.4", "8.7", "9.0", "9.9"],
    "CREATININE": ["0.8", "0.9", "1.0", "1.3", "1.2", "1.0", "0.9", "0.8"],
}
SEGMENTS = [
    ("+5", "+5", "100"),
    ("+6", "+8", "200"),
    ("+9", "+11", "200"),
    ("+12", "+13", "100"),
    ("+14", "+15", "100"),
]


def named(topic: str, row: int = 0) -> Callable[..., dict[str, str]]:
    """Return how the controls of one row are named."""
    return lambda **texts: {f"{topic}-{row}-{field}": text for field, text in texts.items()}


def type_case(typist: Typist, comma: str) -> None:
    """Type every form of a new case, from its patient form on; `comma` is the decimal mark of the person."""

    def decimal(text: str) -> str:
        return text.replace(".", comma)

    baseline(typist, decimal)
    laboratory(typist, decimal)
    crs(typist, decimal)
    icans(typist)
    none_occurred(typist, "IEC-HS")
    therapy(typist)
    anakinra(typist, decimal)
    none_occurred(typist, "adverse events")
    outcome(typist)


def onwards(typist: Typist, part: str) -> None:
    """Save, go to the next form, and note what the part took."""
    typist.leads_on(SAVE_AND_NEXT)
    typist.lap(part)


def none_occurred(typist: Typist, part: str) -> None:
    """Answer that nothing of the kind occurred, and go on."""
    typist.tab_to('button[value="none"]', "Shift+Tab")
    typist.leads_on("Enter")
    onwards(typist, f"none: {part}")


def baseline(typist: Typist, decimal: Callable[[str], str]) -> None:
    """Patient, disease, infusion course."""
    patient = named("patient")
    typist.fill(patient(birth_year="1958", age_at_infusion="66", sex="1", race="5", ethnicity="1", country="ES",
                        has_developmental_delay="0", consent_basis="1", consented_on="1/2/25"))  # fmt: skip
    onwards(typist, "patient")
    disease = named("disease")
    typist.fill(disease(diagnosis="1", diagnosed_on="06/2023", stage="4", prior_lines="3", prior_transplant="1",
                        prior_transplant_on="2024", cns_involvement="0", is_bulky="0", has_extramedullary="1",
                        status_pre_ld="6", status_assessed_on="-10"))  # fmt: skip
    onwards(typist, "disease")
    course = named("infusion_course")
    typist.fill(course(setting="1", cell_dose_10e6="140", apheresis_on="-41", bridging="1", ld_regimen="1",
                       ld_started_on="-5", ld_ended_on="-3", fludarabine_mg_m2="90", cyclophosphamide_mg_m2="1500",
                       kps="80", kps_scale="1", kps_on="-6", kps_source="1", weight_kg=decimal("68.4"),
                       height_cm="165", creatinine_clearance_ml_min="88", had_platelets_7d="0",
                       had_red_cells_30d="0", had_gcsf_7d="0"))  # fmt: skip
    onwards(typist, "infusion course")


def laboratory(typist: Typist, decimal: Callable[[str], str]) -> None:
    """Eight days of results: two that the page plans by itself and six more."""
    typist.column("lab-2-sampled_on", LAB_DAYS)
    typist.up(len(LAB_DAYS) + 1)
    for analyte, results in LABS.items():
        typist.column(f"lab-0-{analyte}", [decimal(text) for text in results])
        typist.up(len(results) - 1)
    onwards(typist, "laboratory")


def crs(typist: Typist, decimal: Callable[[str], str]) -> None:
    """Ten days of CRS: temperature and pressure typed, normal findings by one key a day, then what was not normal."""
    episode, day = named("crs_episode"), "crs_assessment-{}-{}".format
    typist.fill(episode(onset_on="+1", is_resolved="1", resolved_on="+10", max_grade="3", max_grade_on="+4"))
    typist.waits_for(f'[name="{day(9, "temp_max_c")}"]')
    typist.column(day(0, "temp_max_c"), [decimal(text) for text in TEMPERATURES])
    typist.up(9)
    typist.press(*["Control+Enter"] * 10)
    typist.up(9)
    typist.column(day(0, "systolic_min_mmhg"), PRESSURES)
    typist.up(7)
    typist.column(day(2, "has_hypotension"), ["1", "1"])
    typist.column(day(3, "vasopressors"), ["1"])
    typist.up(1)
    typist.column(day(2, "oxygen"), ["1", "3", "1"])
    typist.up(2)
    typist.column(day(2, "oxygen_flow_l_min"), ["2", "10", "2"])
    typist.up(2)
    typist.column(day(2, "has_other_oxygen_reason"), ["0", "0", "0"])
    typist.tab_to(f'[name="{day(4, "grade_reported")}"]')
    typist.up(4)
    typist.column(day(0, "grade_reported"), CRS_GRADES)
    onwards(typist, "CRS, 10 days")


def icans(typist: Typist) -> None:
    """Twelve days of ICANS."""
    episode, day = named("icans_episode"), "icans_assessment-{}-{}".format
    typist.fill(episode(onset_on="+3", is_resolved="1", resolved_on="+14", max_grade="3", max_grade_on="+7",
                        had_haemorrhage="0"))  # fmt: skip
    typist.waits_for(f'[name="{day(11, "ice_total")}"]')
    typist.column(day(0, "ice_total"), ICE)
    typist.up(11)
    typist.column(day(0, "consciousness"), CONSCIOUSNESS)
    typist.up(11)
    typist.press(*["Control+Enter"] * 12)
    typist.up(11)
    typist.column(day(0, "grade_reported"), ICANS_GRADES)
    onwards(typist, "ICANS, 12 days")


def therapy(typist: Typist) -> None:
    """Two doses of tocilizumab and a course of dexamethasone."""
    for number, (drug, reason, first, last, dose, hours) in enumerate(
        [("1", "1", "+3", "+3", "544", ""), ("1", "1", "+4", "+4", "544", ""), ("3", "2", "+4", "+9", "10", "6")]
    ):
        row = named("toxicity_therapy", number)
        hours_typed = {"interval_h": hours} if hours else {}
        typist.fill(row(drug=drug, reason=reason, started_on=first, ended_on=last, dose=dose, dose_unit="1",
                        **hours_typed, route="1"))  # fmt: skip
        typist.press("Tab")
    onwards(typist, "toxicity therapy")


def anakinra(typist: Typist, decimal: Callable[[str], str]) -> None:
    """One course of anakinra with five segments."""
    course = named("anakinra_course")
    typist.fill(course(intent="2", indication="2", started_on="+5", ended_on="+15", stop_reason="1",
                       crs_grade_at_start="2", icans_grade_at_start="2", weight_kg=decimal("67.9"),
                       weighed_on="+4"))  # fmt: skip
    for number, (first, last, dose) in enumerate(SEGMENTS):
        row = named("anakinra_segment", number)
        typist.fill(row(segment_started_on=first, segment_ended_on=last, dose_mg=dose, interval_h="6", route="1"))
        typist.press("Tab")
    onwards(typist, "anakinra, 5 segments")


def outcome(typist: Typist) -> None:
    """Care, no infection, response, no relapse, last contact."""
    typist.fill(named("stay", 0)(kind="1", began_on="-6", ended_on="+19"))
    typist.press("Tab")
    typist.fill(named("stay", 1)(kind="2", began_on="+4", ended_on="+11"))
    onwards(typist, "hospital")
    none_occurred(typist, "infections")
    typist.fill(named("response")(assessed_on="+28", planned_timepoint="1", criteria="1", response="1", deauville="1",
                                  imaging="1", mrd="N"))  # fmt: skip
    onwards(typist, "response")
    none_occurred(typist, "relapse")
    typist.fill(named("follow_up")(last_contact_on="+60", vital_status="1"))
