"""One SQL query for what analyses ask of a subject most: 71 columns of ADSL, one row per case, from the live tables.

It is what somebody would write by hand who knows the rules of the dataset: per case one look into each table below.
Every expression is one of the database's own; the rules are those of `exports.datasets`, so that cells can be compared.
"""

from __future__ import annotations

from typing import Final

from exports.datasets.adsl_labs import PICKED
from exports.freeze.policy import AGE_CAP_YEARS, MERGED, RARE_BELOW_PATIENTS
from exports.freeze.queries import Cases
from registry.rules.disease import GROUPS
from registry.rules.therapy import STEROIDS

# Variable of ADSL -> SQL. `p` is the patient, `o` the index course, `a` the index course of anakinra, `s` its first
# segment, `labs` the picked samples, `crs` and `icans` the highest grades, `before` what was given before anakinra.
_START: Final = "(coalesce(CASE WHEN a.started_on_precision = 'DAY' THEN a.started_on END, s.segment_started_on))"
_DIED: Final = "(x.id IS NOT NULL OR coalesce(f.vital_status = 'DEAD', false))"
_CLASS: Final = "coalesce(review.trm_class, x.trm_class_site, x.trm_class_algorithm)"
_LAST: Final = "CASE WHEN f.last_contact_on_precision = 'DAY' THEN f.last_contact_on - o.infused_on END"
_DEATH: Final = "CASE WHEN x.died_on_precision = 'DAY' THEN x.died_on - o.infused_on END"
# Whoever reached the cap by the last day that is known of is as old as that.
_LATER: Final = "(SELECT max(infused_on) FROM registry_infusioncourse WHERE patient_id = p.id)"
_SEEN: Final = f"greatest(f.last_contact_on, x.died_on, {_LATER})"
_OLDEST: Final = f"(p.age_at_infusion + greatest(0, ({_SEEN} - o.infused_on) * 4 / 1461))"
_AGE: Final = f"CASE WHEN {_OLDEST} >= {AGE_CAP_YEARS} THEN {AGE_CAP_YEARS} ELSE p.age_at_infusion END"
_DAILY: Final = "(s.dose_mg * 24 / s.interval_h)"


def _status(name: str) -> str:
    """A performance status, where it counts."""
    own = " AND coalesce(o.kps_scale <> 'ECOG', true)" if name == "kps" else ""
    day = f"o.{name}_on - coalesce(o.ld_started_on, o.infused_on)"
    counts = f"coalesce({day} BETWEEN -30 AND 0, true) AND coalesce(o.{name}_source <> 'CONVERTED', true){own}"
    return f"CASE WHEN {counts} THEN o.{name} END"


def _merged(name: str) -> str:
    few = f"count(*) OVER (PARTITION BY p.{name}) < {RARE_BELOW_PATIENTS}"
    return f"CASE WHEN p.{name} IS NOT NULL AND {few} THEN '{MERGED}' ELSE p.{name} END"


def _dose_group() -> str:
    above = "CASE s.route WHEN 'IV' THEN 'HIGH' WHEN 'SC' THEN 'OTHER_SC_HIGH' END"
    return (
        f"CASE WHEN {_DAILY} < 100 THEN 'SUB100' WHEN {_DAILY} <= 200 THEN 'LOW' WHEN {_DAILY} > 200 THEN {above} END"
    )


