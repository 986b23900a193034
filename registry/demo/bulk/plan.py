"""What is decided once per simulated case, kept in a temporary table that all topics are written from."""

from __future__ import annotations

from registry.demo.bulk.numbers import Numbers

# Product, diagnosis, first day of use, share of the cases.
PRODUCTS = (
    ("AXI", "DLBCL", "2017-11-06", 0.34),
    ("AXI", "TFL", "2017-11-06", 0.06),
    ("BREXU", "MCL", "2020-08-10", 0.15),
    ("TISA", "DLBCL", "2018-05-14", 0.15),
    ("LISO", "HGBL", "2021-02-22", 0.12),
    ("IDE", "MM", "2021-04-12", 0.12),
    ("CILTA", "MM", "2022-03-14", 0.06),
)
LAST_INFUSION = "2022-12-01"

# Prescriptions: mg per dose, hours between doses, route, share. The last two fall in no group of the study.
PRESCRIPTIONS = (
    (100, 6, "IV", 0.22),
    (200, 8, "IV", 0.22),
    (200, 6, "IV", 0.12),
    (300, 8, "IV", 0.06),
    (100, 24, "SC", 0.18),
    (100, 12, "SC", 0.11),
    (100, 12, "IV", 0.06),
    (200, 12, "SC", 0.02),
    (50, 24, "SC", 0.01),
)


def plan_statement(numbers: Numbers, first: int, last: int) -> str:
    """Return the statement that decides cases `first` to `last`; it reads `generated_sites` (no, id, code, country)."""
    return f"""
CREATE TEMPORARY TABLE generated_plan AS
WITH drawn AS ({_drawn(numbers, first, last)}),
timed AS ({_timed(numbers)})
SELECT p.*,
       CASE WHEN s_trm = 2 THEN least(days_to_progression, greatest(t_os - 15, 1))
            WHEN s_trm = 0 AND days_to_progression < t_os THEN days_to_progression END AS t_progression,
       least(t_os, entry + CASE WHEN s_res = 1 THEN t_res + {numbers.whole(40, 0, 2)} ELSE 14 END) AS anakinra_end,
       infused_on + entry AS started_on,
       infused_on + t_os AS last_on
FROM timed p"""


def _drawn(numbers: Numbers, first: int, last: int) -> str:
    is_female = numbers.happens(3, 0.42)
    weight = f"(CASE WHEN {is_female} THEN 68 ELSE 82 END + 13 * {numbers.bell(4)})"
    return f"""
SELECT p.n, s.id AS site_id, s.country,
       {numbers.key("patient")} AS patient_id, {numbers.key("course")} AS course_id,
       {numbers.key("anakinra")} AS anakinra_id,
       d.product, d.diagnosis, r.dose_mg, r.interval_h, r.route, r.dose_mg * 24.0 / r.interval_h AS daily_mg,
       d.from_on + floor({numbers.uniform(5)} * (date '{LAST_INFUSION}' - d.from_on))::int AS infused_on,
       CASE WHEN {numbers.happens(6, 0.002)} THEN 91
            ELSE greatest(18, least(89, round(60 + 13 * {numbers.bell(7)})))::int END AS age,
       CASE WHEN {is_female} THEN 'FEMALE' ELSE 'MALE' END AS sex,
       greatest(42, least(140, {weight}))::numeric(5,1) AS weight_kg,
       (ARRAY[50,60,70,70,80,80,80,90,90,100])[1 + floor({numbers.uniform(8)} * 10)::int] AS kps,
       greatest(8, exp(6.8 + 1.1 * {numbers.bell(9)}))::int AS ferritin,
       least(25, 1 + {numbers.waiting(10, "0.18")}) AS entry,
       {numbers.happens(11, 0.85)} AS has_crs, {numbers.whole(12, 0, 2)} AS crs_onset,
       {numbers.whole(13, 3, 6)} AS crs_days,
       {numbers.pick(14, ["1", "1", "2", "2", "2", "3", "4"])}::int AS crs_peak,
       {numbers.happens(15, 0.88)} AS has_icans, {numbers.pick(16, ["2", "2", "3", "3", "4"])}::int AS icans_peak,
       {numbers.happens(17, 0.77)} AS has_responded
FROM generate_series({first}, {last}) AS p(n)
JOIN generated_sites s
  ON s.no = 1 + floor((SELECT count(*) FROM generated_sites) * power({numbers.uniform(1)}, 1.6))::int
JOIN (VALUES {_shares([(f"'{p}'", f"'{d}'", f"date '{on}'", share) for p, d, on, share in PRODUCTS])})
  AS d(product, diagnosis, from_on, low, high) ON {numbers.uniform(2)} >= d.low AND {numbers.uniform(2)} < d.high
JOIN (VALUES {_shares([(str(mg), str(hours), f"'{route}'", share) for mg, hours, route, share in PRESCRIPTIONS])})
  AS r(dose_mg, interval_h, route, low, high) ON {numbers.uniform(18)} >= r.low AND {numbers.uniform(18)} < r.high"""


def _shares(choices: list[tuple[str, str, str, float]]) -> str:
    """Return VALUES rows, each with the interval of the draw that it stands for."""
    rows, low = [], 0.0
    for *cells, share in choices:
        high = low + share
        rows.append(f"({', '.join(cells)}, {low:.4f}::float8, {high:.4f}::float8)")
        low = high
    return ", ".join(rows)


def _timed(numbers: Numbers) -> str:
    is_frail = numbers.happens(20, "0.06 + CASE WHEN daily_mg <= 200 THEN 0.15 ELSE 0 END")
    trm = f"CASE WHEN {is_frail} THEN entry + {numbers.waiting(21, '0.04')} ELSE 100000 END"
    other, contact = f"entry + {numbers.waiting(22, '0.0014')}", f"entry + 20 + {numbers.whole(23, 0, 660)}"
    resolves = numbers.waiting(24, "CASE WHEN daily_mg > 200 THEN 0.14 ELSE 0.08 END")
    return f"""
SELECT p.*, t.t_os, t.s_trm, CASE WHEN t.resolves <= t.t_os - entry THEN t.resolves ELSE t.t_os - entry END AS t_res,
       CASE WHEN t.resolves <= t.t_os - entry THEN 1 WHEN t.s_trm > 0 THEN 2 ELSE 0 END AS s_res,
       t.days_to_progression
FROM drawn p
CROSS JOIN LATERAL (SELECT {trm} AS trm, {other} AS other, {contact} AS contact) e
CROSS JOIN LATERAL (
    SELECT least(e.trm, e.other, e.contact) AS t_os,
           CASE WHEN e.trm <= least(e.other, e.contact) THEN 1 WHEN e.other <= e.contact THEN 2 ELSE 0 END AS s_trm,
           CASE WHEN {numbers.happens(25, 0.9)} THEN {resolves} ELSE 100000 END AS resolves,
           entry + 10 + {numbers.waiting(26, "0.0025")} AS days_to_progression) t"""
