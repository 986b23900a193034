"""Rows of a simulated case before the cells: patient, identity, disease, infusion course."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from random import Random

from registry.demo.calendar import PRODUCT_CODES, has_leukaemia
from registry.demo.case import Case
from registry.demo.cells import NA, ND, UNK, Cell, Row, Rows, course_key
from registry.rules.disease import CnsInvolvement, Diagnosis, DiseaseStatus, PriorTransplant, Stage
from registry.rules.infusion import Bridging, LymphodepletionRegimen, PerformanceScale, PerformanceSource
from registry.rules.patient import ConsentBasis, Ethnicity, Race, Sex
from registry.rules.products import ProductSetting

LD_FIRST_DAY, LD_LAST_DAY = -5, -3
_LYMPHOMAS = (Diagnosis.DLBCL, Diagnosis.DLBCL, Diagnosis.DLBCL, Diagnosis.HGBL, Diagnosis.TFL, Diagnosis.PMBCL)
_ANN_ARBOR = (Stage.ANN_ARBOR_II, Stage.ANN_ARBOR_III, Stage.ANN_ARBOR_IV, Stage.ANN_ARBOR_IV)


def baseline_rows(case: Case) -> Rows:
    """Yield the rows of a case that describe the patient before infusion."""
    birth = _birth_date(case)
    yield "patient", _patient(case, birth)
    yield "identity", _identity(case, birth)
    yield "disease", _disease(case)
    yield "infusion_course", _infusion_course(case)


def diagnosis_of(case: Case) -> Diagnosis:
    """Return a diagnosis that the product is given for."""
    if has_leukaemia(case.target):
        return Diagnosis.B_ALL
    fixed = {"ide-cel": Diagnosis.MM, "brexu-cel": Diagnosis.MCL}.get(case.target.product)
    return fixed or case.rng("diagnosis").choice(_LYMPHOMAS)


def _birth_date(case: Case) -> dt.date:
    """Return a day of birth that makes the patient exactly the wanted age on the day of infusion."""
    birthday = case.infused_on.replace(year=case.infused_on.year - case.target.age, day=min(case.infused_on.day, 28))
    return birthday - dt.timedelta(days=case.rng("birth").randint(1, 330))


def _patient(case: Case, birth: dt.date) -> Row:
    rng = case.rng("patient")
    is_spanish = case.hospital.country == "ES"
    # Race is not recorded in Spanish charts; in the others now and then nobody asked.
    race = UNK if is_spanish or rng.random() < 0.1 else rng.choice((Race.WHITE, Race.WHITE, Race.BLACK, Race.ASIAN))
    return {
        "study_id": case.target.id,
        "birth_year": birth.year,
        "age_at_infusion": case.target.age,
        "sex": case.sex.value,
        "race": str(race),
        "ethnicity": UNK if is_spanish else rng.choice((Ethnicity.NOT_HISPANIC, Ethnicity.HISPANIC)).value,
        "country": case.hospital.country,
        "has_developmental_delay": False,
        "consent_basis": case.hospital.consent.value,
        "consented_on": _consented_on(case, rng),
    }


def _consented_on(case: Case, rng: Random) -> dt.date:
    """Return a day before lymphodepletion for a consent; a waiver was given to the hospital once, for all."""
    waived = case.hospital.consent == ConsentBasis.WAIVER
    return dt.date(2019, 1, 14) if waived else case.on(-rng.randint(20, 45))


def _identity(case: Case, birth: dt.date) -> Row:
    number = case.rng("identity").randint(100_000, 999_999)
    return {
        "study_id": case.target.id,
        "local_record_number": f"SIM-{case.hospital.code}-{number}",
        "birth_date": birth,
    }


def _disease(case: Case) -> Row:
    rng, diagnosis = case.rng("disease"), diagnosis_of(case)
    transplant = rng.choices((PriorTransplant.NONE, PriorTransplant.AUTO), (70, 30))[0]
    is_lymphoma = diagnosis not in (Diagnosis.MM, Diagnosis.B_ALL)
    return {
        "study_id": case.target.id,
        "diagnosis": diagnosis.value,
        "diagnosed_on": _partial(case.on(-rng.randint(400, 2400)), rng),
        "stage": _stage(diagnosis, rng),
        "prior_lines": rng.choices((2, 3, 4, 5, 6), (30, 30, 20, 12, 8))[0],
        "prior_transplant": transplant.value,
        "prior_transplant_on": _transplanted_on(case, transplant, rng),
        "cns_involvement": rng.choices((CnsInvolvement.NONE, CnsInvolvement.PAST), (92, 8))[0].value,
        "is_bulky": (rng.random() < 0.3) if is_lymphoma else NA,
        "has_extramedullary": UNK if rng.random() < 0.08 else rng.random() < 0.4,
        "status_pre_ld": rng.choice((DiseaseStatus.PD, DiseaseStatus.PD, DiseaseStatus.SD, DiseaseStatus.PR)).value,
        "status_assessed_on": case.on(LD_FIRST_DAY - rng.randint(2, 12)),
    }


def _stage(diagnosis: Diagnosis, rng: Random) -> str:
    if diagnosis == Diagnosis.B_ALL:
        return NA
    if diagnosis == Diagnosis.MM:
        return rng.choice((Stage.R_ISS_I, Stage.R_ISS_II, Stage.R_ISS_III)).value
    return rng.choice(_ANN_ARBOR).value


def _partial(on: dt.date, rng: Random) -> str:
    """Write a date of long ago as a chart gives it: often the month or the year alone."""
    return str(on)[: rng.choices((10, 7, 4), (60, 30, 10))[0]]


def _transplanted_on(case: Case, transplant: PriorTransplant, rng: Random) -> Cell:
    return NA if transplant == PriorTransplant.NONE else str(case.on(-rng.randint(220, 380)))[:7]


def _infusion_course(case: Case) -> Row:
    rng = case.rng("course")
    return {
        **course_key(case),
        "product": PRODUCT_CODES[case.target.product],
        "setting": ProductSetting.COMMERCIAL.value,
        "infused_on": case.infused_on,
        **_cells(case, rng),
        "apheresis_on": case.on(-rng.randint(24, 48)),
        "bridging": rng.choice((Bridging.NONE, Bridging.CHEMOTHERAPY, Bridging.STEROIDS, Bridging.RADIOTHERAPY)).value,
        **_lymphodepletion(case),
        **_fitness(case, rng),
        **_body(case, rng),
        "hct_ci": UNK if rng.random() < 0.12 else rng.choices(range(6), (30, 20, 18, 16, 10, 6))[0],
        "creatinine_clearance_ml_min": ND if rng.random() < 0.1 else rng.randint(48, 125),
        "had_platelets_7d": rng.random() < 0.15,
        "had_red_cells_30d": UNK if rng.random() < 0.1 else rng.random() < 0.3,
        "had_gcsf_7d": rng.random() < 0.1,
    }


def _cells(case: Case, rng: Random) -> Row:
    """Return a cell dose within the product's label; two products are dosed by weight, two as a total."""
    weight = case.prescription.weight_kg
    if case.target.product in ("axi-cel", "brexu-cel"):
        per_kg = Decimal(1) if has_leukaemia(case.target) else Decimal(2)
        return {"cell_dose_10e6": min(weight * per_kg, Decimal(200)), "cell_dose_10e6_per_kg": per_kg}
    total = rng.randint(300, 450) if case.target.product == "ide-cel" else rng.randint(180, 420)
    return {"cell_dose_10e6": total, "cell_dose_10e6_per_kg": NA}