_KPS: Final = _status("kps")
EXPRESSIONS: Final[dict[str, str]] = {
    "AGE": _AGE,
    "AGE__mr": "p.missing ->> 'age_at_infusion'",
    "AGEGR": "(ARRAY['LT40', '40_64', '65_74', 'GE75'])"
    f"[CASE WHEN p.age_at_infusion IS NOT NULL THEN 1 + width_bucket({_AGE}, ARRAY[40, 65, 75]) END]",
    "SEX": "p.sex",
    "SEX__mr": "p.missing ->> 'sex'",
    "RACE": _merged("race"),
    "RACE__mr": "p.missing ->> 'race'",
    "ETHNIC": _merged("ethnicity"),
    "ETHNIC__mr": "p.missing ->> 'ethnicity'",
    "COUNTRY": _merged("country"),
    "DIS": "d.diagnosis",
    "DISGR": "groups.code",
    "NLINES": "d.prior_lines",
    "NLINES__mr": "d.missing ->> 'prior_lines'",
    "PRIORHCT": "d.prior_transplant",
    "DISSTAT_PRELD": "d.status_pre_ld",
    "PROD": "o.product_id",
    "TARGET": "nullif(product.target, '')",
    "COSTIM": "nullif(product.costimulatory_domain, '')",
    "PRODGR": "CASE WHEN o.product_id IN ('AXI', 'BREXU', 'TISA', 'LISO') THEN o.product_id"
    " WHEN product.target = 'BCMA' THEN 'BCMA' ELSE 'OTHER' END",
    "INFYR": f"CASE WHEN {_OLDEST} < {AGE_CAP_YEARS} THEN extract(year FROM o.infused_on)::int END",
    "BRIDGE": "o.bridging",
    "LDREG": "o.ld_regimen",
    "LDDY": "o.ld_started_on - o.infused_on",
    "FLUDOSE": "o.fludarabine_mg_m2",
    "CYDOSE": "o.cyclophosphamide_mg_m2",
    "KPS": _KPS,
    "KPS__mr": f"CASE WHEN {_KPS} IS NULL AND o.kps IS NOT NULL THEN 'ND' ELSE o.missing ->> 'kps' END",
    "KPS10": f"({_KPS}) / 10.0",
    "ECOG": _status("ecog"),
    "PSSCALE": "o.kps_scale",
    "PSSRC": "coalesce(o.kps_source, o.ecog_source)",
    **{name: f"labs.{name.lower()}" for name in PICKED},
    "FERRCMP": "labs.ferrcmp",
    "LFERR": "CASE WHEN labs.ferr_preld > 0 THEN ln(labs.ferr_preld::float8) / ln(2::float8) END",
    "EASIX_PRELD": "(labs.ldh_preld * labs.crea_preld / nullif(labs.plt_preld, 0))::float8",
    "ANASTDY": f"{_START} - o.infused_on",
    "IDXRULE": "a.rule",
    "ANAINT": "a.intent",
    "ANAIND": "a.indication",
    "DAYS2ANA": f"{_START} - o.infused_on",
    "DOSE24": _DAILY,
    "WEIGHT": "a.dose_weight_kg",
    "WTSRC": "a.dose_weight_source",
    "MGKGD": f"CASE WHEN a.dose_weight_kg > 0 THEN {_DAILY} / a.dose_weight_kg END",
    "DOSEGRP": _dose_group(),
    "ROUTE1": "s.route",
    "DURANA": f"CASE WHEN a.ended_on_precision = 'DAY' THEN a.ended_on - {_START} + 1 END",
    "ANADISC": "a.stop_reason",
    "CRSMAX": "crs.highest",
    "ICANSMAX": "icans.highest",
    "STER_PRE": f"CASE WHEN {_START} IS NOT NULL THEN coalesce(before.steroid, 0) END",
    "TOCIN_PRE": f"CASE WHEN {_START} IS NOT NULL THEN coalesce(before.tocilizumab, 0) END",
    "DTHFL": f"{_DIED}::int",
    "DTHDY": _DEATH,
    "DTHCAUS": "x.cause",
    "DTHCLASS": _CLASS,
    "DTHCLSRC": "CASE WHEN review.trm_class IS NOT NULL THEN 'ADJ' WHEN x.trm_class_site IS NOT NULL THEN 'SITE'"
    " WHEN x.trm_class_algorithm IS NOT NULL THEN 'ALGO' END",
    "TRMFL": f"CASE WHEN NOT {_DIED} THEN 0 WHEN {_CLASS} <> 'UNKNOWN' THEN ({_CLASS} = 'TRM')::int END",
    "LSTCONDY": _LAST,
    "VITSTAT": "f.vital_status",
    "FUPDAYS": f"CASE WHEN {_DIED} THEN {_DEATH} ELSE {_LAST} END",
    "SAFFL": "(a.id IS NOT NULL)::int",
}


def pooled_query(cases: Cases) -> str:
    """The query: the case's registry id and site, then EXPRESSIONS; its parameters are those of the cases."""
    columns = ", ".join(f'{expression} AS "{name}"' for name, expression in EXPRESSIONS.items())
    return f"WITH cases AS MATERIALIZED ({cases.text}) SELECT p.id, p.site_id, {columns} {_FROM}"


def _labs() -> str:
    values = ", ".join(
        f"max(canonical_value) FILTER (WHERE analyte = '{analyte}') AS {name.lower()}"
        for name, (analyte, _label, _unit) in PICKED.items()
    )
    analytes = ", ".join(f"'{analyte}'" for analyte, _label, _unit in PICKED.values())
    # Of several samples of a day the marked one counts, else the first by what leaves of them.
    order = (
        "analyte, sampled_on DESC, coalesce(timepoint = 'PRE_LD', false) DESC, value, missing ->> 'value', unit,"
        " missing ->> 'unit', comparator, lower_limit, upper_limit, timepoint, canonical_value"
    )
    last = "coalesce(o.ld_started_on, CASE WHEN o.ld_regimen = 'NONE' THEN o.infused_on END)"
    return (
        f"LEFT JOIN LATERAL (SELECT {values}, max(comparator) FILTER (WHERE analyte = 'FERRITIN') AS ferrcmp"
        " FROM (SELECT DISTINCT ON (analyte) analyte, canonical_value, comparator FROM registry_labresult"
        f" WHERE course_id = o.id AND analyte IN ({analytes}) AND canonical_value IS NOT NULL"
        f" AND sampled_on BETWEEN {last} - 14 AND {last} ORDER BY {order}) AS picked) AS labs ON true"
    )


