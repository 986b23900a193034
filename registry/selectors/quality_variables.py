"""What the registry watches for completeness: the covariates of the models, the weight, and the dates of events.

Each is judged case by case, at the index infusion. A case is asked for the onset of CRS where it has an episode, for
the day of death where the patient is said to be dead, and so on. What is empty with a reason is an answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Case, CharField, Exists, OuterRef, Q, QuerySet, Value, When
from django.utils.translation import gettext_noop

from registry.metadata.topics import topic_of
from registry.models import (
    AnakinraCourse,
    AnakinraSegment,
    CrsEpisode,
    Death,
    FollowUp,
    IcansEpisode,
    InfusionCourse,
    LabResult,
    NoneOccurred,
    Relapse,
)
from registry.rules.anakinra import COHORT_INTENTS
from registry.rules.labs import Analyte, Timepoint
from registry.rules.outcome import VitalStatus
from registry.selectors.pre_ld import before_lymphodepletion


class Held(StrEnum):
    """What a case that is asked holds of a variable; as it stands in the address."""

    EMPTY = "empty"
    REASON = "reason"
    VALUE = "value"


@dataclass(frozen=True)
class Conditions:
    """Of index infusions: who is asked (None: all); of those, who holds nothing, who a value; the others a reason."""

    empty: Q
    value: Q
    asked: Q | None = None


@dataclass(frozen=True)
class Watched:
    """One variable: its heading, the form on which it is entered, and its conditions, made anew for each query."""

    code: str
    label: str
    form: str
    conditions: Callable[[], Conditions]
    is_covariate: bool = False

    @property
    def column(self) -> str:
        """Return the name of its column; those of the model are taken."""
        return f"held_{self.code}"


def _own(name: str, above: str = "", asked: Q | None = None) -> Callable[[], Conditions]:
    value, reason = Q(**{f"{above}{name}__isnull": False}), Q(**{f"{above}missing__has_key": name})
    return lambda: Conditions(~value & ~reason, value, asked)


def _of_rows(rows: Callable[[], QuerySet[Any]], name: str) -> Callable[[], Conditions]:
    """Return the conditions on a field of rows below the infusion; of several rows, the worst one counts."""

    def conditions() -> Conditions:
        blank = rows().filter(**{name: None})
        empty = blank.filter(~Q(missing__has_key=name))
        return Conditions(Q(Exists(empty)), ~Q(Exists(blank)), Q(Exists(rows())))

    return conditions


def _below(model: type[Any], **fits: Any) -> Callable[[], QuerySet[Any]]:
    return lambda: model.objects.order_by().filter(course=OuterRef("pk"), **fits)


def _of_patient(model: type[Any], **fits: Any) -> QuerySet[Any]:
    return model.objects.order_by().filter(patient=OuterRef("patient"), **fits)


def _ferritin() -> Conditions:
    """Ferritin of the window before lymphodepletion; a reason is one given for that time point."""
    results = LabResult.objects.order_by().filter(course=OuterRef("pk"), analyte=Analyte.FERRITIN.value)
    measured = Q(Exists(results.filter(before_lymphodepletion(), canonical_value__isnull=False)))
    explained = Q(Exists(results.filter(missing__has_key="value", timepoint=Timepoint.PRE_LD.value)))
    return Conditions(~measured & ~explained, measured)


def _first_dose() -> Conditions:
    """The first dose per kg of those who had anakinra against a refractory toxicity, or of whom nobody has said."""
    courses = AnakinraCourse.objects.order_by().filter(course=OuterRef("pk"))
    against = courses.filter(intent__in=sorted(COHORT_INTENTS))
    no_dose = against.filter(first_mg_per_kg_day=None)
    segments = AnakinraSegment.objects.order_by().filter(anakinra_course=OuterRef("pk"))
    explained = Exists(segments.filter(missing__has_any_keys=["dose_mg", "interval_h"]))
    unexplained = no_dose.filter(~Q(missing__has_key="weight_kg"), ~explained)
    unsaid = ~Q(Exists(courses)) & ~Q(Exists(_of_patient(NoneOccurred, topic="anakinra_course")))
    return Conditions(Q(Exists(unexplained)) | unsaid, ~Q(Exists(no_dose)), Q(Exists(against)) | unsaid)


def _last_contact() -> Conditions:
    contacts = _of_patient(FollowUp)
    value = Q(Exists(contacts.filter(last_contact_on__isnull=False)))
    return Conditions(~value & ~Q(Exists(contacts.filter(missing__has_key="last_contact_on"))), value)


def _death() -> Conditions:
    deaths = _of_patient(Death)
    value = Q(Exists(deaths.filter(died_on__isnull=False)))
    dead = Q(Exists(_of_patient(FollowUp, vital_status=VitalStatus.DEAD.value)))
    return Conditions(~value & ~Q(Exists(deaths.filter(missing__has_key="died_on"))), value, dead | Q(Exists(deaths)))


def _lymphodepletion() -> Conditions:
    """The first day of lymphodepletion, asked as the form asks for it."""
    field = next(field for field in topic_of(InfusionCourse).fields if field.name == "ld_started_on")
    name, codes = field.variable.asked_if
    return _own("ld_started_on", asked=Q(**{f"{name}__in": codes}))()


WATCHED: tuple[Watched, ...] = (
    Watched("age", gettext_noop("Age"), "patient", _own("age_at_infusion", "patient__"), is_covariate=True),
    Watched("product", gettext_noop("CAR-T product"), "infusion_course", _own("product"), is_covariate=True),
    Watched("ferritin", gettext_noop("Ferritin before lymphodepletion"), "lab", _ferritin, is_covariate=True),
    Watched("kps", gettext_noop("Karnofsky performance status"), "infusion_course", _own("kps"), is_covariate=True),
    Watched("dose", gettext_noop("First dose of anakinra per kg"), "anakinra_course", _first_dose, is_covariate=True),
    Watched("weight", gettext_noop("Weight"), "infusion_course", _own("weight_kg")),
    Watched("ld", gettext_noop("Start of lymphodepletion"), "infusion_course", _lymphodepletion),
    Watched("crs", gettext_noop("Onset of CRS"), "crs_episode", _of_rows(_below(CrsEpisode), "onset_on")),
    Watched(
        "crs_end",
        gettext_noop("End of CRS"),
        "crs_episode",
        _of_rows(_below(CrsEpisode, is_resolved=True), "resolved_on"),
    ),
    Watched("icans", gettext_noop("Onset of ICANS"), "icans_episode", _of_rows(_below(IcansEpisode), "onset_on")),
    Watched(
        "icans_end",
        gettext_noop("End of ICANS"),
        "icans_episode",
        _of_rows(_below(IcansEpisode, is_resolved=True), "resolved_on"),
    ),
    Watched(
        "anakinra",
        gettext_noop("Start of anakinra"),
        "anakinra_course",
        _of_rows(_below(AnakinraCourse), "started_on"),
    ),
    Watched("relapse", gettext_noop("Relapse or progression"), "relapse", _of_rows(_below(Relapse), "relapsed_on")),
    Watched("contact", gettext_noop("Last contact"), "follow_up", _last_contact),
    Watched("death", gettext_noop("Death"), "follow_up", _death),
)
COVARIATES = tuple(entry for entry in WATCHED if entry.is_covariate)
# All covariates of the models together: a case holds as little as the one of which it holds least.
TOGETHER = "covariates"
TOGETHER_COLUMN = f"held_{TOGETHER}"


def with_held(courses: QuerySet[InfusionCourse], watched: Iterable[Watched]) -> QuerySet[InfusionCourse]:
    """Add to index infusions what each case holds of these variables: a Held, or None where it is not asked."""
    return courses.annotate(**{entry.column: _held(entry.conditions()) for entry in watched})


def with_covariates(courses: QuerySet[InfusionCourse]) -> QuerySet[InfusionCourse]:
    """Add to index infusions what each case holds of the covariates, one by one and together."""
    columns = [entry.column for entry in COVARIATES]

    def any_of(held: Held) -> Q:
        return reduce(or_, (Q((column, held.value)) for column in columns))

    together = Case(
        *(When(any_of(held), then=Value(held.value)) for held in (Held.EMPTY, Held.REASON)),
        default=Value(Held.VALUE.value),
        output_field=CharField(),
    )
    return with_held(courses, COVARIATES).annotate(**{TOGETHER_COLUMN: together})


def _held(found: Conditions) -> Case:
    asked = Q() if found.asked is None else found.asked
    whens = [
        When(asked & condition, then=Value(held.value))
        for held, condition in ((Held.EMPTY, found.empty), (Held.VALUE, found.value))
    ]
    reason = Value(Held.REASON.value)
    if found.asked is None:
        return Case(*whens, default=reason, output_field=CharField())
    return Case(*whens, When(asked, then=reason), output_field=CharField())


def watched_named(code: str) -> Watched:
    """Return a variable by its code; LookupError for what is none."""
    for entry in WATCHED:
        if entry.code == code:
            return entry
    raise LookupError(f"Nothing is watched under {code}.")
