"""The statements that lay what the checks found over the queries that are there: open, re-open, close.

Each works on all rows at once and says which ones it changed. Run again with nothing changed, they change nothing.
"""

from __future__ import annotations

FOUND = (
    "found AS (SELECT * FROM unnest(%(codes)s::text[], %(rows)s::uuid[], %(cases)s::uuid[], %(sites)s::uuid[],"
    " %(prints)s::text[]) AS given (check_code, row_id, patient_id, site_id, fingerprint))"
)
RANKED = (
    "ranked AS (SELECT * FROM unnest(%(ranked)s::text[], %(topics)s::text[], %(fields)s::text[], %(ranks)s::int[])"
    " AS given (check_code, topic, field, rank))"
)
# What the registry closed comes back when it fires; what a person settled, only once the values are others.
COMES_BACK = "(q.resolution IN ('FIXED', 'GONE', 'SWITCHED_OFF') OR q.fingerprint <> f.fingerprint)"

# Queries of checks that were run, and of those that do not run any more; a person's question is not theirs to close.
CLOSE = f"""
WITH {FOUND}
UPDATE registry_dataquery q
SET state = 'CLOSED', closed_at = %(now)s, closed_by_id = NULL, version = version + 1,
    resolution = CASE WHEN q.check_code = ANY (%(running)s) THEN 'FIXED' ELSE 'SWITCHED_OFF' END
WHERE q.state <> 'CLOSED' AND q.check_code <> '' AND q.patient_id = ANY (%(scope)s::uuid[])
  AND (q.check_code = ANY (%(ran)s) OR NOT q.check_code = ANY (%(running)s))
  AND NOT EXISTS (SELECT FROM found f WHERE f.check_code = q.check_code AND f.row_id = q.row_id)
RETURNING q.id, q.site_id, q.topic, q.row_id, q.resolution
"""
REOPEN = f"""
WITH {FOUND}
UPDATE registry_dataquery q
SET state = 'OPEN', resolution = '', closed_at = NULL, closed_by_id = NULL, fingerprint = '', answered_at = NULL,
    asked_at = %(now)s, times_reopened = q.times_reopened + 1, version = q.version + 1
FROM found f
WHERE q.check_code = f.check_code AND q.row_id = f.row_id AND q.state = 'CLOSED' AND {COMES_BACK}
RETURNING q.id, q.site_id
"""
OPEN = f"""
WITH {FOUND}, {RANKED}
INSERT INTO registry_dataquery (id, site_id, patient_id, check_code, topic, row_id, field, rank, state, resolution,
    fingerprint, text, opened_at, asked_at, times_reopened, version)
SELECT gen_random_uuid(), f.site_id, f.patient_id, f.check_code, r.topic, f.row_id, r.field, r.rank, 'OPEN', '', '', '',
    %(now)s, %(now)s, 0, 1
FROM found f JOIN ranked r ON r.check_code = f.check_code
WHERE NOT EXISTS (SELECT FROM registry_dataquery q WHERE q.check_code = f.check_code AND q.row_id = f.row_id)
ON CONFLICT (check_code, row_id) WHERE check_code <> '' DO NOTHING
RETURNING id
"""
ENTRIES = """
INSERT INTO registry_queryentry (id, site_id, query_id, at, by_id, act, cause, resolution, text, is_automatic)
SELECT gen_random_uuid(), e.site_id, e.query_id, %(now)s, %(by)s::uuid, %(act)s, '', e.resolution, %(text)s, true
FROM unnest(%(queries)s::uuid[], %(sites)s::uuid[], %(resolutions)s::text[]) AS e (query_id, site_id, resolution)
"""

# One check over whole sites against its queries: how much it finds, and the cases in which something is to be done.
DIFFERING = f"""
WITH found (check_code, row_id, patient_id, site_id, fingerprint) AS MATERIALIZED ({{check}})
SELECT (SELECT count(*) FROM found), ARRAY(
    SELECT f.patient_id FROM found f LEFT JOIN registry_dataquery q ON q.check_code = %s AND q.row_id = f.row_id
    WHERE q.id IS NULL OR q.state = 'CLOSED' AND {COMES_BACK}
    UNION
    SELECT q.patient_id FROM registry_dataquery q
    WHERE q.check_code = %s AND q.state <> 'CLOSED' AND q.site_id = ANY (%s::uuid[])
      AND NOT EXISTS (SELECT FROM found f WHERE f.row_id = q.row_id))
"""
NOT_RUNNING = """
SELECT DISTINCT patient_id FROM registry_dataquery
WHERE state <> 'CLOSED' AND check_code <> '' AND site_id = ANY (%s::uuid[]) AND NOT check_code = ANY (%s)
"""
# A check whose place in the study was declared anew: its open queries follow.
RANK_AGAIN = f"""
WITH {RANKED}
UPDATE registry_dataquery q SET rank = r.rank, version = q.version + 1 FROM ranked r
WHERE q.check_code = r.check_code AND q.rank <> r.rank AND q.state <> 'CLOSED'
"""
