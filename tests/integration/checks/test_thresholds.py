"""Thresholds: one row is found or not by what a data manager has set, and no setting breaks a check."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from django.utils import translation

from registry.checks.catalogue import load
from registry.checks.declared import check_named, edit_checks, shown_number, threshold
from sites.context import acting_as_system
from tests.integration.checks.case_of import INFUSED, Case, day

load()
WITH_THRESHOLDS = [check for check in edit_checks() if check.thresholds]
NAMED = re.compile(r"%\((\w+)\)s")


def is_found_under(site, code, limits, *rows):
    """Make the rows and tell whether the check finds any under these limits."""
    patient = {name: value for topic, values in rows if topic == "patient" for name, value in values.items()}
    case = Case(site, **patient)
    for topic, values in rows:
        if topic != "patient":
            case.add(topic, **values)
    case.hits(code)
    check = check_named(code)
    with acting_as_system("tests", reason="look"):
        given = {name: Decimal(value) for name, value in limits.items()}
        return check.violating(check.topic.model.objects.order_by(), given).exists()


def lab(analyte, value, on=0, **values):
    return ("lab", {"analyte": analyte, "canonical_value": value, "value": value, "sampled_on": day(on), **values})


def course(**values):
    return ("infusion_course", values)


def anakinra(**values):
    return ("anakinra_course", {"started_on": INFUSED, **values})


def segment(**values):
    return ("anakinra_segment", values)


ADULT = ("patient", {"age_at_infusion": 60})
TWICE = [segment(segment_ended_on=day(1)), segment(segment_no=2, segment_started_on=day(4))]
DAYS = [
    ("stay", {"ended_on": day(9)}),
    ("crs_episode", {"onset_on": day(1), "resolved_on": day(3), "is_resolved": True}),
    ("crs_assessment", {"assessed_on": day(1)}),
    ("crs_assessment", {"assessed_on": day(3)}),
]
FIRST, SECOND = lab("CRP", 10), lab("CRP", 85, 1)
PARTS = [lab("ANC", 6), lab("ALC", "4.6"), lab("WBC", 10)]
STEROID = ("toxicity_therapy", {"drug": "DEXAMETHASONE", "dose": 10, "dose_unit": "MG", "interval_h": 12})

# A row of every topic that has thresholds, with the numbers that they are about.
EVERYTHING = [
    course(weight_kg=73, height_cm=170, kps=80, cell_dose_10e6=100, apheresis_on=day(-30), ld_started_on=day(-5)),
    ("further_infusion", {"cell_dose_10e6": 100}),
    ("disease", {"prior_lines": 3}),
    ("iechs_episode", {"onset_on": day(3), "resolved_on": day(9)}),
    ("icans_episode", {"onset_on": day(3), "resolved_on": day(9)}),
    ("icans_assessment", {}),
    *DAYS,
    anakinra(weight_kg=72, intent="REFRACTORY_ICANS", ended_on=day(9)),
    segment(dose_mg=128, interval_h=8, route="SC", segment_ended_on=day(4)),
    segment(segment_no=2, segment_started_on=day(7), dose_mg=100, interval_h=24),
    ("toxicity_therapy", {"dose": 8, "dose_unit": "MG_PER_KG", "interval_h": 12, "ended_on": day(2)}),
    ("toxicity_therapy", {**STEROID[1], "therapy_no": 2}),
    FIRST,
    SECOND,
    *PARTS,
    ("response", {"assessed_on": day(28)}),
    ("infection", {"diagnosed_on": day(20)}),
    ("follow_up", {"vital_status": "DEAD", "last_contact_on": day(60)}),
    ("death", {"died_on": day(60), "cause": "INF_BACTERIAL"}),
]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("code", "limits", "rows"),
    [
        ("DT04_APH_GAP", {"fewest": 20}, [course(apheresis_on=day(-19))]),
        ("DT04_APH_GAP", {"most": 100}, [course(apheresis_on=day(-101))]),
        ("DT07_LD_GAP", {"most": 7}, [course(ld_started_on=day(-8))]),
        ("DT12_CRS_LATE", {"days": 10}, [("crs_episode", {"onset_on": day(11)})]),
        ("DT16_EP_DUR_IECHS", {"days": 30}, [("iechs_episode", {"onset_on": day(0), "resolved_on": day(31)})]),
        ("DT26_FU_SHORT", {"from_infusion": 90},
         [course(), ("follow_up", {"vital_status": "ALIVE", "last_contact_on": day(89)})]),
        ("WT02", {"percent": "2.5"}, [course(weight_kg=70), anakinra(weight_kg=72)]),
        ("WT03_BMI", {"highest": 40}, [course(weight_kg=120, height_cm=170)]),
        ("KP03", {"kps": 50}, [course(kps=50)]),
        ("DO04_MAX_S", {"most": 8}, [anakinra(weight_kg=50), segment(dose_mg=450, interval_h=24)]),
        ("DO06_VIAL", {"unit_mg": 100}, [ADULT, anakinra(weight_kg=73), segment(dose_mg=250, interval_h=24)]),
        ("DO06_VIAL", {"rounding": 0}, [ADULT, anakinra(weight_kg=73), segment(dose_mg=145, interval_h=8)]),
        ("DO07_SC_HIGH", {"daily": 300}, [segment(dose_mg=150, interval_h=10, route="SC")]),
        ("DO09_SEG_GAP_48", {"days": 2}, TWICE),
        ("DO11_RENAL", {"clearance": 45},
         [course(creatinine_clearance_ml_min=40), segment(dose_mg=100, interval_h=12)]),
        ("DO13_DUR", {"days": 14}, [anakinra(ended_on=day(15))]),
        ("TO01_DOSE", {"mg": 600}, [("toxicity_therapy", {"dose": 650, "dose_unit": "MG"})]),
        ("TO02_COUNT", {"hours": 12}, [("toxicity_therapy", {"interval_h": 8})]),
        ("ST04_HIGH", {"fewest": 40}, [STEROID, anakinra(intent="REFRACTORY_ICANS")]),
        ("PR05_DOSE", {"most": 1}, [course(cell_dose_10e6_per_kg=3)]),
        ("LB01_RANGE_S", {"ferritin_high": 5000}, [lab("FERRITIN", 6000)]),
        ("LB03_FACTOR", {"percent": 20}, [FIRST, SECOND]),
        ("LB04_PRELD_14", {"days": 14}, [course(ld_started_on=day(-5)), lab("CRP", 5, -21, timepoint="PRE_LD")]),
        ("LB05_CRP_UNIT", {"highest": 20}, [lab("CRP", 25, unit="mg/dL")]),
        ("LB06_ANC_WBC", {"percent": 5}, PARTS),
        ("OU04_RESP_DT", {"days": 28}, [("response", {"assessed_on": day(21)})]),
        ("OU08_INF_DEATH", {"days": 7},
         [("infection", {"diagnosed_on": day(20)}), ("death", {"died_on": day(30), "cause": "INF_BACTERIAL"})]),
        ("CO05_DAILY_CRS", {"days": 1}, DAYS),
        ("RG_INFUSION_COURSE_WEIGHT_KG", {"high": "69.5"}, [course(weight_kg=70)]),
        ("RG_CRS_ASSESSMENT_VASOPRESSORS", {"low": "1.5"}, [("crs_assessment", {"vasopressors": 1})]),
        ("RG_CRS_ASSESSMENT_VASOPRESSORS", {"high": "1.5"}, [("crs_assessment", {"vasopressors": 2})]),
    ],
)  # fmt: skip
@pytest.mark.parametrize("is_strict", [True, False])
def test_a_row_is_found_by_what_is_set(sev, code, limits, rows, is_strict):
    """The strict limit finds it; the loosest that may be set, or the declared one, does not."""
    assert is_found_under(sev, code, limits if is_strict else _loosest(code, limits), *rows) == is_strict


def _loosest(code, limits):
    """The limit as declared, or the farthest bound of those that are declared strictly."""
    found = {limit.name: limit for limit in check_named(code).thresholds}
    return {
        name: found[name].high if found[name].default == Decimal(value) else found[name].default
        for name, value in limits.items()
    }


@pytest.mark.django_db
@pytest.mark.parametrize("bound", ["low", "high"])
def test_every_check_runs_at_the_bounds_of_its_thresholds(sev, bound):
    case = Case(sev, age_at_infusion=60)
    for topic, values in EVERYTHING:
        case.add(topic, **values)
    case.hits("DO06_VIAL")
    with acting_as_system("tests", reason="look"):
        for check in WITH_THRESHOLDS:
            limits = {limit.name: getattr(limit, bound) for limit in check.thresholds}
            rows = check.topic.model.objects.order_by()
            assert rows.exists(), f"{check.code} has no row to judge"
            assert check.violating(rows, limits).count() <= rows.count()


@pytest.mark.parametrize("check", WITH_THRESHOLDS, ids=lambda check: check.code)
def test_every_threshold_is_declared_within_its_bounds_and_has_words(check):
    names = [limit.name for limit in check.thresholds]
    assert len(set(names)) == len(names)
    for limit in check.thresholds:
        assert limit.low <= limit.default <= limit.high
        assert limit.low < limit.high
        assert limit.words
        assert limit.unit


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("check", WITH_THRESHOLDS, ids=lambda check: check.code)
def test_a_message_tells_the_limits_that_it_names_in_every_language(check, language):
    named = set(NAMED.findall(check.message))
    with translation.override(language):
        words = check.words({name: Decimal("123456.5") for name in named})
        shown = shown_number(Decimal("123456.5"))
    assert words.count(shown) >= len(named)
    assert "%" not in words.replace(" %", "")


@pytest.mark.parametrize(
    ("value", "language", "shown"),
    [("8.5", "en", "8.5"), ("8.5", "es", "8,5"), ("12.50", "en", "12.5"), ("30.0", "en", "30"), ("400", "en", "400")],
)
def test_a_limit_is_written_as_people_write_it(value, language, shown):
    with translation.override(language):
        assert shown_number(Decimal(value)) == shown


def test_a_threshold_cannot_be_declared_outside_what_may_be_set():
    with pytest.raises(ValueError, match="outside 1 to 30"):
        threshold("days", 31, "d", "Days", low=1, high=30)
