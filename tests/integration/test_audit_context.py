"""Every way of writing leaves an event with who and why; a write by nobody is refused by the database."""

from __future__ import annotations

import pgtrigger
import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction

from sites.audit import event_model_of
from sites.context import acting_as, acting_as_system, current_context, request_numbered
from sites.models import Membership, Site, User

SiteEvent = event_model_of(Site)


def site(code: str, **fields: str) -> Site:
    return Site(**{"code": code, "name": code, "country": "ES", "time_zone": "Europe/Madrid", **fields})


def events(**wanted: str) -> list[tuple[str, str, str]]:
    found = SiteEvent.objects.filter(**wanted).order_by("pgh_id")
    return list(found.values_list("pgh_label", "pgh_context__user_label", "pgh_context__reason"))


def raw(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


COLUMNS = "insert into study_sites_site (id, code, name, country, time_zone, status, names_enabled)"
WRITES = {
    "create": (lambda: site("BCN").save(), "insert"),
    "bulk_create": (lambda: Site.objects.bulk_create([site("BCN")]), "insert"),
    "update": (lambda: Site.objects.filter(code="SEV").update(name="BCN"), "update"),
    "bulk_update": (lambda: Site.objects.bulk_update([renamed("SEV", "BCN")], ["name"]), "update"),
    "upsert": (
        lambda: Site.objects.bulk_create(
            [site("SEV", name="BCN")], update_conflicts=True, unique_fields=["code"], update_fields=["name"]
        ),
        "update",
    ),
    "insert select": (
        lambda: raw(
            f"{COLUMNS} select gen_random_uuid(), 'BCN', name, country, time_zone, status, names_enabled "
            "from study_sites_site where code = 'SEV'"
        ),
        "insert",
    ),
    "with insert": (
        lambda: raw(
            f"with made as ({COLUMNS} values (gen_random_uuid(), 'BCN', 'x', 'ES', 'UTC', 'ACTIVE', false)"
            " returning id) select * from made"
        ),
        "insert",
    ),
    "raw update": (lambda: raw("update study_sites_site set name = 'BCN' where code = 'SEV'"), "update"),
    "raw delete": (lambda: raw("delete from study_sites_agreement"), None),
}


def renamed(code: str, name: str) -> Site:
    found = Site.objects.get(code=code)
    found.name = name
    return found


@pytest.mark.parametrize("way", WRITES)
def test_every_way_of_writing_is_recorded_with_who_and_why(cast, way: str) -> None:
    write, label = WRITES[way]
    with acting_as(cast.adam, reason="a second hospital", source="shell"):
        write()
    if label is None:
        from sites.models import Agreement

        deleted = event_model_of(Agreement).objects.filter(pgh_label="delete")
        assert set(deleted.values_list("pgh_context__user_label", "reference")) >= {
            ("adam@example.org", "DATA_USE-SEV"),
            ("adam@example.org", "ETHICS-HOU"),
        }
        return
    made = SiteEvent.objects.filter(pgh_context__reason="a second hospital")
    assert [(event.pgh_label, event.pgh_context["user_label"], event.pgh_context["source"]) for event in made] == [
        (label, "adam@example.org", "shell")
    ]
    assert made.get().pgh_context["user"] == str(cast.adam.pk)
    assert "BCN" in (made.get().code, made.get().name)


@pytest.mark.parametrize("way", WRITES)
def test_every_way_of_writing_is_refused_without_a_context(cast, way: str) -> None:
    before = SiteEvent.objects.count()
    with pytest.raises(IntegrityError, match="pgh_context"), transaction.atomic():
        WRITES[way][0]()
    assert SiteEvent.objects.count() == before


def test_an_update_that_changes_nothing_leaves_no_event(cast) -> None:
    with acting_as_system("tests", reason="nothing"):
        Site.objects.update(status="ACTIVE")
    assert not events(pgh_context__reason="nothing")


def test_history_cannot_be_changed_or_removed(cast) -> None:
    for attempt in (lambda: SiteEvent.objects.update(name="x"), lambda: SiteEvent.objects.all().delete()):
        with (
            pytest.raises(ProgrammingError, match="permission denied"),
            acting_as_system("tests", reason="tampering"),
        ):
            attempt()


def test_the_application_cannot_switch_the_audit_off(cast) -> None:
    with acting_as_system("tests", reason="hiding"), pgtrigger.ignore():
        Site.objects.filter(code="SEV").update(name="hidden")
    assert events(name="hidden") == [("update", "tests", "hiding")]


def test_history_outlives_the_row(cast) -> None:
    with acting_as_system("tests", reason="a short life"):
        made = site("BCN")
        made.save()
        Site.objects.filter(pk=made.pk).delete()
    assert [label for label, _, _ in events(pgh_obj_id=made.pk)] == ["insert", "delete"]


def test_a_context_ends_with_its_block_even_inside_a_transaction(cast) -> None:
    with acting_as_system("tests", reason="over soon"):
        assert current_context() is not None
    assert current_context() is None
    with pytest.raises(IntegrityError), transaction.atomic():
        Site.objects.update(name="nobody")


def test_an_inner_context_gives_back_to_the_outer_one(cast) -> None:
    with acting_as_system("night", reason="outer"):
        with acting_as(cast.adam, reason="inner"):
            Site.objects.filter(code="SEV").update(name="one")
        Site.objects.filter(code="SEV").update(name="two")
        with pytest.raises(ZeroDivisionError), acting_as(cast.adam, reason="fails"):
            Site.objects.filter(code="SEV").update(name=str(1 / 0))
        Site.objects.filter(code="SEV").update(name="three")
    assert events(name__in=["one", "two", "three"]) == [
        ("update", "adam@example.org", "inner"),
        ("update", "night", "outer"),
        ("update", "night", "outer"),
    ]


def test_a_block_that_fails_writes_nothing(cast) -> None:
    with pytest.raises(ZeroDivisionError), acting_as_system("night", reason="fails"):
        Site.objects.update(name="x" * (Site.objects.filter(code="SEV").update(name="gone") // 0))
    assert not Site.objects.filter(name="gone").exists()
    assert not events(name="gone")


def sites_told() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("select unnest(current_setting('app.sites')::uuid[])::text")
        return {row[0] for row in cursor.fetchall()}


def test_the_database_is_told_a_persons_present_sites(cast) -> None:
    with acting_as(cast.alice):
        assert sites_told() == {str(cast.sev.pk)}
    with acting_as(cast.dana):
        assert sites_told() == {str(cast.sev.pk), str(cast.hou.pk)}
    with acting_as(cast.adam):
        assert sites_told() == set()
    with acting_as_system("tests", reason="all"):
        assert sites_told() == {str(cast.sev.pk), str(cast.hou.pk)}
        Membership.objects.filter(user=cast.alice).delete()
    with acting_as(cast.alice):
        assert sites_told() == set()


def test_without_a_context_the_list_of_sites_is_an_error_not_empty(cast) -> None:
    with pytest.raises(Exception, match=r"app\.sites|malformed array"), transaction.atomic():
        sites_told()


def test_a_context_costs_one_statement(cast, django_assert_num_queries) -> None:
    # Savepoint, memberships, the settings, release; and the settings cleared, as this test has a transaction itself.
    with django_assert_num_queries(5), acting_as(cast.judy):
        pass


def test_events_of_one_request_carry_its_number(cast) -> None:
    with request_numbered("abc"), acting_as(cast.adam):
        Site.objects.filter(code="SEV").update(name="numbered")
    assert SiteEvent.objects.get(name="numbered").pgh_context["request_id"] == "abc"


def test_passwords_are_not_in_the_history() -> None:
    names = {field.name for field in event_model_of(User)._meta.get_fields()}
    assert not names & {"password", "last_login"}
    assert {"email", "full_name", "is_active"} <= names
