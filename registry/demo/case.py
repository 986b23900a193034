"""One simulated case: everything that is decided once, so that all its files tell the same story."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cached_property
from random import Random

from registry.demo.calendar import infusion_days
from registry.demo.courses import CRS_PATIENTS, Grades, earlier_crs, treated_grades
from registry.demo.doses import Prescription, prescription_for
from registry.demo.hospitals import Hospital, hospital_of
from registry.demo.vector import Target, targets
from registry.rules.anakinra import StopReason
from registry.rules.patient import Sex

# Stopped for a side effect of anakinra, and the day of the course on which that happened.
STOPPED_FOR_SIDE_EFFECT = {"P0005": 5, "P0016": 6, "P0033": 8}
LONGEST_COURSE_DAYS = 28


@dataclass(frozen=True)
class Case:
    """One simulated patient at one invented hospital. Days count from infusion."""

    target: Target
    hospital: Hospital
    infused_on: dt.date

    def rng(self, topic: str) -> Random:
        """Return the case's own numbers for a topic; another topic's use of numbers never changes them."""
        return Random(f"{self.target.id} {topic}")

    def on(self, day: int) -> dt.date:
        """Return the calendar day of a day from infusion."""
        return self.infused_on + dt.timedelta(days=day)

    @property
    def last_day(self) -> int:
        """Return the day of death or last contact; nothing is recorded after it."""
        return self.target.os_day

    @property
    def is_for_crs(self) -> bool:
        """Tell whether anakinra was given for CRS; otherwise it was for ICANS."""
        return self.target.id in CRS_PATIENTS

    @cached_property
    def sex(self) -> Sex:
        """Return the sex of the patient."""
        return self.rng("sex").choice((Sex.FEMALE, Sex.MALE, Sex.MALE))

    @cached_property
    def prescription(self) -> Prescription:
        """Return the first prescription of anakinra."""
        return prescription_for(self.target, self.sex, self.rng("dose"))

    @cached_property
    def icans(self) -> Grades:
        """Return the ICANS grade per day, empty where there was no ICANS."""
        return {} if self.is_for_crs else treated_grades(self.target, self.rng("grades"))

    @cached_property
    def crs(self) -> Grades:
        """Return the CRS grade per day, empty where there was no CRS."""
        rng = self.rng("grades of CRS")
        return treated_grades(self.target, rng) if self.is_for_crs else earlier_crs(self.target, rng)

    @cached_property
    def stop(self) -> tuple[int, StopReason]:
        """Return the last day of anakinra and why it was the last."""
        start = self.target.entry
        if course_day := STOPPED_FOR_SIDE_EFFECT.get(self.target.id):
            return start + course_day, StopReason.ADVERSE_EVENT
        if (resolved := self.target.resolved_on_day) is not None:
            return min(resolved + self.rng("stop").randint(0, 2), self.last_day), StopReason.RESOLVED
        if self.target.has_died and self.last_day - start <= LONGEST_COURSE_DAYS:
            return self.last_day, StopReason.DEATH
        return min(start + self.rng("stop").randint(10, 16), self.last_day), StopReason.NO_RESPONSE


def cases() -> list[Case]:
    """Return the 43 simulated cases in the order of their ids."""
    listed = targets()
    days = infusion_days(listed)
    return [Case(target, hospital_of(target.hospital), days[target.id]) for target in listed]
