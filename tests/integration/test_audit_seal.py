"""The seal on the audit trail: each way of tampering is named by verify_audit, and nobody can rewrite chain or log."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from io import StringIO

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.db import ProgrammingError, connection, transaction
from django.utils import timezone

from config.database import roles
from registry.metadata import topics
from sites.audit import event_model_of
from sites.context import acting_as, acting_as_system
from sites.models import AccessKind, AccessLog, Seal, SealCheck, SealedEvent, Site
from sites.reads import access_record
from sites.sealing.findings import WORDS, Trouble
from sites.sealing.heads import heads_path, read_heads
from sites.sealing.sealer import SealError, seal
from sites.sealing.sources import sources
from sites.sealing.verify import verify
from tests.factories.whole_case import whole_case

SiteEvent = event_model_of(Site)
EVENTS, LINKS = "study_sites_siteevent", "study_sites_sealedevent"


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path) -> None:
    settings.QUELL_SEAL_DIR = str(tmp_path)


@contextmanager
def role(name: str) -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute(f"set role {name}")
        try:
            yield
        finally:
            if not connection.needs_rollback:
                cursor.execute(f"set role {roles.WEB}")


@pytest.fixture
def worker(cast) -> Iterator[None]:
    """The seal is made by the worker; the pages may only read it."""
    with role(roles.WORKER):
        yield


@pytest.fixture
def sealed(cast, worker) -> Seal:
    with acting_as(cast.adam, reason="a new name"):
        for name in ("one", "two", "three"):
            Site.objects.filter(code="SEV").update(name=name)
        access_record(AccessKind.DOWNLOAD, object_type="release", object_id="1", site=cast.sev)
    return seal()


def as_owner(*statements: str, tables: Sequence[str] = (EVENTS, "study_sites_site")) -> None:
    """Do what no application role may: somebody with the owner's rights and the triggers switched off."""
    with role(roles.OWNER), connection.cursor() as cursor:
        cursor.execute("set constraints all immediate")
        for table in tables:
            cursor.execute(f"alter table {table} disable trigger user")
        for statement in statements:
            cursor.execute(statement)
        for table in tables:
            cursor.execute(f"alter table {table} enable trigger user")
        cursor.execute("set constraints all deferred")
        cursor.execute(f"set role {roles.WORKER}")


def first_break() -> tuple[str, int | None, str]:
    with role(roles.WORKER):
        found = verify().breaks
    assert found, "nothing was found"
    return found[0].trouble, found[0].sequence, found[0].table


def link_of(name: str) -> SealedEvent:
    return SealedEvent.objects.get(event_table=EVENTS, event_id=SiteEvent.objects.get(name=name).pk)


def test_a_whole_trail_is_found_whole(cast, sealed) -> None:
    whole_case(cast.sev, "SEV-1", judge=cast.judy)
    report = verify()
    assert not report.breaks
    assert report.links == sealed.sequence == SealedEvent.objects.count()
    assert report.unsealed >= len(list(topics()))
    again = seal()
    assert verify().unsealed == 0
    assert (again.number, again.events) == (2, report.unsealed)
    assert report.rows > 20


def test_the_chain_has_no_gaps_and_holds_every_event_and_read(sealed) -> None:
    assert list(SealedEvent.objects.values_list("sequence", flat=True)) == list(range(1, sealed.sequence + 1))
    held = set(SealedEvent.objects.values_list("event_table", flat=True))
    assert {EVENTS, "study_sites_userevent", "study_sites_accesslog"} <= held
    assert {source.table for source in sources()} > held


def test_sealing_again_adds_a_seal_and_no_link(sealed) -> None:
    again = seal()
    assert (again.number, again.events, again.sequence, bytes(again.head)) == (
        2,
        0,
        sealed.sequence,
        bytes(sealed.head),
    )
    assert [head.number for head in read_heads()] == [1, 2]


TAMPERING: dict[str, tuple[str, Trouble]] = {
    "a value of an event": (f"update {EVENTS} set name = 'forged' where name = 'two'", Trouble.EVENT_CHANGED),
    "an empty value of an event": (
        f"update {EVENTS} set pgh_context_id = gen_random_uuid() where name = 'two'",
        Trouble.EVENT_CHANGED,
    ),
    "who made an event": (
        f"""update {EVENTS} set pgh_context = pgh_context || '{{"user_label": "bob"}}' where name = 'two'""",
        Trouble.EVENT_CHANGED,
    ),
    "a deleted event": (f"delete from {EVENTS} where name = 'two'", Trouble.EVENT_MISSING),
    "two events in each other's place": (
        f"with a as (select pgh_id as one from {EVENTS} where name = 'two'),"
        f" b as (select pgh_id as two from {EVENTS} where name = 'three')"
        f" update {EVENTS} set name = case name when 'two' then 'three' else 'two' end"
        f" from a, b where pgh_id in (one, two)",
        Trouble.EVENT_CHANGED,
    ),
}


