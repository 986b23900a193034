"""Kinds of planted errors: care, infections, response, relapse, last contact and death."""

from __future__ import annotations

from typing import Any

from tests.integration.queries.planted import Hand, kind, later, typed

OUTCOMES = ("follow_up", "death", "relapse", "response", "infection", "stay")
INDEX_DAY = "patient__infusion_courses__infused_on"


def infused_on(row: Any) -> Any:
    """Return the day of the cells of a patient's row."""
    return row.patient.infusion_courses.get(course_no=1).infused_on


typed("last contact before events of the case", "follow_up", "DT25_LC_EVENTS",
      lambda row: {"last_contact_on": later(infused_on(row), 6)}, vital_status="ALIVE", count=3)  # fmt: skip
typed("last contact in the month after the cells", "follow_up", "DT26_FU_SHORT",
      lambda row: {"last_contact_on": later(infused_on(row), 31)}, vital_status="ALIVE",
      fits=lambda row: (row.last_contact_on - infused_on(row)).days > 60)  # fmt: skip
typed("last contact that is not the day of death", "follow_up", "DT24_DEATH_LC",
      lambda row: {"last_contact_on": later(row.last_contact_on, -9)}, vital_status="DEAD", apart=["death"],
      count=3)  # fmt: skip
typed("dead without a death", "follow_up", "CO02_EVT_STATUS", {"vital_status": "DEAD"}, vital_status="ALIVE", count=3)
typed("a stay that ends after death", "stay", "DT23_AFTER_DEATH_STAY",
      lambda row: {"ended_on": later(row.course.patient.deaths.get().died_on, 10)}, kind="HOSPITAL", apart=["death"],
      course__patient__deaths__isnull=False)  # fmt: skip
typed("an infection after death", "infection", "DT23_AFTER_DEATH_INFECTION",
      lambda row: {"diagnosed_on": later(row.course.patient.deaths.get().died_on, 4)}, apart=["death"],
      course__patient__deaths__isnull=False)  # fmt: skip
typed("intensive care in the month after the stay in hospital", "stay", "DT27_HOSP",
      lambda row: {"began_on": later(row.began_on, 62), "ended_on": later(row.ended_on, 62)}, kind="ICU",
      apart=["stay"])  # fmt: skip
typed("the day of death by its month alone", "death", "DT28_PREC_DEATH",
      lambda row: {"died_on": row.died_on.replace(day=1), "died_on_precision": "MONTH"}, count=1)  # fmt: skip
typed("a death without its date", "death", "CO02_EVT_DEATH", {"died_on": None}, count=1)
typed("a death without its cause", "death", "OU02_CAUSE", {"cause": None}, count=2)
typed("a treatment-related cause after progression", "death", "OU01_TRM_REL", {"cause": "LUNG_FAILURE"},
      cause="MALIGNANCY", apart=["death", "relapse", "response"],
      patient__infusion_courses__relapses__isnull=False)  # fmt: skip


@kind("a fatal infection two months too early", "death", "OU08_INF_DEATH", cause__in=["INF_BACTERIAL", "INF_FUNGAL"],
      apart=["infection"], count=1)  # fmt: skip
def _early_infection(hand: Hand, row: Any) -> None:
    for infection in row.patient.infusion_courses.get(course_no=1).infections.all():
        hand.type_over(infection, diagnosed_on=later(row.died_on, -62))


typed("a response on day 3", "response", "OU04_RESP_DT",
      lambda row: {"assessed_on": later(row.course.infused_on, 3)}, count=3)  # fmt: skip
typed("a response after the last contact", "response", "OU04_RESP_DT_LC",
      lambda row: {"assessed_on": later(row.course.patient.follow_ups.get().last_contact_on, 30)}, apart=["follow_up"],
      count=3)  # fmt: skip
typed("myeloma criteria for lymphoma", "response", "OU05_RESP_SYS", {"criteria": "IMWG"}, criteria="LUGANO_2014",
      course__patient__diseases__diagnosis__in=["DLBCL", "HGBL", "TFL"], apart=["disease"], count=3)  # fmt: skip


@kind("a complete response and a progression on one day", "response", "OU07_CR_PROG", response="CMR",
      apart=["response"])  # fmt: skip
def _contradiction(hand: Hand, row: Any) -> None:
    hand.add("response", row.course, response_no=99, assessed_on=row.assessed_on, criteria=row.criteria, response="PMD")


@kind("a relapse whose response is left out", "relapse", "OU03_REL_RESP", kind="RELAPSE", apart=["response"])
def _no_response(hand: Hand, row: Any) -> None:
    for response in row.course.responses.filter(assessed_on__lt=row.relapsed_on):
        hand.type_over(response, response="NMR" if response.criteria == "LUGANO_2014" else "SD")


typed("an infection without its organism", "infection", "CO03_MISSCODE_INFECTION", {"organism": None},
      organism__isnull=False)  # fmt: skip
typed("a relapse without its site", "relapse", "CO03_MISSCODE_RELAPSE", {"relapse_site": None})