def _anakinra() -> str:
    grade = "greatest(crs_grade_at_start, icans_grade_at_start)"
    refractory = "coalesce(intent IN ('REFRACTORY_CRS', 'REFRACTORY_ICANS', 'BOTH'), false)"
    rule = (
        f"CASE WHEN {refractory} AND coalesce({grade} >= 2, true) THEN 'STUDY'"
        f" WHEN {refractory} THEN 'REFRACTORY' ELSE 'ANY' END"
    )
    columns = (
        "id, anakinra_no, intent, indication, started_on, started_on_precision, ended_on, ended_on_precision,"
        " stop_reason, dose_weight_kg, dose_weight_source, first_daily_mg, crs_grade_at_start, icans_grade_at_start"
    )
    return (
        f"LEFT JOIN LATERAL (SELECT {columns}, {rule} AS rule FROM registry_anakinracourse WHERE course_id = o.id"
        f" ORDER BY array_position(ARRAY['STUDY', 'REFRACTORY', 'ANY'], {rule}), anakinra_no LIMIT 1) AS a ON true"
        " LEFT JOIN LATERAL (SELECT segment_started_on, dose_mg, interval_h, route FROM registry_anakinrasegment"
        " WHERE anakinra_course_id = a.id ORDER BY segment_started_on NULLS FIRST,"
        " daily_mg IS DISTINCT FROM a.first_daily_mg, segment_no LIMIT 1) AS s ON true"
    )


def _highest(tox: str) -> str:
    """The highest grade of episodes, days and the start of anakinra; 0 without an episode."""
    return (
        f"LEFT JOIN LATERAL (SELECT CASE WHEN count(*) = 0 THEN coalesce(a.{tox}_grade_at_start, 0)"
        f" ELSE greatest(max(e.max_grade), max(t.grade), a.{tox}_grade_at_start) END AS highest"
        f" FROM registry_{tox}episode e LEFT JOIN LATERAL (SELECT max(coalesce(grade_reported, grade_computed))"
        f" AS grade FROM registry_{tox}assessment WHERE episode_id = e.id) AS t ON true WHERE e.course_id = o.id)"
        f" AS {tox} ON true"
    )


def _before() -> str:
    steroids = ", ".join(f"'{drug}'" for drug in sorted(STEROIDS))
    doses = (
        "CASE WHEN interval_h IS NOT NULL AND ended_on IS NOT NULL"
        f" THEN floor((least(ended_on, {_START}) - started_on) * 24 / interval_h)::int + 1 ELSE 1 END"
    )
    return (
        f"LEFT JOIN LATERAL (SELECT max((drug IN ({steroids}))::int) AS steroid,"
        f" sum({doses}) FILTER (WHERE drug = 'TOCILIZUMAB') AS tocilizumab FROM registry_toxicitytherapy"
        f" WHERE course_id = o.id AND started_on <= {_START}) AS before ON true"
    )


def _review() -> str:
    return (
        "LEFT JOIN LATERAL (SELECT trm_class FROM registry_deathreview WHERE death_id = x.id AND trm_class IS NOT NULL"
        " GROUP BY trm_class HAVING count(*) >= 2 ORDER BY min(review_no) LIMIT 1) AS review ON true"
    )


_GROUPS: Final = ", ".join(f"('{diagnosis}', '{group}')" for diagnosis, group in GROUPS.items())
_FROM: Final = " ".join(
    (
        "FROM cases JOIN registry_patient p ON p.id = cases.id",
        "JOIN registry_infusioncourse o ON o.patient_id = p.id AND o.course_no = 1",
        "JOIN registry_product product ON product.code = o.product_id",
        "LEFT JOIN registry_disease d ON d.patient_id = p.id",
        f"LEFT JOIN (VALUES {_GROUPS}) AS groups(diagnosis, code) ON groups.diagnosis = d.diagnosis",
        "LEFT JOIN registry_death x ON x.patient_id = p.id",
        "LEFT JOIN registry_followup f ON f.patient_id = p.id",
        _labs(),
        _anakinra(),
        _highest("crs"),
        _highest("icans"),
        _before(),
        _review(),
    )
)
