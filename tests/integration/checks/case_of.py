"""Builds small cases for specs of checks: rows by topic, days counted from the infusion."""

from __future__ import annotations

import datetime as dt
from typing import Any

from registry.checks.declared import check_named
from registry.checks.engine import findings_of
from registry.metadata import topic_named
from registry.models import Patient, Product
from registry.services.derive import derive_patients
from sites.context import acting_as_system
from sites.models import Site

INFUSED = dt.date(2021, 6, 10)
REQUIRED: dict[str, dict[str, Any]] = {
    "infusion_course": {"course_no": 1, "infused_on": INFUSED, "product_id": "AXI"},
    "crs_episode": {"crs_no": 1},
    "icans_episode": {"icans_no": 1},
    "iechs_episode": {"iechs_no": 1},
    "anakinra_course": {"anakinra_no": 1},
    "anakinra_segment": {"segment_no": 1, "segment_started_on": INFUSED},
    "toxicity_therapy": {"therapy_no": 1, "drug": "TOCILIZUMAB", "started_on": INFUSED},
    "adverse_event": {"ae_no": 1, "term": "RASH"},
    "stay": {"stay_no": 1, "kind": "HOSPITAL", "began_on": INFUSED},
    "infection": {"infection_no": 1},
    "response": {"response_no": 1},
    "relapse": {"relapse_no": 1, "kind": "RELAPSE"},
    "lab": {"analyte": "FERRITIN", "sampled_on": INFUSED},
    "crs_assessment": {"assessed_on": INFUSED},
    "icans_assessment": {"assessed_on": INFUSED},
    "further_infusion": {"infusion_no": 2, "infused_on": INFUSED},
}
# The components of a day: grade 1 of CRS, grade 2 of ICANS.
FEVER = {
    "temp_max_c": "39.0",
    "has_other_fever_cause": False,
    "has_hypotension": False,
    "vasopressors": 0,
    "has_vasopressin": False,
    "oxygen": "ROOM_AIR",
    "has_other_oxygen_reason": False,
}
ICE_5 = {
    "ice_assessable": "YES",
    "ice_total": 5,
    "consciousness": "ALERT",
    "seizure": "NONE",
    "motor": "NONE",
    "oedema": "NONE",
    "icp_sign": "NONE",
    "has_other_cause": False,
}


def day(number: int) -> dt.date:
    """Return a day counted from the infusion."""
    return INFUSED + dt.timedelta(days=number)


class Case:
    """One case under construction. `add` makes a row below the last row of its parent's topic."""

    def __init__(self, site: Site, **patient: Any) -> None:
        self.site = site
        with acting_as_system("tests", reason="a case"):
            Product.objects.get_or_create(
                code="AXI",
                defaults={"generic_name": "axi", "target": "CD19", "costimulatory_domain": "CD28",
                          "first_approved_on": dt.date(2017, 10, 18)},
            )  # fmt: skip
            self.patient = Patient.objects.create(site=site, study_id="SEV-0001", **patient)
        self.last: dict[str, Any] = {"patient": self.patient}

    def add(self, topic: str, **values: Any) -> Any:
        """Make a row; what the topic needs and is not given gets a plain value, a parent where none is there."""
        found = topic_named(topic)
        above = found.parent_topic
        assert above is not None
        if above.code not in self.last:
            self.add(above.code)
        given = {**REQUIRED.get(topic, {}), **values, str(found.parent): self.last[above.code]}
        with acting_as_system("tests", reason="a row"):
            self.last[topic] = found.model.objects.create(site=self.site, **given)
        return self.last[topic]

    def hits(self, code: str) -> set[Any]:
        """Return the keys of the rows that violate a check, computed values brought up to date first."""
        with acting_as_system("tests", reason="look"):
            derive_patients([self.patient.pk])
            return {finding.row_id for finding in findings_of([self.patient.pk], checks=[check_named(code)])}
