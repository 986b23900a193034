"""The same columns of ADSL as a project would export them with django-import-export: one dehydrate method per column.

Everything that a column needs is prefetched, and what several columns need is looked up once per case; resources that
fetch per case are far slower.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from functools import cached_property
from operator import attrgetter
from typing import Any, Final

from django.db.models import Count, QuerySet
from import_export import fields, resources

from exports.datasets.adsl_labs import PICKED
from exports.datasets.adsl_people import AGE_CODES, PRODUCT_GROUPS
from exports.datasets.dose_groups import GROUP_CODES
from exports.freeze.policy import AGE_CAP_YEARS, MERGED, RARE_BELOW_PATIENTS
from registry.models import LabResult, Patient
from registry.rules.anakinra import COHORT_INTENTS, AnakinraRoute, dose_class
from registry.rules.disease import GROUPS, Diagnosis
from registry.rules.dosing import HOURS_PER_DAY
from registry.rules.outcome import ADJUDICATORS_PER_DEATH
from registry.rules.patient import age_group
from registry.rules.therapy import STEROIDS, TherapyDrug

_COURSE: Final = "infusion_courses"
PREFETCHED: Final = (
    "diseases",
    "follow_ups",
    "deaths__reviews",
    f"{_COURSE}__product",
    f"{_COURSE}__labs",
    f"{_COURSE}__therapies",
    f"{_COURSE}__anakinra_courses__segments",
    f"{_COURSE}__crs_episodes__assessments",
    f"{_COURSE}__icans_episodes__assessments",
)
INDEX_RULES: Final = ("STUDY", "REFRACTORY", "ANY")


def first(rows: Any) -> Any:
    """The first of the rows of a relation that were prefetched, if there are any."""
    return next(iter(rows.all()), None)


def day_of(row: Any, name: str) -> dt.date | None:
    """A date that is known to the day."""
    on: dt.date | None = getattr(row, name, None)
    return on if on and getattr(row, f"{name}_precision") == "DAY" else None


class Case:
    """What the columns of one patient are made of."""

    def __init__(self, patient: Patient) -> None:
        self.patient = patient
        self.course = next(course for course in patient.infusion_courses.all() if course.course_no == 1)
        self.product = self.course.product
        self.disease = first(patient.diseases)
        self.death = first(patient.deaths)
        self.follow_up = first(patient.follow_ups)

    def days(self, on: dt.date | None) -> int | None:
        """Days from the infusion."""
        return (on - self.course.infused_on).days if on else None

    @cached_property
    def oldest(self) -> int | None:
        """The age on the last day that is known of."""
        days = [course.infused_on for course in self.patient.infusion_courses.all()]
        days += [getattr(self.follow_up, "last_contact_on", None), getattr(self.death, "died_on", None)]
        seen = (max(day for day in days if day) - self.course.infused_on).days * 4 // 1461
        age: int | None = self.patient.age_at_infusion
        return None if age is None else age + max(0, seen)

    @cached_property
    def labs(self) -> Mapping[str, LabResult]:
        """The picked sample of each analyte before lymphodepletion."""
        had_none = self.course.ld_started_on is None and self.course.ld_regimen == "NONE"
        last = self.course.infused_on if had_none else self.course.ld_started_on
        if last is None:
            return {}
        usable = [lab for lab in self.course.labs.all() if lab.canonical_value is not None]
        inside = [lab for lab in usable if 0 <= (last - lab.sampled_on).days <= 14]
        inside.sort(key=lambda lab: (lab.sampled_on, lab.timepoint == "PRE_LD"))
        return {lab.analyte: lab for lab in inside}

    def lab(self, analyte: str) -> Decimal | None:
        """The value of a picked sample."""
        return self.labs[analyte].canonical_value if analyte in self.labs else None

    @cached_property
    def anakinra(self) -> Any:
        """The index course of anakinra."""
        courses = sorted(
            self.course.anakinra_courses.all(),
            key=lambda course: (INDEX_RULES.index(index_rule(course)), course.anakinra_no),
        )
        return courses[0] if courses else None

    @cached_property
    def segment(self) -> Any:
        """Its first segment."""
        if self.anakinra is None:
            return None
        own = self.anakinra.first_daily_mg
        order = sorted(
            self.anakinra.segments.all(), key=lambda row: (row.segment_started_on, row.daily_mg != own, row.segment_no)
        )
        return order[0] if order else None

    @cached_property
    def start(self) -> dt.date | None:
        """The first day of anakinra."""
        return day_of(self.anakinra, "started_on") or getattr(self.segment, "segment_started_on", None)

    @cached_property
    def daily_mg(self) -> Decimal | None:
        """The daily dose that anakinra began with."""
        segment = self.segment
        if segment is None or segment.dose_mg is None or not segment.interval_h:
            return None
        return Decimal(segment.dose_mg * HOURS_PER_DAY / segment.interval_h)

    @cached_property
    def is_dead(self) -> bool:
        """Whether a death is known of."""
        return self.death is not None or getattr(self.follow_up, "vital_status", None) == "DEAD"

    @cached_property
    def death_class(self) -> tuple[str | None, str | None]:
        """The class of the death and whose it is."""
        if self.death is None:
            return None, None
        given = [review.trm_class for review in self.death.reviews.all() if review.trm_class]
        agreed = next((verdict for verdict in given if given.count(verdict) >= ADJUDICATORS_PER_DEATH), None)
        ranked = (("ADJ", agreed), ("SITE", self.death.trm_class_site), ("ALGO", self.death.trm_class_algorithm))
        return next(((verdict, whose) for whose, verdict in ranked if verdict), (None, None))

    def status(self, name: str) -> int | None:
        """A performance status, where it counts."""
        course = self.course
        on, value = getattr(course, f"{name}_on"), getattr(course, name)
        is_own = getattr(course, f"{name}_source") != "CONVERTED" and (name == "ecog" or course.kps_scale != "ECOG")
        is_near = on is None or -30 <= (on - (course.ld_started_on or course.infused_on)).days <= 0
        return value if is_own and is_near else None

    def highest(self, tox: str) -> int | None:
        """The highest grade of a toxicity; 0 without an episode."""
        episodes = getattr(self.course, f"{tox}_episodes").all()
        grades = [episode.max_grade for episode in episodes]
        grades += [_grade(day) for episode in episodes for day in episode.assessments.all()]
        grades.append(getattr(self.anakinra, f"{tox}_grade_at_start", None))
        return max((grade for grade in grades if grade is not None), default=None if episodes else 0)

    @cached_property
    def before(self) -> list[Any]:
        """What was given against the toxicities up to the first day of anakinra."""
        if self.start is None:
            return []
        return [row for row in self.course.therapies.all() if row.started_on <= self.start]


def index_rule(course: Any) -> str:
    """Why a course of anakinra would be the index course."""
    if course.intent not in COHORT_INTENTS:
        return "ANY"
    grades = [grade for grade in (course.crs_grade_at_start, course.icans_grade_at_start) if grade is not None]
    return "STUDY" if max(grades, default=2) >= 2 else "REFRACTORY"


def _grade(day: Any) -> int | None:
    grade: int | None = day.grade_computed if day.grade_reported is None else day.grade_reported
    return grade


def _doses(case: Case) -> int | None:
    if case.start is None:
        return None
    given = (row for row in case.before if row.drug == TherapyDrug.TOCILIZUMAB)
    return sum(_doses_of(row, case.start) for row in given)


def _doses_of(row: Any, start: dt.date) -> int:
    if row.interval_h is None or row.ended_on is None:
        return 1
    return math.floor((min(row.ended_on, start) - row.started_on).days * HOURS_PER_DAY / row.interval_h) + 1


def _easix(case: Case) -> float | None:
    ldh, creatinine, platelets = (case.lab(analyte) for analyte in ("LDH", "CREATININE", "PLT"))
    if ldh is None or creatinine is None or not platelets:
        return None
    return float(ldh * creatinine / platelets)


def _log2(value: Decimal | None) -> float | None:
    return math.log2(value) if value else None


def _dose_group(case: Case) -> str | None:
    route = getattr(case.segment, "route", None)
    found = dose_class(case.daily_mg, AnakinraRoute(route) if route else None)
    return GROUP_CODES[found] if found else None


def _product_group(case: Case) -> str:
    if case.product.code in PRODUCT_GROUPS:
        return str(case.product.code)
    return "BCMA" if case.product.target == "BCMA" else "OTHER"


def _per_kg(case: Case) -> Decimal | None:
    kg = getattr(case.anakinra, "dose_weight_kg", None)
    return case.daily_mg / kg if kg and case.daily_mg is not None else None


def _duration(case: Case) -> int | None:
    end = day_of(case.anakinra, "ended_on")
    return (end - case.start).days + 1 if end and case.start else None


def _end_of_follow_up(case: Case) -> int | None:
    return case.days(day_of(case.death, "died_on") if case.is_dead else day_of(case.follow_up, "last_contact_on"))


def _is_trm(case: Case) -> int | None:
    verdict = case.death_class[0]
    if not case.is_dead:
        return 0
    return int(verdict == "TRM") if verdict and verdict != "UNKNOWN" else None


def _infusion_year(case: Case) -> int | None:
    return int(case.course.infused_on.year) if case.oldest is not None and case.oldest < AGE_CAP_YEARS else None


def _age(case: Case) -> int | None:
    is_old = case.oldest is not None and case.oldest >= AGE_CAP_YEARS
    age: int | None = AGE_CAP_YEARS if is_old else case.patient.age_at_infusion
    return age


def _kps_reason(case: Case) -> str | None:
    if case.status("kps") is None and case.course.kps is not None:
        return "ND"
    reason: str | None = case.course.missing.get("kps")
    return reason


def _reason(of: str, name: str) -> Callable[[Case], Any]:
    return lambda case: getattr(case, of).missing.get(name)


def _plain(of: str, name: str) -> Callable[[Case], Any]:
    return lambda case: getattr(getattr(case, of), name, None)


def _merged(name: str, rare: Mapping[str, frozenset[str]]) -> Callable[[Case], Any]:
    def value(case: Case) -> str | None:
        found: str | None = getattr(case.patient, name)
        return MERGED if found in rare[name] else found

    return value


def rare_levels() -> dict[str, frozenset[str]]:
    """The levels that few patients hold."""
    found = {}
    for name in ("race", "ethnicity", "country"):
        counts = Patient.objects.order_by().values(name).annotate(n=Count("pk"))
        found[name] = frozenset(row[name] for row in counts if row[name] and row["n"] < RARE_BELOW_PATIENTS)
    return found


def columns(rare: Mapping[str, frozenset[str]]) -> dict[str, Callable[[Case], Any]]:
    """How each column comes from a case."""
    return {
        "AGE": _age,
        "AGE__mr": _reason("patient", "age_at_infusion"),
        "AGEGR": lambda case: None if _age(case) is None else AGE_CODES[age_group(_age(case) or 0)],
        "SEX": _plain("patient", "sex"),
        "SEX__mr": _reason("patient", "sex"),
        "RACE": _merged("race", rare),
        "RACE__mr": _reason("patient", "race"),
        "ETHNIC": _merged("ethnicity", rare),
        "ETHNIC__mr": _reason("patient", "ethnicity"),
        "COUNTRY": _merged("country", rare),
        "DIS": _plain("disease", "diagnosis"),
        "DISGR": lambda case: GROUPS[Diagnosis(case.disease.diagnosis)].value if case.disease.diagnosis else None,
        "NLINES": _plain("disease", "prior_lines"),
        "NLINES__mr": _reason("disease", "prior_lines"),
        "PRIORHCT": _plain("disease", "prior_transplant"),
        "DISSTAT_PRELD": _plain("disease", "status_pre_ld"),
        "PROD": _plain("product", "code"),
        "TARGET": lambda case: case.product.target or None,
        "COSTIM": lambda case: case.product.costimulatory_domain or None,
        "PRODGR": _product_group,
        "INFYR": _infusion_year,
        "BRIDGE": _plain("course", "bridging"),
        "LDREG": _plain("course", "ld_regimen"),
        "LDDY": lambda case: case.days(case.course.ld_started_on),
        "FLUDOSE": _plain("course", "fludarabine_mg_m2"),
        "CYDOSE": _plain("course", "cyclophosphamide_mg_m2"),
        "KPS": lambda case: case.status("kps"),
        "KPS__mr": _kps_reason,
        "KPS10": lambda case: None if case.status("kps") is None else (case.status("kps") or 0) / 10,
        "ECOG": lambda case: case.status("ecog"),
        "PSSCALE": _plain("course", "kps_scale"),
        "PSSRC": lambda case: case.course.kps_source or case.course.ecog_source,
        **{name: (lambda case, a=told[0]: case.lab(a)) for name, told in PICKED.items()},
        "FERRCMP": lambda case: case.labs["FERRITIN"].comparator if "FERRITIN" in case.labs else None,
        "LFERR": lambda case: _log2(case.lab("FERRITIN")),
        "EASIX_PRELD": _easix,
        "ANASTDY": lambda case: case.days(case.start),
        "IDXRULE": lambda case: index_rule(case.anakinra) if case.anakinra else None,
        "ANAINT": _plain("anakinra", "intent"),
        "ANAIND": _plain("anakinra", "indication"),
        "DAYS2ANA": lambda case: case.days(case.start),
        "DOSE24": attrgetter("daily_mg"),
        "WEIGHT": _plain("anakinra", "dose_weight_kg"),
        "WTSRC": _plain("anakinra", "dose_weight_source"),
        "MGKGD": _per_kg,
        "DOSEGRP": _dose_group,
        "ROUTE1": _plain("segment", "route"),
        "DURANA": _duration,
        "ANADISC": _plain("anakinra", "stop_reason"),
        "CRSMAX": lambda case: case.highest("crs"),
        "ICANSMAX": lambda case: case.highest("icans"),
        "STER_PRE": lambda case: int(any(row.drug in STEROIDS for row in case.before)) if case.start else None,
        "TOCIN_PRE": _doses,
        "DTHFL": lambda case: int(case.is_dead),
        "DTHDY": lambda case: case.days(day_of(case.death, "died_on")),
        "DTHCAUS": _plain("death", "cause"),
        "DTHCLASS": lambda case: case.death_class[0],
        "DTHCLSRC": lambda case: case.death_class[1],
        "TRMFL": _is_trm,
        "LSTCONDY": lambda case: case.days(day_of(case.follow_up, "last_contact_on")),
        "VITSTAT": _plain("follow_up", "vital_status"),
        "FUPDAYS": _end_of_follow_up,
        "SAFFL": lambda case: int(case.anakinra is not None),
    }


def _of_case(how: Callable[[Case], Any]) -> Callable[[Patient], Any]:
    def method(patient: Patient) -> Any:
        if not hasattr(patient, "_case"):
            patient._case = Case(patient)  # type: ignore[attr-defined]
        return how(patient._case)  # type: ignore[attr-defined]

    return method


def resource() -> resources.ModelResource:
    """The resource: registry id and site of the patient, then the columns."""
    own = {
        name: fields.Field(column_name=name, dehydrate_method=_of_case(how))
        for name, how in columns(rare_levels()).items()
    }
    meta = type("Meta", (), {"model": Patient, "fields": ("id", "site", *own), "chunk_size": 1_000})
    made: resources.ModelResource = type("Adsl", (resources.ModelResource,), {**own, "Meta": meta})()
    return made


def patients_of(ids: Iterable[Any]) -> QuerySet[Patient]:
    """The patients with everything that the columns need."""
    return Patient.objects.filter(pk__in=list(ids)).order_by("pk").prefetch_related(*PREFETCHED)
