"""Reads of many whole cases in SQL: where the rows of each form are.

Rows are looked up case by case through the key of their patient. Asked for a list of patients at once, the database
believes that the sites of row-level security narrow a table more than they do, and for somebody who sees all sites it
reads an index of the whole registry.
"""

# ruff: noqa: S608 -- names in the statements come from the declarations, values are parameters

from __future__ import annotations

from registry.metadata import Topic, topic_named

COURSE = "infusion_course"


def table_of(topic: str) -> str:
    """Return the table of a topic with its schema."""
    return f"public.{topic_named(topic).model._meta.db_table}"


def each_case(table: str, key: str = "patient_id") -> str:
    """Return the rows `r` of a table that belong to the cases, beside their case `w.patient_id`."""
    # OFFSET 0 keeps the look-up by case as it stands.
    return f"wanted w CROSS JOIN LATERAL (SELECT * FROM {table} x WHERE x.{key} = w.patient_id OFFSET 0) r"


def wanted_cases() -> str:
    """Return the beginning of a statement about %(cases)s: the cases, and the infusion courses of each."""
    return (
        "WITH wanted AS MATERIALIZED (SELECT unnest(%(cases)s::uuid[]) AS patient_id),"
        f" courses AS MATERIALIZED (SELECT r.* FROM {each_case(table_of(COURSE))}) "
    )


def rows_of(topic: Topic) -> tuple[str, str]:
    """Return what follows FROM to find the rows `r` of a topic, and the expression of their case."""
    if topic.parent is None:
        return each_case(table_of(topic.code), "id"), "w.patient_id"
    steps = [*topic.ancestors[2:], topic]
    if topic.code == COURSE:
        return "courses r", "r.patient_id"
    if COURSE not in [above.code for above in topic.ancestors]:
        return each_case(table_of(topic.code)), "w.patient_id"
    found, above = "courses c", "c"
    for number, step in enumerate(steps):
        own = "r" if step is topic else f"up{number}"
        found += f" JOIN {table_of(step.code)} {own} ON {own}.{step.parent}_id = {above}.id"
        above = own
    return found, "c.patient_id"
