"""The SQL by which the database itself keeps locked rows as they are and asks for reasons.

One trigger function a topic, made from the catalogue and called once a statement with all of its rows, so that a file
of a hundred thousand rows costs three calls. Tables are named with their schema: a temporary table of the same name
must not be read instead.
"""

from __future__ import annotations

from collections.abc import Iterator

from registry.metadata import EncryptedVariable, Topic

REVIEW = "death_review"  # what adjudicators write: a locked case is what they judge
LOCKED, REASON_NEEDED = "case_locked", "reason_needed"
SITE_KEY = "hashtextextended('quell lock ' || {site}, 0)"
NO_REASON = (
    "btrim(coalesce(nullif(current_setting('pghistory.context_metadata', true), '')::jsonb ->> 'reason', '')) = ''"
)
BY_SYSTEM = "nullif(current_setting('pghistory.context_metadata', true), '')::jsonb ->> 'source' = 'system'"
_OLD, _NEW = "OLD TABLE AS old_rows", "NEW TABLE AS new_rows"
EVENTS = {"INSERT": _NEW, "UPDATE": f"{_OLD} {_NEW}", "DELETE": _OLD}

_FUNCTION = """
CREATE OR REPLACE FUNCTION public.quell_guard_{code}() RETURNS trigger LANGUAGE plpgsql AS $guard$
DECLARE
    sites uuid[]; row_id uuid; case_id uuid;
BEGIN
    IF TG_OP = 'INSERT' THEN {insert}
    ELSIF TG_OP = 'UPDATE' THEN {update}
    ELSE {delete}
    END IF;
    RETURN NULL;
END $guard$
"""
_OPERATION = """
        SELECT array_agg(DISTINCT r.site_id) INTO sites FROM {rows} r;
        PERFORM pg_advisory_xact_lock_shared({key}) FROM unnest(sites) s;
        IF EXISTS (SELECT FROM public.registry_caselock WHERE site_id = ANY (sites))
           OR EXISTS (SELECT FROM public.registry_sitelock WHERE site_id = ANY (sites)) THEN
            SELECT w.id, w.patient INTO row_id, case_id FROM (
                SELECT DISTINCT ON ({each}) r.*, {patient} AS patient FROM {rows} r{joins}
            ) w WHERE {locked} LIMIT 1;
            IF FOUND THEN RAISE EXCEPTION 'The form {code} of a case is locked.'
                USING ERRCODE = 'restrict_violation', CONSTRAINT = '{LOCKED}', TABLE = TG_TABLE_NAME,
                DETAIL = format('Row (id)=(%s).', row_id), HINT = case_id;
            END IF;
        END IF;
        IF {NO_REASON} AND EXISTS (SELECT FROM public.registry_formstatus
            WHERE site_id = ANY (sites) AND topic = '{code}') THEN
            SELECT r.id, {patient} INTO row_id, case_id FROM {changed} r{joins}
            JOIN public.registry_formstatus f ON f.patient_id = {patient} AND f.topic = '{code}' LIMIT 1;
            IF FOUND THEN RAISE EXCEPTION 'The form {code} of a case was completed: a change needs a reason.'
                USING ERRCODE = 'restrict_violation', CONSTRAINT = '{REASON_NEEDED}', TABLE = TG_TABLE_NAME,
                DETAIL = format('Row (id)=(%s).', row_id), HINT = case_id;
            END IF;
        END IF;"""


def patient_of_row(topic: Topic, row: str) -> tuple[str, str]:
    """Return the joins from a row up to its case, and the expression of the patient's key."""
    if topic.parent is None:
        return "", f"{row}.id"
    joins, below = "", row
    for number, above in enumerate(reversed(topic.ancestors[1:])):
        alias = f"up{number}"
        joins += f" JOIN public.{above.model._meta.db_table} {alias} ON {alias}.id = {below}.{topic.parent}_id"
        topic, below = above, alias
    return joins, f"{below}.patient_id"


def is_locked(topic: Topic, *, patient: str, site: str, day: str = "") -> str:
    """Return the condition that rows of a topic are locked in a case of a site.

    `day` is the column of an infusion that the row brings with it: it may not enter a locked period.
    """
    if topic.code == REVIEW:
        return _has_case_lock(patient, [REVIEW])
    early = f"c.patient_id = {patient} AND c.infused_on <= l.until_on"
    infused = f"EXISTS (SELECT FROM public.registry_infusioncourse c WHERE {early})"
    until = f"{day} <= l.until_on OR {infused}" if day else infused
    by_day = f"EXISTS (SELECT FROM public.registry_sitelock l WHERE l.site_id = {site} AND ({until}))"
    return f"({_has_case_lock(patient, ['', topic.code])} OR {by_day})"