@pytest.mark.parametrize("what", TAMPERING)
def test_tampering_with_events_is_named(sealed, what: str) -> None:
    statement, trouble = TAMPERING[what]
    expected = link_of("two").sequence
    as_owner(statement)
    assert first_break() == (trouble, expected, EVENTS)


def test_an_event_and_its_link_deleted_together_leave_a_gap(sealed) -> None:
    link = link_of("two")
    as_owner(
        f"delete from {EVENTS} where pgh_id = {link.event_id}",
        f"delete from {LINKS} where sequence = {link.sequence}",
    )
    assert first_break()[:2] == (Trouble.LINK_MISSING, link.sequence)


def test_a_gap_that_was_closed_up_is_named(sealed) -> None:
    link = link_of("two")
    as_owner(
        f"delete from {EVENTS} where pgh_id = {link.event_id}",
        f"delete from {LINKS} where sequence = {link.sequence}",
        f"update {LINKS} set sequence = -sequence where sequence > {link.sequence}",
        f"update {LINKS} set sequence = -sequence - 1 where sequence < 0",
    )
    assert first_break()[:2] == (Trouble.LINK_CHANGED, link.sequence)


def test_links_in_another_order_are_named(sealed) -> None:
    one, two = link_of("one"), link_of("two")
    as_owner(
        f"update {LINKS} set sequence = -1 where sequence = {one.sequence}",
        f"update {LINKS} set sequence = {one.sequence} where sequence = {two.sequence}",
        f"update {LINKS} set sequence = {two.sequence} where sequence = -1",
    )
    assert first_break()[:2] == (Trouble.LINK_CHANGED, min(one.sequence, two.sequence))


def test_an_event_put_between_with_a_link_is_named(sealed) -> None:
    before = link_of("two")
    as_owner(
        f"update {LINKS} set sequence = -sequence where sequence >= {before.sequence}",
        f"update {LINKS} set sequence = 1 - sequence where sequence < 0",
        f"insert into {EVENTS} (pgh_id, pgh_created_at, pgh_label, pgh_context, pgh_obj_id, id, code, name, country,"
        f" time_zone, status, names_enabled) select -5, pgh_created_at, pgh_label, pgh_context, pgh_obj_id, id, code,"
        f" 'forged', country, time_zone, status, names_enabled from {EVENTS} where name = 'two'",
        f"insert into {LINKS} select {before.sequence}, '{EVENTS}', -5, digest, link from {LINKS}"
        f" where sequence = {before.sequence + 1}",
    )
    assert first_break()[:2] == (Trouble.LINK_CHANGED, before.sequence)


def test_an_event_slipped_in_with_an_old_date_is_named_and_never_sealed(sealed) -> None:
    long_ago = timezone.now() - timedelta(days=3)
    as_owner(
        f"insert into {EVENTS} (pgh_id, pgh_created_at, pgh_label, pgh_context, pgh_obj_id, id, code, name, country,"
        f" time_zone, status, names_enabled) select -5, '{long_ago.isoformat()}', pgh_label, pgh_context, pgh_obj_id,"
        f" id, code, 'forged', country, time_zone, status, names_enabled from {EVENTS} where name = 'two'",
    )
    assert first_break() == (Trouble.EVENT_SLIPPED_IN, None, EVENTS)
    with role(roles.WORKER):
        seal()
    assert first_break() == (Trouble.EVENT_SLIPPED_IN, None, EVENTS)


def test_a_cut_off_end_is_found_from_outside_the_database(sealed) -> None:
    as_owner(f"delete from {LINKS} where sequence > 3", "delete from study_sites_seal")
    assert first_break()[:2] == (Trouble.END_CUT_OFF, sealed.sequence)


def test_a_cut_off_end_is_found_from_the_seal_alone_and_not_sealed_over(sealed) -> None:
    heads_path().unlink()
    as_owner(f"delete from {LINKS} where sequence > 3")
    assert first_break()[:2] == (Trouble.END_CUT_OFF, sealed.sequence)
    with role(roles.WORKER), pytest.raises(SealError, match="verify_audit"):
        seal()


def test_everything_emptied_is_found_from_outside(sealed) -> None:
    as_owner(f"delete from {LINKS}", "delete from study_sites_seal")
    assert first_break()[:2] == (Trouble.END_CUT_OFF, sealed.sequence)


def test_a_read_taken_out_of_the_log_is_named(sealed) -> None:
    as_owner("delete from study_sites_accesslog")
    assert first_break()[::2] == (Trouble.EVENT_MISSING, "study_sites_accesslog")


