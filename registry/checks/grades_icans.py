"""The grade of ICANS: which score a child is graded by, and what haemorrhage adds to it (nothing)."""

from __future__ import annotations

from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import ExtractYear
from django.utils.translation import gettext_noop

from registry.checks.declared import Rows, Severity, edit_check
from registry.models import IcansAssessment, IcansEpisode
from registry.rules.grading import HIGHEST_OF_A_DAY
from registry.rules.patient import CAPD_BELOW_YEARS

ICE_FIELDS = ("ice_total", "ice_orientation", "ice_naming", "ice_command", "ice_writing", "ice_attention")


@edit_check(
    "GR08_CAPD",
    IcansAssessment,
    fields=["capd", "ice_total"],
    severity=Severity.SOFT,
    message=gettext_noop(
        "Under 12 years, and with developmental delay, CAPD replaces ICE. Enter the CAPD score if it was taken."
    ),
)
def ice_where_capd_is_due(rows: Rows) -> Rows:
    """ICE asks what a young child cannot answer; the CAPD score grades instead."""
    uses_ice = Q()
    for name in ICE_FIELDS:
        uses_ice |= Q(**{f"{name}__isnull": False})
    return rows.filter(uses_ice, _graded_by_capd("episode__course__"), capd=None)


def _graded_by_capd(course: str) -> Q:
    """Say that the patient is surely under 12, by age at infusion or else by year of birth, or has delay."""
    young = Q(**{f"{course}patient__age_at_infusion__lt": CAPD_BELOW_YEARS})
    born_late = Q(**{f"{course}patient__birth_year__gt": ExtractYear(F(f"{course}infused_on")) - CAPD_BELOW_YEARS})
    by_year = Q(**{f"{course}patient__age_at_infusion": None}) & born_late
    return young | by_year | Q(**{f"{course}patient__has_developmental_delay": True})


@edit_check(
    "GR12_ICH",
    IcansEpisode,
    fields=["max_grade", "had_haemorrhage"],
    severity=Severity.SOFT,
    message=gettext_noop(
        "Intracranial haemorrhage is no part of the ICANS grade, and the findings of every day give a lower one. "
        "Check the highest grade."
    ),
)
def graded_for_haemorrhage(rows: Rows) -> Rows:
    """Where no day's findings give the highest grade, haemorrhage is what it was given for.

    A day whose grade could not be computed may give it, so nothing is asked then.
    """
    days = IcansAssessment.objects.order_by().filter(episode=OuterRef("pk"))
    may_give_it = Q(grade_computed=None) | Q(grade_computed__gte=OuterRef("max_grade"))
    graded = rows.filter(had_haemorrhage=True, max_grade__gte=1, max_grade__lte=HIGHEST_OF_A_DAY)
    return graded.filter(Exists(days), ~Exists(days.filter(may_give_it)))