def _has_case_lock(patient: str, topics: list[str]) -> str:
    named = ", ".join(f"'{topic}'" for topic in topics)
    return f"EXISTS (SELECT FROM public.registry_caselock l WHERE l.patient_id = {patient} AND l.topic IN ({named}))"


def guard_statements(topic: Topic) -> Iterator[str]:
    """Return the function of a topic and the triggers that call it."""
    both = "(SELECT * FROM old_rows UNION ALL SELECT * FROM new_rows)"
    yield _FUNCTION.format(
        code=topic.code,
        insert=_operation(topic, "new_rows", "new_rows"),
        update=_operation(topic, _but_sealed_again(topic, both), _changed(topic)),
        delete=_operation(topic, "old_rows", "old_rows"),
    )
    for event, tables in EVENTS.items():
        yield (
            f"CREATE OR REPLACE TRIGGER quell_guard_{event.lower()} AFTER {event}"
            f" ON public.{topic.model._meta.db_table} REFERENCING {tables}"
            f" FOR EACH STATEMENT EXECUTE FUNCTION public.quell_guard_{topic.code}()"
        )


def _but_sealed_again(topic: Topic, rows: str) -> str:
    """Leave out rows that the registry itself sealed under a new key: what a locked case says stays the same."""
    sealed = [field.column for field in topic.fields if isinstance(field, EncryptedVariable)]
    if not sealed:
        return rows
    plain = f"'{{{','.join([*sealed, 'record_index'])}}}'::text[]"
    return (
        f"(SELECT * FROM {rows} x WHERE NOT ({BY_SYSTEM} AND EXISTS (SELECT FROM old_rows o JOIN new_rows n"
        f" ON n.id = o.id WHERE o.id = x.id AND to_jsonb(o) - {plain} = to_jsonb(n) - {plain})))"
    )


def _operation(topic: Topic, rows: str, changed: str) -> str:
    joins, patient = patient_of_row(topic, "r")
    day = "w.infused_on" if topic.code == "infusion_course" else ""
    return _OPERATION.format(
        code=topic.code,
        rows=rows,
        changed=changed,
        joins=joins,
        patient=patient,
        each=f"{patient}, r.infused_on" if day else patient,
        key=SITE_KEY.format(site="s"),
        locked=is_locked(topic, patient="w.patient", site="w.site_id", day=day),
        NO_REASON=NO_REASON,
        LOCKED=LOCKED,
        REASON_NEEDED=REASON_NEEDED,
    )


def _changed(topic: Topic) -> str:
    """Return the rows of an update in which more than computed values became another."""
    computed = ["version", *(field.column for field in topic.fields if field.variable and field.variable.derived)]
    plain = f"'{{{','.join(computed)}}}'::text[]" if topic.code != REVIEW else "'{}'::text[]"
    return (
        "(SELECT n.* FROM old_rows o JOIN new_rows n ON n.id = o.id"
        f" WHERE to_jsonb(o) - {plain} IS DISTINCT FROM to_jsonb(n) - {plain})"
    )


KEEPERS = (
    f"""
CREATE OR REPLACE FUNCTION public.quell_guard_reasoned() RETURNS trigger LANGUAGE plpgsql AS $guard$
BEGIN
    IF {NO_REASON} THEN
        RAISE EXCEPTION 'To take this away needs a reason.'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = '{REASON_NEEDED}';
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $guard$""",
    """
CREATE OR REPLACE FUNCTION public.quell_guard_signature() RETURNS trigger LANGUAGE plpgsql AS $guard$
BEGIN
    IF OLD.voided_at IS NOT NULL OR NEW.voided_at IS NULL
       OR to_jsonb(OLD) - '{voided_at,void_reason}'::text[] <> to_jsonb(NEW) - '{voided_at,void_reason}'::text[] THEN
        RAISE EXCEPTION 'A signature can be voided once and not be changed otherwise.'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'signature_stands';
    END IF;
    RETURN NEW;
END $guard$""",
    *(
        f"CREATE OR REPLACE TRIGGER quell_guard_reasoned BEFORE {events} ON public.registry_{table}"
        " FOR EACH ROW EXECUTE FUNCTION public.quell_guard_reasoned()"
        for table, events in {
            "caselock": "UPDATE OR DELETE",
            "sitelock": "UPDATE OR DELETE",
            "formstatus": "DELETE",
            "signature": "UPDATE OR DELETE",
        }.items()
    ),
    "CREATE OR REPLACE TRIGGER quell_guard_signature BEFORE UPDATE ON public.registry_signature"
    " FOR EACH ROW EXECUTE FUNCTION public.quell_guard_signature()",
)
