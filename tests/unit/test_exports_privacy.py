"""De-identification fails closed: what is not declared to leave, and how, does not leave."""

from __future__ import annotations

import datetime as dt
import uuid
from decimal import Decimal

import polars as pl
import pytest

from exports.checks import check_release_columns
from exports.freeze import privacy
from exports.freeze.errors import FreezeError, KeyMissing, PrivacyError
from exports.freeze.policy import MERGED
from exports.freeze.privacy import RECIPES, released_columns, released_name
from exports.freeze.pseudonyms import project_key, site_codes, subject_key
from exports.freeze.queries import PLACE, copy_query
from exports.freeze.rows import People, leaving, people
from exports.freeze.tables import ROW_NO, SITE, SUBJECT, released_tables
from exports.freeze.withheld import withheld_columns
from registry.metadata import (
    CodedVariable,
    DateVariable,
    DecimalVariable,
    IntegerVariable,
    Privacy,
    TextVariable,
    TimeVariable,
    Transform,
    Variable,
    exportable_columns,
    topics,
)
from registry.metadata.topics import Topic
from registry.rules.patient import Sex

KEK = "a key of at least thirty-two characters"
KEY = project_key(KEK, b"salt")


def named(field, name):
    field.set_attributes_from_name(name)
    return field


@pytest.mark.parametrize(
    "field",
    [
        TextVariable(Variable("A name", Privacy.DIRECT)),
        TextVariable(Variable("A note", Privacy.FREE_TEXT)),
        IntegerVariable(Variable("Internal", Privacy.SYSTEM, unit="1")),
        TimeVariable(Variable("A time", Privacy.DATE, transform=Transform.WITHHOLD)),
    ],
)
def test_what_is_withheld_has_no_column(field):
    assert released_columns(named(field, "x")) == []


@pytest.mark.parametrize(
    "field",
    [
        IntegerVariable(Variable("No decision", Privacy.QUASI, unit="1")),
        TextVariable(Variable("A name let out", Privacy.DIRECT, transform=Transform.KEEP)),
        TextVariable(Variable("A note let out", Privacy.FREE_TEXT, transform=Transform.KEEP)),
        DateVariable(Variable("A day as it is", Privacy.DATE, transform=Transform.KEEP)),
        DateVariable(Variable("The year of another date", Privacy.DATE, transform=Transform.YEAR)),
        DateVariable(Variable("A day called clinical", Privacy.CLINICAL)),
        TimeVariable(Variable("A time turned into days", Privacy.DATE)),
        TextVariable(Variable("Words called clinical", Privacy.CLINICAL)),
        TextVariable(Variable("Words merged", Privacy.QUASI, transform=Transform.MERGE_RARE)),
        DecimalVariable(Variable("A fraction capped", Privacy.QUASI, unit="a", transform=Transform.AGE_TOP_CODED)),
        CodedVariable(None, Sex),
    ],
)
def test_a_field_without_a_safe_way_out_stops_everything(field):
    with pytest.raises(PrivacyError):
        released_columns(named(field, "x_on"))


def test_a_withheld_field_has_no_released_name():
    with pytest.raises(PrivacyError):
        released_name(named(TextVariable(Variable("A note", Privacy.FREE_TEXT)), "note"))


def test_every_transform_but_withholding_has_a_recipe():
    assert RECIPES.keys() == set(Transform) - {Transform.WITHHOLD}


def test_a_transform_without_a_recipe_is_an_error_at_start_up(monkeypatch):
    assert check_release_columns() == []
    monkeypatch.setattr(privacy, "RECIPES", {})
    assert [error.id for error in check_release_columns()] == ["exports.E001"]


@pytest.mark.parametrize(
    "field",
    [
        CodedVariable(None, Sex),
        IntegerVariable(Variable("No decision", Privacy.QUASI, unit="1")),
        TextVariable(Variable("Words called clinical", Privacy.CLINICAL)),
    ],
)
@pytest.mark.parametrize("code", ["patient", "lab", "death_review"])
def test_a_new_field_without_a_safe_way_out_is_an_error_at_start_up(monkeypatch, field, code):
    declared, new = Topic.fields.fget, named(field, "added")
    monkeypatch.setattr(
        Topic, "fields", property(lambda topic: (*declared(topic), *([new] if topic.code == code else [])))
    )
    assert [error.id for error in check_release_columns()] == ["exports.E001"]


def test_every_field_of_every_topic_leaves_or_is_withheld_with_a_reason():
    withheld = {(entry.table, entry.column): entry.why for entry in withheld_columns()}
    assert all(withheld.values())
    for topic in topics():
        for field in topic.fields:
            assert bool(released_columns(field)) != ((topic.code, field.name) in withheld)


def test_the_queries_read_only_what_the_export_role_may_read(db):
    readable = {column for columns in exportable_columns().values() for column in columns}
    for table in released_tables():
        read = copy_query(table).as_string(None).replace('"', "")
        for field in table.topic.fields:
            assert field.column in readable or f"r.{field.column} " not in read