ROWS: dict[str, tuple[str, Trouble]] = {
    "changed": ("update study_sites_site set country = 'PT' where code = 'SEV'", Trouble.ROW_CHANGED),
    "emptied": ("update study_sites_site set name = '' where code = 'SEV'", Trouble.ROW_CHANGED),
    "put in": (
        "insert into study_sites_site (id, code, name, country, time_zone, status, names_enabled)"
        " values (gen_random_uuid(), 'BCN', 'x', 'ES', 'UTC', 'ACTIVE', false)",
        Trouble.ROW_UNRECORDED,
    ),
}


@pytest.mark.parametrize("what", ROWS)
def test_an_update_by_direct_sql_is_caught(sealed, what: str) -> None:
    statement, trouble = ROWS[what]
    as_owner(statement)
    assert first_break() == (trouble, None, "study_sites_site")


def test_a_clinical_row_changed_or_removed_past_the_triggers_is_caught(cast, sealed) -> None:
    whole_case(cast.sev, "SEV-1", judge=cast.judy)
    as_owner(
        "update registry_patient set birth_year = birth_year - 1",
        "delete from registry_labresult",
        tables=("registry_patient", "registry_labresult"),
    )
    with role(roles.WORKER):
        found = {(entry.trouble, entry.table) for entry in verify().breaks}
    assert found == {
        (Trouble.ROW_CHANGED, "registry_patient"),
        (Trouble.ROW_MISSING, "registry_labresult"),
    }


def test_another_key_is_not_taken_for_forgery(sealed, settings) -> None:
    settings.QUELL_SEAL_KEY = "a third key of at least thirty-two characters, for tests alone"
    assert first_break()[0] == Trouble.OTHER_KEY


def test_without_a_key_nothing_is_sealed(cast, worker, settings) -> None:
    settings.QUELL_SEAL_KEY = "short"
    with pytest.raises(ImproperlyConfigured, match="QUELL_SEAL_KEY"):
        seal()


def test_the_commands_seal_and_name_the_first_broken_link(sealed) -> None:
    said = StringIO()
    call_command("seal_audit", stdout=said)
    call_command("verify_audit", stdout=said)
    assert "Seal 2: 0 new events" in said.getvalue()
    assert "The audit trail is whole." in said.getvalue()
    expected = link_of("two").sequence
    as_owner(f"update {EVENTS} set name = 'forged' where name = 'two'")
    with role(roles.WORKER), pytest.raises(CommandError, match=f"Link {expected}: event"):
        call_command("verify_audit", stdout=said)
    assert SealCheck.objects.first().breaks[0]["trouble"] == Trouble.EVENT_CHANGED
    assert set(WORDS) == set(Trouble)


def test_the_head_outside_names_link_and_key(sealed) -> None:
    line = json.loads(heads_path().read_text())
    assert line["sequence"] == sealed.sequence
    assert line["head"] == bytes(sealed.head).hex()


STATEMENTS = ["update {} set {} = {}", "delete from {}", "truncate {}"]
KEPT: dict[str, str] = {
    **dict.fromkeys((EVENTS, "registry_patientevent", "exports_releaseevent"), "pgh_label"),
    "study_sites_accesslog": "kind",
    LINKS: "event_table",
    "study_sites_seal": "key_id",
    "study_sites_sealcheck": "links",
}


@pytest.mark.parametrize("who", [roles.WEB, roles.WORKER])
@pytest.mark.parametrize("table", KEPT)
@pytest.mark.parametrize("statement", STATEMENTS)
def test_history_chain_and_log_can_only_be_added_to(cast, who: str, table: str, statement: str) -> None:
    with (
        acting_as_system("tests", reason="tampering"),
        role(who),
        pytest.raises(ProgrammingError, match="permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement.format(table, KEPT[table], KEPT[table]))


def test_the_pages_cannot_make_links(cast) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        SealedEvent.objects.create(sequence=1, event_table="x", event_id=1, digest=b"", link=b"")


def test_a_read_names_whoever_acts(cast) -> None:
    with acting_as(cast.alice, reason="a call from the ward"):
        made = access_record(AccessKind.IDENTITY_REVEALED, object_type="patient", object_id="1", site=cast.sev)
    kept = AccessLog.objects.get()
    assert kept == made
    assert (kept.user, kept.user_label, kept.reason) == (cast.alice, "alice@example.org", "a call from the ward")
    assert abs(kept.at - timezone.now()) < timedelta(minutes=1)


def test_a_read_by_nobody_is_refused(cast) -> None:
    with pytest.raises(RuntimeError, match="acting_as"):
        access_record(AccessKind.SEARCH)
