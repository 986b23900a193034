"""Addresses: read once, written in the form each library wants, and never telling a password."""

from __future__ import annotations

import pytest

from config.addresses import Address, AddressError, address_url, django_database, parse_address, pgmq_conn_string
from config.database.addresses import broker_address, current_process, given_address

FULL = "postgresql://an%40a:p%2Fw%40d@db.example.org:6543/quell?sslmode=verify-full"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (FULL, Address("db.example.org", 6543, "quell", "an@a", "p/w@d", (("sslmode", "verify-full"),))),
        ("postgres://db/quell", Address("db", 5432, "quell", "")),
        ("postgresql:///quell?host=/tmp/s&port=5433", Address("/tmp/s", 5433, "quell", "")),
        ("postgresql://u@[::1]:5433/quell", Address("::1", 5433, "quell", "u")),
        ("postgresql://u@%2Ftmp%2Fs/quell", Address("/tmp/s", 5432, "quell", "u")),
    ],
)
def test_an_address_is_read_and_written_back_without_loss(url: str, expected: Address):
    assert parse_address(url) == expected
    assert parse_address(address_url(expected)) == expected


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("mysql://u:secret@db/quell", "must start with postgresql://"),
        ("postgresql://u:secret@db", "names no database"),
        ("postgresql://u:secret@db:port/quell", "where a port number belongs"),
        ("postgresql://u:secret@db:70000/quell", "where a port number belongs"),
    ],
)
def test_a_wrong_address_is_refused_by_the_name_of_its_variable_and_without_its_password(url: str, words: str):
    with pytest.raises(AddressError, match=words) as refusal:
        parse_address(url, variable="DATABASE_URL_WORKER")
    assert "DATABASE_URL_WORKER" in str(refusal.value)
    assert "secret" not in str(refusal.value)


def test_the_password_is_not_in_what_python_prints():
    assert "p/w@d" not in repr(parse_address(FULL))


def test_a_login_that_is_not_the_role_switches_to_it_and_one_that_is_does_not():
    address = parse_address("postgresql://hospital@db/quell")
    assert django_database(address, role="quell_web")["OPTIONS"] == {"assume_role": "quell_web"}
    assert django_database(address.login("quell_web"), role="quell_web")["OPTIONS"] == {}


def test_one_address_alone_serves_every_process_and_a_process_prefers_its_own():
    one = {"DATABASE_URL": "postgresql://a@db/quell"}
    two = one | {"DATABASE_URL_WORKER": "postgresql://b@db/quell"}
    assert [given_address(process, one).user for process in ("web", "worker", "export", "owner")] == ["a"] * 4
    assert [given_address(process, two).user for process in ("web", "worker")] == ["a", "b"]
    assert given_address("web", {}) is None


def test_an_unknown_kind_of_process_is_refused():
    with pytest.raises(AddressError, match="web, worker"):
        current_process({"QUELL_PROCESS": "wobble"})


def test_the_broker_takes_five_words_and_its_own_database():
    broker = broker_address(parse_address("postgresql://hospital:pw@db:5433/quell"))
    assert pgmq_conn_string(broker) == "host=db port=5433 dbname=quell_broker user=hospital password=pw"
    with pytest.raises(AddressError, match="no space"):
        pgmq_conn_string(broker.login("u", "two words"))