def _lymphodepletion(case: Case) -> Row:
    flu, cy = (90, 1500) if case.target.product in ("axi-cel", "brexu-cel") else (90, 900)
    return {
        "ld_regimen": LymphodepletionRegimen.FLU_CY.value,
        "ld_started_on": case.on(LD_FIRST_DAY),
        "ld_ended_on": case.on(LD_LAST_DAY),
        "fludarabine_mg_m2": flu,
        "cyclophosphamide_mg_m2": cy,
        "bendamustine_mg_m2": NA,
    }


def _fitness(case: Case, rng: Random) -> Row:
    has_ecog = rng.random() < 0.7
    day = LD_FIRST_DAY - rng.randint(1, 10)
    return {
        "kps": case.target.kps,
        "kps_scale": PerformanceScale.KPS.value,
        "kps_on": case.on(day),
        "kps_source": rng.choice((PerformanceSource.CHART, PerformanceSource.CHART, PerformanceSource.NOTES)).value,
        # ECOG 0 stands for Karnofsky 90 and 100, 1 for 70 and 80, 2 for 50 and 60.
        "ecog": (100 - case.target.kps) // 20 if has_ecog else ND,
        "ecog_on": case.on(day) if has_ecog else NA,
        "ecog_source": PerformanceSource.CHART.value if has_ecog else NA,
    }


def _body(case: Case, rng: Random) -> Row:
    usual = 164 if case.sex == Sex.FEMALE else 177
    change = Decimal(rng.randint(-30, 30)) / 1000
    return {
        "weight_kg": (case.prescription.weight_kg * (1 + change)).quantize(Decimal("0.1")),
        "height_cm": usual + rng.randint(-7, 9),
    }
