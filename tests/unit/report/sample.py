"""A report by hand, of the shape that `study_report` returns, with the figures of a made-up cohort of 43 cases."""

from __future__ import annotations

import copy
import math
from typing import Any

from exports.survival.proportions import binomial

TICKS = (0, 14, 28, 42, 60)
SIZES = {"HIGH": 28, "LOW": 15, "ALL": 43}
Report = dict[str, Any]


def sample() -> Report:
    """Return a whole report; each call returns a fresh one."""
    return copy.deepcopy(
        {
            "schema": 1,
            "release": {
                "name": "DEMO-2026-1",
                "content_hash": "0f" * 32,
                "data_cut": "2025-01-31T00:00:00Z",
                "level": "AGREEMENT",
                "code_revision": "abc1234",
                "simulated": True,
            },
            "plan": {"dose_rule": "FIRST", "indications": [], "products": ["AXI"], "year_from": 2019, "year_to": None,
                     "min_follow_up_days": 0},
            "software": {"python": "3.11.7", "numpy": "2.3.1", "scipy": "1.17.0", "quell": "0.1.0"},
            "groups": [{"key": key, "label": label, "n": SIZES[key]} for key, label in (
                ("HIGH", "High dose (more than 200 mg/day, intravenous)"), ("LOW", "Low dose (100 to 200 mg/day)"),
                ("ALL", "All cases"))],
            "flow": flow(),
            "table_one": table_one(),
            "safety": safety(),
            "response": response(),
            "incidence": [
                incidence("trm_infusion", "Treatment-related mortality from infusion", "infusion", [28, 60]),
                incidence("resolution", "Resolution of CRS and ICANS", "anakinra", [7, 14, 28], rate=0.12),
            ],
            "survival": [survival("os", "Overall survival")],
            "models": models(),
            "sensitivity": sensitivity(),
            "abstract": [
                {"id": "trm28", "label": "Treatment-related mortality, day 28", "published": "7 % (2-17)",
                 "found": "7 % (2-17)", "agrees": True},
                {"id": "hr", "label": "Resolution, high against low dose", "published": "2.19 (0.94-5.12)",
                 "found": "2.05 (0.91-4.60)", "agrees": False},
            ],
            "notes": [
                {"id": "methods", "heading": "Methods", "text": "Cumulative incidence by Aalen and Johansen."},
                {"id": "epv", "heading": "Few events", "text": {
                    "words": "%(n)s events per parameter.", "values": {"n": 1.8}}},
            ],
            "cases": {"swimmer": [case(number) for number in range(43)]},
            "dose": dose(),
            "suppressed": None,
        }
    )  # fmt: skip


def share(count: int, of: int) -> Report:
    found = binomial(count, of)
    return {"count": count, "of": of, "missing": 0, "est": found.est, "lower": found.exact_lower,
            "upper": found.exact_upper}  # fmt: skip


def shares(high: int, low: int) -> Report:
    return {"HIGH": share(high, 28), "LOW": share(low, 15), "ALL": share(high + low, 43)}


def counts(high: int, low: int) -> dict[str, int]:
    return {"HIGH": high, "LOW": low, "ALL": high + low}


def flow() -> Report:
    return {
        "entered": 51,
        "frozen_excluded": [{"reason": "WITHDRAWN", "label": "Patient withdrew", "patients": 2}],
        "left": [
            {"reason": "NO_ANAKINRA", "label": "No anakinra after the infusion", "patients": 5},
            {"reason": "NOT_REFRACTORY", "label": "No course for refractory CRS or ICANS", "patients": 2},
        ],
        "analysed": 44,
        "classes": [
            {"code": "HIGH", "label": "High dose", "patients": 28, "listed": []},
            {"code": "LOW", "label": "Low dose", "patients": 15, "listed": []},
            {"code": "SUB100", "label": "Below 100 mg/day", "patients": 1, "listed": [
                {"subject": "KQ7", "dose": 50.0, "route": "Subcutaneous", "why": "Below 100 mg/day"}]},
        ],
        "sites": [{"site": "S01", "patients": 12}, {"site": "S02", "patients": 31}],
        "missing": [{"column": "KPS", "label": "Karnofsky performance status", "unit": "", "n": 43, "missing": 3}],
        "follow_up": {"median": 412.0, "lower": 380.5, "upper": None, "n": 43, "events": 26},
        "without_time": [{"parameter": "RES", "label": "Resolution of CRS and ICANS", "reason": "NO_GRADE",
                          "words": "No grade recorded", "patients": 1}],
    }  # fmt: skip


