"""Names and texts as a format allows them."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exports.package.formats.losses import Fitting, cut_bytes, to_ascii
from exports.package.formats.names import SAS_NAME, sas_companion, sas_name, spss_name, stata_name, unique
from exports.package.formats.sas_plan import short_names
from exports.sheets import Column


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("AVAL", "AVAL"),
        ("subject_key", "SBJCTKEY"),
        ("costimulatory_domain", "CSTMDOMN"),
        ("7th", "V7TH"),
        ("é", "V"),
        ("_", "V"),
        ("a_b_c_d_e_f_g_h_i_j", "ABCDEFGH"),
    ],
)
def test_a_name_for_sas_has_at_most_eight_capitals(name: str, short: str):
    assert sas_name(name) == short


@given(st.text(max_size=40))
def test_whatever_the_name_each_format_gets_one_that_it_allows(name: str):
    assert SAS_NAME.fullmatch(sas_name(name))
    assert SAS_NAME.fullmatch(sas_companion(sas_name(name)))
    assert re.fullmatch(r"[A-Za-z][A-Za-z0-9_]{0,63}", spss_name(name))
    assert re.fullmatch(r"[A-Za-z][A-Za-z0-9_]{0,31}", stata_name(name))


@pytest.mark.parametrize("word", ["to", "WITH", "By"])
def test_a_word_of_spss_is_no_name_of_a_variable(word: str):
    assert spss_name(word) == f"{word}_"


@pytest.mark.parametrize("word", ["if", "in", "str12", "double"])
def test_a_word_of_stata_is_no_name_of_a_variable(word: str):
    assert stata_name(word) == f"{word}_"


@given(st.lists(st.text("abAB1", min_size=1, max_size=8), max_size=30))
def test_names_differ_whatever_the_case_of_their_letters_and_stay_short(names: list[str]):
    found = unique(names, 8)
    assert len({name.upper() for name in found}) == len(names)
    assert all(len(name) <= 8 for name in found)


def test_the_variable_of_a_reason_is_named_after_that_of_its_value():
    columns = [Column(name, name, "code") for name in ("anakinra_dose", "anakinra_dose__mr", "anakinra_dosis")]
    value, reason, other = short_names(columns)
    assert reason == f"{value[:6]}MR"
    assert len({value, reason, other}) == 3


def test_a_declared_short_name_wins():
    assert short_names([Column("SITEPSEUD", "", "code", short="SITEPSD")]) == ["SITEPSD"]


@pytest.mark.parametrize(
    ("text", "plain"),
    [("Hôpital Clínic", "Hopital Clinic"), ("µg/L ≥ 10⁹", "ug/L >= 109"), ("Straße\nß", "Strasse ss"), ("日", "?")],
)
def test_texts_in_ascii_keep_what_letters_can_say(text: str, plain: str):
    assert to_ascii(text) == plain


@given(st.text())
def test_a_text_in_ascii_is_printable(text: str):
    assert to_ascii(text).isascii()
    assert to_ascii(text).isprintable() or not to_ascii(text)


@given(st.text(), st.integers(0, 20))
def test_a_text_is_cut_between_characters(text: str, limit: int):
    cut = cut_bytes(text, limit)
    assert text.startswith(cut)
    assert len(cut.encode()) <= limit


def test_a_loss_is_told_once_with_its_file_and_column():
    losses = []
    fitting = Fitting("tables/a.sav", losses)
    assert [fitting.text("b", "label", "xyz", 2), fitting.text("b", "label", "xyz", 2)] == ["xy", "xy"]
    assert [(loss.file, loss.column, loss.what) for loss in losses] == [
        ("tables/a.sav", "b", "label shortened from 3 to 2 characters: xyz")
    ]
