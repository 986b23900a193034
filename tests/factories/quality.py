"""Small records for the figures of quality: cases that hold a value, a reason or nothing, and queries of many ages."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django.db import connection
from django.utils import timezone

from registry.metadata import topic_named
from registry.models import DataQuery, NoneOccurred, Patient, Product, QueryState
from sites.audit import event_model_of
from sites.context import acting_as_system
from sites.models import Site, SiteStatus
from tests.cast import Cast

INFUSED = dt.date(2025, 6, 10)
NEEDED: dict[str, dict[str, Any]] = {
    "infusion_course": {"course_no": 1, "infused_on": INFUSED, "product_id": "AXI"},
    "crs_episode": {"crs_no": 1},
    "icans_episode": {"icans_no": 1},
    "anakinra_course": {"anakinra_no": 1},
    "relapse": {"relapse_no": 1, "kind": "RELAPSE"},
    "lab": {"analyte": "FERRITIN", "sampled_on": INFUSED},
}


def on(day: int) -> dt.date:
    """Return a day counted from the infusion."""
    return INFUSED + dt.timedelta(days=day)


def ago(days: float) -> dt.datetime:
    """Return a moment so many days ago, less half a minute for the test to run in."""
    return timezone.now() - dt.timedelta(days=days, seconds=30)


class Case:
    """One case of a site; `add` makes a row below the case or its last course."""

    def __init__(self, site: Site, study_id: str, **patient: Any) -> None:
        self.site = site
        with acting_as_system("tests", reason="a case"):
            Product.objects.get_or_create(code="AXI", defaults={"generic_name": "axicabtagene ciloleucel"})
            self.patient = Patient.objects.create(site=site, study_id=study_id, **patient)
        self.last: dict[str, Any] = {"patient": self.patient}

    def add(self, topic: str, **values: Any) -> Any:
        """Make a row of a topic, with what it needs filled in, below the last row of its parent."""
        found = topic_named(topic)
        above = found.parent_topic
        assert above is not None
        given = {**NEEDED.get(topic, {}), **values, str(found.parent): self.last[above.code]}
        with acting_as_system("tests", reason="a row"):
            self.last[topic] = found.model.objects.create(site=self.site, **given)
        return self.last[topic]

    def none(self, topic: str, by: Any) -> None:
        """Say that nothing of a topic occurred."""
        with acting_as_system("tests", reason="none"):
            NoneOccurred.objects.create(
                site=self.site, patient=self.patient, topic=topic, said_at=timezone.now(), said_by=by
            )

    def query(self, *, asked: float, opened: float | None = None, **values: Any) -> DataQuery:
        """Ask about the case; `asked` and `opened` are days ago."""
        given = {"check_code": "", "text": "Is this right?", "topic": "patient", "row_id": self.patient.pk, **values}
        with acting_as_system("tests", reason="a query"):
            return DataQuery.objects.create(
                site=self.site, patient=self.patient, asked_at=ago(asked), opened_at=ago(opened or asked), **given
            )

    def closed(self, *, opened: float, closed: float, resolution: str, **values: Any) -> DataQuery:
        """Ask and settle; both are days ago."""
        state = {"state": QueryState.CLOSED, "resolution": resolution, "closed_at": ago(closed)}
        return self.query(asked=opened, **state, **values)


def full_case(site: Site, study_id: str) -> Case:
    """A case that holds every covariate and the dates of its events."""
    case = Case(site, study_id, age_at_infusion=60)
    case.add("infusion_course", kps=80, weight_kg=Decimal(70), ld_regimen="FLU_CY", ld_started_on=on(-5))
    case.add("lab", sampled_on=on(-6), value=Decimal(400), canonical_value=Decimal(400))
    case.add("anakinra_course", intent="REFRACTORY_CRS", started_on=on(6), first_mg_per_kg_day=Decimal("2.9"))
    case.add("crs_episode", onset_on=on(1), is_resolved=True, resolved_on=on(8))
    case.add("follow_up", last_contact_on=on(90), vital_status="ALIVE")
    return case


def happened(row: Any, at: dt.datetime) -> None:
    """Add an event as if a row had been written first at another time; events cannot be changed."""
    events = event_model_of(type(row))
    names = [field.column for field in events._meta.concrete_fields if field.column not in ("pgh_id", "pgh_created_at")]
    listed, table = ", ".join(f'"{name}"' for name in names), events._meta.db_table
    with acting_as_system("tests", reason="an earlier event"), connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({listed}, pgh_created_at) SELECT {listed}, %s FROM {table}"
            " WHERE pgh_obj_id = %s AND pgh_label = 'insert' LIMIT 1",
            [at, row.pk],
        )


def further_sites(count: int) -> list[Site]:
    """Make hospitals beside those of the cast."""
    with acting_as_system("tests", reason="further hospitals"):
        return Site.objects.bulk_create(
            Site(code=f"X{number:02}", name=f"Hospital {number}", country="ES", time_zone="Europe/Madrid",
                 status=SiteStatus.ACTIVE)
            for number in range(1, count + 1)
        )  # fmt: skip


def small_record(cast: Cast) -> dict[str, Case]:
    """Four cases at Sevilla, each with other gaps, and one that is nearly empty at Houston."""
    a = full_case(cast.sev, "A")
    b = Case(cast.sev, "B", age_at_infusion=None, missing={"age_at_infusion": "ND"})
    b.add("infusion_course", ld_regimen="NONE")
    b.add("lab", sampled_on=on(-4), timepoint="PRE_LD", missing={"value": "ND"})
    b.none("anakinra_course", cast.alice)
    b.add("crs_episode", is_resolved=False)
    b.add("follow_up", last_contact_on=on(20), vital_status="DEAD")
    c = Case(cast.sev, "C", age_at_infusion=50)
    c.add("infusion_course", missing={"kps": "UNK", "weight_kg": "ND"})
    c.add("lab", sampled_on=on(-30), value=Decimal(300), canonical_value=Decimal(300))
    c.add("icans_episode", onset_on=on(4))
    c.add("icans_episode", icans_no=2, missing={"onset_on": "UNK"})
    d = Case(cast.sev, "D", age_at_infusion=40)
    d.add("infusion_course", kps=90, ld_regimen="FLU")
    d.add("lab", sampled_on=on(-2), value=Decimal(900), canonical_value=Decimal(900))
    d.add("relapse", relapsed_on=on(200).replace(day=1), relapsed_on_precision="MONTH")
    d.add("anakinra_course", intent="PROPHYLAXIS")
    d.add("infusion_course", course_no=2, infused_on=on(400))
    h = Case(cast.hou, "H", age_at_infusion=33)
    return {"A": a, "B": b, "C": c, "D": d, "H": h}


def small_queries(record: dict[str, Case]) -> dict[str, DataQuery]:
    """Queries at Sevilla of every kind, and one at Houston."""
    a, b, h = record["A"], record["B"], record["H"]
    found = {
        "open": a.query(asked=3, check_code="DT12_CRS_LATE", topic="crs_episode", row_id=a.last["crs_episode"].pk),
        "again": b.query(asked=40, opened=100, times_reopened=1, first_answered_at=ago(90)),
        "answered": b.query(asked=20, state="ANSWERED", first_answered_at=ago(12), answered_at=ago(12)),
        "fixed": a.closed(opened=30, closed=26, resolution="FIXED"),
        "settled": a.closed(opened=50, closed=40, resolution="SETTLED", first_answered_at=ago(44)),
        "mistake": a.closed(opened=70, closed=60, resolution="CANCELLED"),
        "off": a.closed(opened=60, closed=10, resolution="SWITCHED_OFF"),
        "houston": h.query(asked=8),
    }
    moment = ago(5)
    found["verified"] = a.closed(opened=5, closed=5, resolution="VERIFIED")
    with acting_as_system("tests", reason="one moment"):
        DataQuery.objects.filter(pk=found["verified"].pk).update(opened_at=moment, closed_at=moment)
    return found