def table_one() -> Report:
    numeric = {
        "n": 28,
        "missing": 1,
        "median": 62.5,
        "q1": 54.0,
        "q3": 70.25,
        "min": 31,
        "max": 83,
        "mean": 61.8,
        "sd": 9.1,
    }
    level = {key: {"count": SIZES[key] // 2, "of": SIZES[key]} for key in SIZES}
    return {
        "rows": [
            {"id": "AGE", "label": "Age at infusion", "unit": "years", "kind": "numeric",
             "cells": dict.fromkeys(SIZES, numeric), "smd": -0.21, "test": "Wilcoxon rank-sum test", "p": 0.4123},
            {"id": "SEX", "label": "Sex", "unit": "", "kind": "categorical",
             "levels": [{"code": "F", "label": "Female", "cells": level},
                        {"code": "M", "label": "Male", "cells": level}],
             "missing": {"HIGH": 0, "LOW": 2, "ALL": 2}, "smd": 0.05, "test": "Fisher's exact test", "p": 1.0},
        ]
    }  # fmt: skip


def safety() -> Report:
    return {
        "side_effects": shares(6, 3),
        "events": [{"term": "NEUTROPENIA", "label": "Neutropenia", "patients": counts(4, 2), "events": counts(5, 2),
                    "by_grade": {"2": 3, "3": 4}}],
        "stopped_for_side_effect": shares(1, 2),
        "stop_reasons": [{"code": "RESOLVED", "label": "Toxicity resolved", "counts": counts(20, 6)},
                         {"code": "DEATH", "label": "Death", "counts": counts(3, 7)}],
        "infections": {"patients": shares(8, 5), "severe": shares(3, 3),
                       "by_class": [{"code": "BACTERIAL", "label": "Bacterial", "counts": counts(5, 3)}],
                       "cumulative": "infection"},
    }  # fmt: skip


def response() -> Report:
    return {
        "overall": shares(23, 10),
        "fisher_p": 0.2874,
        "levels": [{"code": "CR", "label": "Complete response", "counts": counts(18, 7)},
                   {"code": "PR", "label": "Partial response", "counts": counts(5, 3)}],
        "not_evaluable": counts(0, 1),
    }  # fmt: skip


def curve(rate: float, top: float, days: int = 61) -> Report:
    """Return a curve that rises to `top`, its limits estimable from the first event on."""
    times = [0, *range(1, days, 3)]
    est = [round(top * (1 - math.exp(-rate * day)), 6) for day in times]
    limits = [(None, None) if value == 0 else (value * 0.5, min(value * 1.6, 0.99)) for value in est]
    return {"time": times, "est": est, "lower": [one for one, _two in limits], "upper": [two for _one, two in limits]}


def at(found: Report, days: list[int], n: int) -> list[Report]:
    rows = []
    for day in days:
        place = max(number for number, time in enumerate(found["time"]) if time <= day)
        rows.append({"day": day, "est": found["est"][place], "lower": found["lower"][place],
                     "upper": found["upper"][place], "se": 0.05, "at_risk": n - day // 4, "events": 3})  # fmt: skip
    return rows


def incidence(name: str, title: str, origin: str, days: list[int], rate: float = 0.02) -> Report:
    groups = {}
    for key, top in (("HIGH", 0.2), ("LOW", 0.47), ("ALL", 0.29)):
        event, other = curve(rate, top if rate < 0.1 else 0.9 - top), curve(0.015, top / 2)
        groups[key] = {
            "n": SIZES[key], "n_events": {"1": 9, "2": 4}, "at": at(event, days, SIZES[key]),
            "competing_at": at(other, days, SIZES[key]), "median": 7.0 if key == "HIGH" else None,
            "median_lower": 5.0 if key == "HIGH" else None, "median_upper": None, "curve": event,
            "competing_curve": other, "last": 400,
            "at_risk": [{"day": day, "n": SIZES[key] - day // 5} for day in TICKS],
        }  # fmt: skip
    gray = {"1": {"chisq": 4.171, "df": 1, "p": 0.0411}, "2": {"chisq": 15.2, "df": 1, "p": 0.0001}}
    return {"id": name, "title": title, "origin": origin, "event": "Event of interest", "competing": "Competing death",
            "days": days, "parameter": "TRM60", "groups": groups, "gray": gray,
            "gray_error": None, "note": None}  # fmt: skip


def survival(name: str, title: str) -> Report:
    groups = {}
    for key, top in (("HIGH", 0.3), ("LOW", 0.6), ("ALL", 0.4)):
        fall = curve(0.01, top, 400)
        down = {**fall, "est": [1 - value for value in fall["est"]],
                "lower": [None if value is None else 1 - value for value in fall["upper"]],
                "upper": [None if value is None else 1 - value for value in fall["lower"]]}  # fmt: skip
        reads = [{**one, "surv": one.pop("est")} for one in at(down, [30, 90, 180, 365], 100)]
        groups[key] = {"n": SIZES[key], "n_events": 12, "at": reads, "median": None, "median_lower": 210.0,
                       "median_upper": None, "curve": down,
                       "at_risk": [{"day": day, "n": SIZES[key] - day // 30} for day in (0, 90, 180, 270, 365)],
                       "last": 700}  # fmt: skip
    return {"id": name, "title": title, "origin": "infusion", "days": [30, 90, 180, 365], "groups": groups,
            "log_rank": {"chisq": 3.86, "df": 1, "p": 0.0494}, "error": None}  # fmt: skip


def term(name: str, label: str, unit: str, hr: float, se: float) -> Report:
    coef = math.log(hr)
    return {"name": name, "label": label, "covariate": label, "unit": unit, "coef": coef, "se": se, "hr": hr,
            "lower": math.exp(coef - 1.96 * se), "upper": math.exp(coef + 1.96 * se), "z": coef / se, "p": 0.0692,
            "lr_p": 0.0581, "ph_p": 0.4412, "per": []}  # fmt: skip


def model(name: str, kind: str, terms: list[Report], **more: Any) -> Report:
    chisq = {"chisq": 6.31, "df": len(terms) or 1, "p": 0.012}
    return {
        "id": name, "title": "Resolution of CRS and ICANS", "endpoint": "resolution", "cause": 1, "kind": kind, "n": 40,
        "excluded_missing": 3, "missing_by_covariate": {"KPS": 3}, "n_events": 30, "parameters": len(terms), "epv": 6.0,
        "epv_warning": None, "ties": "efron", "strata": None, "entry": False, "reference": {}, "terms": terms,
        "tests": {"lr": chisq, "wald": chisq, "score": chisq}, "concordance": 0.6612, "ph_global": chisq,
        "firth": None, "error": None, **more,
    }  # fmt: skip


def models() -> list[Report]:
    group = term("GROUP=HIGH", "high vs low dose", "", 2.19, 0.4325)
    karnofsky = term("KPS", "Karnofsky performance status", "per 1 point", 1.05, 0.0205)
    karnofsky["per"] = [{"label": "per 10 points", "hr": 1.63, "lower": 1.09, "upper": 2.43}]
    warning = {
        "words": "Only %(epv)s events per parameter, below 5: the model is overfitted.",
        "values": {"epv": "1.8"},
    }
    firth = [{"name": "KPS", "hr": 1.04, "lower": 1.0, "upper": 1.09, "p": 0.031},
             {"name": "GROUP=HIGH", "hr": 2.0, "lower": 0.9, "upper": 4.4, "p": 0.08}]  # fmt: skip
    error = {"code": "MONOTONE", "words": "No finite hazard ratio.", "advice": "Read the penalised estimate."}
    return [
        model("resolution_group", "univariable", [{**group, "covariate": "Dose group"}]),
        model("resolution_kps", "univariable", [karnofsky]),
        model("resolution_product", "univariable", [], error=error, title="Product"),
        model("resolution_multivariable", "multivariable", [karnofsky, group, term("X", "Wide", "per unit", 30.0, 2.5)],
              epv_warning=warning, firth=firth),
    ]  # fmt: skip


def sensitivity() -> list[Report]:
    hazard = {"est": 2.19, "lower": 0.94, "upper": 5.12, "p": 0.0692, "kind": "hr"}
    percent = {"est": 0.07, "lower": 0.018, "upper": 0.172, "kind": "percent"}
    later = {"est": 0.083, "lower": 0.021, "upper": 0.2, "kind": "percent"}
    return [
        {"id": "delayed", "label": "Risk set from anakinra on", "group": "delayed_entry", "quantity": "TRM, day 28",
         "primary": percent, "found": later, "n": 43, "events": 9, "note": None, "error": None},
        {"id": "site", "label": "Without site S01", "group": "leave_one_out", "quantity": "Resolution, high vs low",
         "primary": hazard, "found": None, "n": 31, "events": 4, "note": "Few cases are left.",
         "error": "Nobody had the event."},
    ]  # fmt: skip


def case(number: int) -> Report:
    start, end = 5 + number % 4, 30 + 17 * number
    grades = [[day, grade] for day, grade in zip(range(start - 3, start + 9), [1, 2, 2, 3, 4, 3, 3, 2, None, 1, 1, 0])]  # noqa: B905
    return {
        "subject": f"CASE{number:02}", "site": "S01",
        "group": "HIGH" if number < 28 else "LOW" if number < 42 else None,
        "dose": 8.125 if number < 28 else 1.4, "entry": start, "end": end,
        "died": number % 3 == 0, "trm": number % 6 == 0,
        "relapse": 25 if number % 7 == 0 else None, "crs": grades[:6], "icans": grades,
        "anakinra": [[start, start + 4, 600 if number < 28 else 100], [start + 5, start + 9, 200]],
        "resolved": None if number % 3 == 0 else start + 9,
    }  # fmt: skip


def dose() -> Report:
    daily = [
        {"day": day,
         "HIGH": {"n": 28 - day, "median": max(600.0 - 25 * day, 100),
                  "q1": max(400.0 - 20 * day, 100), "q3": 800.0 - 25 * day},
         "LOW": {"n": 15 - day // 2, "median": 150.0, "q1": 100.0, "q3": 200.0}, "ALL": None}
        for day in range(20)
    ]  # fmt: skip
    return {"daily": daily, "cases": []}


def suppressed() -> Report:
    """Return the same report as it looks with small numbers hidden."""
    report = sample()
    report["suppressed"] = {"small_below": 11, "round_to": 5}
    report["cases"] = None
    report["flow"]["sites"] = None
    report["flow"]["classes"] = [{"code": "SUB100", "label": "Below 100 mg/day", "patients": None, "listed": []}]
    report["dose"] = {"daily": [], "cases": []}
    report["safety"]["stopped_for_side_effect"] = {key: {"count": None, "of": None, "missing": None, "est": None,
                                                         "lower": None, "upper": None} for key in SIZES}  # fmt: skip
    report["table_one"]["rows"][1]["levels"][0]["cells"]["LOW"] = {"count": None, "of": None}
    cell = report["table_one"]["rows"][0]["cells"]["HIGH"]
    cell.update(dict.fromkeys(("q1", "q3", "min", "max", "mean", "sd")))
    for endpoint in report["incidence"]:
        endpoint["groups"]["LOW"] = None
        endpoint["groups"]["ALL"]["median"] = None
        endpoint["groups"]["HIGH"]["curve"] = None
        endpoint["groups"]["ALL"]["n_events"] = {"1": None, "2": None}
    return report
