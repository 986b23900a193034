"""The same columns of ADSL as a project would export them with django-import-export: one dehydrate method per column.

Everything that a column needs is prefetched, and what several columns need is looked up once per case; resources that
fetch per case are far slower.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from operator import attrgetter
from typing import Any, Final

from django.db.models import Count, QuerySet
from import_export import fields, resources

from exports.datasets.adsl_labs import PICKED
from exports.datasets.adsl_people import AGE_CODES, PRODUCT_GROUPS
from exports.datasets.dose_groups import GROUP_CODES
from exports.freeze.policy import AGE_CAP_YEARS, MERGED, RARE_BELOW_PATIENTS
from registry.models import Patient
from registry.rules.anakinra import AnakinraRoute, dose_class
from registry.rules.disease import GROUPS, Diagnosis
from registry.rules.dosing import HOURS_PER_DAY
from registry.rules.patient import age_group
from registry.rules.therapy import STEROIDS, TherapyDrug
from tests.performance.pooled_case import Case, day_of, index_rule

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
