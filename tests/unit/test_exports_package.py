"""A package is safe to open, says what is in it, and has the same bytes each time."""

from __future__ import annotations

import datetime as dt
import errno
import zipfile
from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from exports.freeze.durable import whole_file
from exports.package.archive import Archive, archive_checks
from exports.package.csv_tables import content_hash, csv_bytes, formula_safe, table_csv

DANGEROUS = ["=1+1", "==1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1", "＋1", "－1", "＠x"]


@pytest.mark.parametrize("text", DANGEROUS)
def test_no_text_cell_begins_like_a_formula(text: str):
    assert formula_safe(pl.DataFrame({"a": [text]}))["a"].to_list() == [f"'{text}"]


@given(st.lists(st.text(max_size=8)))
def test_escaping_changes_dangerous_texts_alone(texts: list[str]):
    frame = pl.DataFrame({"a": texts}, schema={"a": pl.String})
    for before, after in zip(texts, formula_safe(frame)["a"], strict=True):
        assert after == (f"'{before}" if before[:1] in {text[:1] for text in DANGEROUS} else before)


def test_numbers_keep_their_sign_and_their_digits():
    frame = pl.DataFrame(
        {"day": [-3, None], "dose": [Decimal("-0.10"), Decimal("100.00")]},
        schema={"day": pl.Int64, "dose": pl.Decimal(8, 2)},
    )
    assert csv_bytes(formula_safe(frame)) == b"day,dose\n-3,-0.10\n,100.00\n"


def test_csv_is_utf8_with_lf_and_quotes_only_where_it_must():
    frame = pl.DataFrame({"a": ["ñ", 'say "a, b"', None], "b": [1, 2, 3]})
    assert csv_bytes(frame) == 'a,b\nñ,1\n"say ""a, b""",2\n,3\n'.encode()


def test_the_content_hash_is_that_of_the_values_not_of_their_apostrophes():
    _content, plain = table_csv(pl.DataFrame({"a": ["=1"]}))
    content, escaped = table_csv(pl.DataFrame({"a": ["'=1"]}))
    assert plain != escaped
    assert content_hash({"a": plain, "b": escaped}) == content_hash({"b": escaped, "a": plain})


def archive(path, at):
    with Archive(path, at) as made:
        made.add("b.txt", b"second")
        made.add("a.txt", b"first")
    return path.read_bytes()


def test_an_archive_has_the_time_of_the_cut_and_nothing_of_the_machine(tmp_path):
    cut = dt.datetime(2026, 5, 4, 3, 2, 1, tzinfo=dt.UTC)
    assert archive(tmp_path / "one.zip", cut) == archive(tmp_path / "two.zip", cut)
    with zipfile.ZipFile(tmp_path / "one.zip") as made:
        assert [info.filename for info in made.infolist()] == ["b.txt", "a.txt"]
        assert {info.date_time for info in made.infolist()} == {(2026, 5, 4, 3, 2, 0)}
        assert {info.external_attr >> 16 for info in made.infolist()} == {0o100644}


def test_a_cut_before_1980_does_not_break_the_archive(tmp_path):
    assert archive(tmp_path / "old.zip", dt.datetime(1970, 1, 1, tzinfo=dt.UTC))


def test_a_damaged_archive_is_noticed(tmp_path):
    content = archive(tmp_path / "one.zip", dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
    assert archive_checks(tmp_path / "one.zip")
    (tmp_path / "one.zip").write_bytes(content.replace(b"\x03\x00", b"\x04\x00", 1)[:-5])
    assert not archive_checks(tmp_path / "one.zip")


def test_a_file_that_was_not_finished_is_not_there(tmp_path):
    path = tmp_path / "package.zip"
    path.write_bytes(b"the old one")

    def fill_the_disk() -> None:
        with whole_file(path) as part:
            part.write_bytes(b"half of the n")
            raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        fill_the_disk()
    assert path.read_bytes() == b"the old one"
    assert [entry.name for entry in tmp_path.iterdir()] == ["package.zip"]
