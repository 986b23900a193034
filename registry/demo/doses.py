"""Which dose of anakinra, how often, at which body weight: the three that give a patient's mg/kg/day exactly."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from random import Random

from registry.demo.vector import Target
from registry.rules.anakinra import AnakinraRoute
from registry.rules.patient import Sex

# Doses are prescribed to the syringe where that fits, else weight-based and rounded to what a pharmacy would draw up.
STEPS_MG = tuple(Decimal(step) for step in ("100", "50", "25", "10", "5", "2.5", "1", "0.5"))
WEIGHTS_KG = tuple(Decimal(tenths) / 10 for tenths in range(480, 1121))
DOSE_MG = (Decimal(50), Decimal(400))
USUAL_WEIGHT_KG = {Sex.FEMALE: 68, Sex.MALE: 82}


@dataclass(frozen=True, slots=True)
class Prescription:
    """The first prescription: mg per dose, hours between doses, route, and the weight in kg that it was made for."""

    dose_mg: Decimal
    interval_h: int
    route: AnakinraRoute
    weight_kg: Decimal

    @property
    def daily_mg(self) -> Decimal:
        """Return the prescribed mg per day."""
        return self.dose_mg * 24 / self.interval_h


def prescription_for(target: Target, sex: Sex, rng: Random) -> Prescription:
    """Return the most ordinary prescription that gives the patient's mg/kg/day without any rounding."""
    usual = USUAL_WEIGHT_KG[sex] + rng.randint(-8, 8)
    _oddness, dose_mg, interval_h, weight_kg = min(_candidates(target, usual))
    return Prescription(dose_mg, interval_h, _route(target, rng), weight_kg)


def _candidates(target: Target, usual_kg: int) -> Iterator[tuple[Decimal, Decimal, int, Decimal]]:
    for weight in WEIGHTS_KG:
        daily = target.mg_per_kg_day * weight
        if not _fits_group(daily, target.is_high_dose):
            continue
        for interval in (6, 8, 12) if target.is_high_dose else (24, 12):
            dose = daily * interval / 24
            step = next((rank for rank, step in enumerate(STEPS_MG) if dose % step == 0), None)
            if step is not None and DOSE_MG[0] <= dose <= DOSE_MG[1]:
                yield abs(weight - usual_kg) / 4 + step, dose.normalize() + 0, interval, weight


def _fits_group(daily_mg: Decimal, is_high_dose: bool) -> bool:
    return 200 < daily_mg <= 1400 if is_high_dose else 100 <= daily_mg <= 200


def _route(target: Target, rng: Random) -> AnakinraRoute:
    """Above 200 mg/day the study's group is intravenous; below, most prescriptions are subcutaneous."""
    return AnakinraRoute.IV if target.is_high_dose or rng.random() < 0.25 else AnakinraRoute.SC