def test_subject_keys_are_stable_in_a_project_and_different_in_another():
    patient = uuid.UUID(int=7)
    assert subject_key(KEY, patient) == subject_key(project_key(KEK, b"salt"), patient)
    assert subject_key(KEY, patient) != subject_key(project_key(KEK, b"other"), patient)
    assert subject_key(KEY, patient) != subject_key(project_key(KEK + "!", b"salt"), patient)
    assert len(subject_key(KEY, patient)) == 26


def test_without_the_secret_there_is_no_key():
    for secret in ("", "short"):
        with pytest.raises(KeyMissing, match="QUELL_PROJECT_KEK"):
            project_key(secret, b"salt")


def test_a_site_keeps_its_code_when_others_join():
    sites = [uuid.uuid4() for _ in range(12)]
    first, known = site_codes(KEY, sites[:9], {})
    second, _known = site_codes(KEY, sites, known)
    assert sorted(first.values()) == [f"S0{n}" for n in range(1, 10)]
    assert {site: second[site] for site in sites[:9]} == first
    assert sorted(second.values())[-3:] == ["S10", "S11", "S12"]


def test_site_codes_do_not_follow_the_order_of_sites():
    sites = sorted(uuid.uuid4() for _ in range(9))
    orders = {tuple(site_codes(project_key(KEK, bytes([n])), sites, {})[0][site] for site in sites) for n in range(5)}
    assert len(orders) > 1


def table_named(name):
    return next(table for table in released_tables() if table.name == name)


def two_people():
    """Two cases: b stands before a in the order of the keys."""
    frame = {PLACE: [1, 2], SUBJECT: ["KEYA", "KEYB"], SITE: ["S02", "S01"]}
    return People([uuid.UUID(int=2), uuid.UUID(int=1)], pl.DataFrame(frame, schema_overrides={PLACE: pl.Int64}))


def death_rows(*places):
    values = {PLACE: list(places), "review_no": list(range(len(places)))}
    frame = pl.DataFrame({**values, "trm_class": ["TRM"] * len(places), "reviewed_day": [3] * len(places)})
    return table_named("death_review"), _with_every_column(frame, table_named("death_review"))


def _with_every_column(frame, table):
    empty = [pl.lit(None, column.dtype).alias(column.name) for column in table.read if column.name not in frame.columns]
    return frame.with_columns(empty)


def test_rare_levels_are_merged_and_an_empty_level_stays_empty():
    table, frame = death_rows(1, 1, 2)
    frame = frame.with_columns(trm_class=pl.Series(["RARE", None, "TRM"]))
    found = leaving(frame, table, two_people(), {"trm_class": {"RARE"}})
    assert found["trm_class"].to_list() == [MERGED, None, "TRM"]


def test_rows_are_sorted_by_their_keys_not_as_they_were_stored():
    table, frame = death_rows(2, 1, 2)
    found = leaving(frame, table, two_people(), {})
    assert found[SUBJECT].to_list() == ["KEYA", "KEYB", "KEYB"]
    assert found["review_no"].to_list() == [1, 0, 2]


def test_a_row_of_nobody_who_may_leave_stops_the_freeze():
    table, frame = death_rows(2, 3)
    with pytest.raises(FreezeError, match="belongs to nobody"):
        leaving(frame, table, two_people(), {})


def test_two_rows_with_one_key_stop_the_freeze():
    table, frame = death_rows(2, 2)
    with pytest.raises(FreezeError, match="same key"):
        leaving(frame.with_columns(review_no=pl.lit(1)), table, two_people(), {})


def test_two_people_with_one_key_stop_the_freeze():
    patient = uuid.UUID(int=1)
    with pytest.raises(FreezeError, match="one subject key"):
        people(KEY, [(patient, patient), (patient, patient)], {patient: "S01"})


def test_labs_of_one_day_are_kept_apart_by_a_number_that_says_nothing_of_their_order():
    table = table_named("lab")
    values = {PLACE: [2, 2], "course_no": [1, 1], "analyte": ["CRP", "CRP"], "sampled_day": [2, 2]}
    frame = _with_every_column(pl.DataFrame({**values, "value": [Decimal("9.5"), Decimal("1.5")]}), table)
    found = leaving(frame, table, two_people(), {})
    assert found.select(ROW_NO, "value").rows() == [(1, Decimal("1.5")), (2, Decimal("9.5"))]


def test_an_order_counts_the_day_of_its_cut_in_utc():
    from exports.freeze import FreezeOrder

    cut = dt.datetime(2026, 1, 1, 1, 0, tzinfo=dt.timezone(dt.timedelta(hours=2)))
    assert FreezeOrder("R", "p", "AGREEMENT", cut, KEY, {}, "rev").data_cut_on == dt.date(2025, 12, 31)
