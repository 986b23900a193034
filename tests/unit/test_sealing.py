"""Sealed values: bound to their place and site, readable under old keys, never handed back unopened."""

from __future__ import annotations

import base64
from uuid import uuid4

import pytest
from django.core.exceptions import ImproperlyConfigured
from hypothesis import given
from hypothesis import strategies as st

from sites.crypto import CannotOpen, blind_index, is_current, key_id, open_sealed, seal
from sites.crypto.keyring import parse_ring

SITE = uuid4()
PLACE = "table|column|row"
NEW_KEY = "n1:another key of thirty-two characters and more; for tests"


@given(st.text())
def test_what_is_sealed_opens_to_the_same(plain: str):
    assert open_sealed(seal(plain, site_id=SITE, place=PLACE), site_id=SITE, place=PLACE) == plain


def test_the_same_value_is_never_sealed_twice_the_same():
    assert len({seal("7", site_id=SITE, place=PLACE) for _ in range(1000)}) == 1000


@pytest.mark.parametrize(
    "place",
    ["table|column|other row", "table|other column|row", "other table|column|row"],
    ids=["row", "column", "table"],
)
def test_a_value_moved_elsewhere_does_not_open(place: str):
    with pytest.raises(CannotOpen, match="altered, or sealed for another place"):
        open_sealed(seal("7", site_id=SITE, place=PLACE), site_id=SITE, place=place)


def test_the_key_of_another_site_does_not_open_it():
    with pytest.raises(CannotOpen):
        open_sealed(seal("7", site_id=SITE, place=PLACE), site_id=uuid4(), place=PLACE)


def test_every_altered_bit_is_found():
    text = seal("2012", site_id=SITE, place=PLACE)
    head, _dot, body = text.rpartition(".")
    raw = bytearray(base64.urlsafe_b64decode(body))
    for bit in range(8 * len(raw)):
        raw[bit // 8] ^= 1 << bit % 8
        with pytest.raises(CannotOpen):
            open_sealed(f"{head}.{base64.urlsafe_b64encode(raw).decode()}", site_id=SITE, place=PLACE)
        raw[bit // 8] ^= 1 << bit % 8


@pytest.mark.parametrize("text", ["", "1958-03-16", "v1.t1", "v2.t1.AAAA", "v1.t1.", "v1.t1.***", "v1.t1.AAAA"])
def test_what_is_no_sealed_value_raises(text: str):
    with pytest.raises(CannotOpen):
        open_sealed(text, site_id=SITE, place=PLACE)


def test_an_older_key_is_read_and_a_missing_one_is_named(settings):
    old = settings.QUELL_IDENTITY_KEYS
    text = seal("7", site_id=SITE, place=PLACE)
    settings.QUELL_IDENTITY_KEYS = f"{NEW_KEY},{old}"
    assert open_sealed(text, site_id=SITE, place=PLACE) == "7"
    assert not is_current(text)
    assert key_id(seal("7", site_id=SITE, place=PLACE)) == "n1"
    settings.QUELL_IDENTITY_KEYS = NEW_KEY
    with pytest.raises(CannotOpen, match="key “t1”, which is not on the ring"):
        open_sealed(text, site_id=SITE, place=PLACE)


@pytest.mark.parametrize("text", ["", "k1", "k1:short", f"K1:{'x' * 40}", f"k1:{'x' * 40},k1:{'y' * 40}"], ids=range(5))
def test_a_ring_that_cannot_be_used_is_refused_without_quoting_it(text: str):
    with pytest.raises(ImproperlyConfigured, match="QUELL_IDENTITY_KEYS") as refused:
        parse_ring(text)
    assert "xxxx" not in str(refused.value)


def test_a_ring_shows_no_secret():
    assert "another key" not in repr(parse_ring(NEW_KEY))


def test_digests_differ_by_purpose_parts_and_key(settings):
    digests = {blind_index("a", "bc"), blind_index("a", "b", "c"), blind_index("ab", "c"), blind_index("a", "b")}
    settings.QUELL_IDENTITY_INDEX_KEY = "another index key"
    assert len(digests | {blind_index("a", "b")}) == 5
    assert blind_index("a", "b") == blind_index("a", "b")
