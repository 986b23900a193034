"""PSPP, an implementation of SPSS of its own, reads the files without a warning."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from tests.interop.hard_sheets import COLUMNS, frame, hard_sheets, sheet, written
from tests.interop.programs import needs_pspp, pspp

pytestmark = pytest.mark.interop


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    needs_pspp()
    written([sheet(tmp_path, frame(), COLUMNS)], "SPSS", tmp_path)
    return tmp_path


def table(listing: str, title: str) -> list[list[str]]:
    after = listing[listing.index(f"Table: {title}") :].split("\n", 1)[1]
    return list(csv.reader(io.StringIO(after.split("\n\n", 1)[0])))


def test_the_dictionary_has_labels_measures_formats_and_missing_values(folder: Path):
    listing = pspp('GET FILE="tables/hard.sav".\nDISPLAY DICTIONARY.\n', folder)
    rows = {row[0]: row for row in table(listing, "Variables")}
    assert rows["day"][2] == "Day from infusion (d)"
    assert rows["grade"][3] == "Ordinal"
    assert rows["product"][3] == "Nominal"
    assert rows["dose"][7:] == ["F9.2", "F9.2", "-9999 THRU -9996"]
    labels = table(listing, "Value Labels")
    assert ["-9999[a]", "not done"] in [row[1:3] for row in labels]
    assert ["3", "MERGED"] in [row[1:3] for row in labels]


def test_the_values_are_those_of_the_table(folder: Path):
    listing = pspp('GET FILE="tables/hard.sav".\nLIST /VARIABLES=subject_key day grade dose product site.\n', folder)
    assert table(listing, "Data List")[1:3] == [
        ["S1", "-9", "3", "-.10", "1", "Clínic"],
        ["S2", "-9999", "-9998", "-9997.00", "-9996", 'a "b"\nc'],
    ]


def test_user_missing_values_stay_out_of_a_mean(folder: Path):
    listing = pspp('GET FILE="tables/hard.sav".\nDESCRIPTIVES /VARIABLES=grade /STATISTICS=MEAN MINIMUM.\n', folder)
    row = next(row for row in table(listing, "Descriptive Statistics") if row[0] == "Grade of CRS")
    assert row[1:4] == ["3", "2.67", "grade 0"]


def test_the_file_says_its_label_the_data_cut_and_its_cases(folder: Path):
    listing = pspp('SYSFILE INFO FILE="tables/hard.sav".\n', folder)
    told = {row[0]: row[1] for row in table(listing, "File Information")}
    assert told["Label"] == "SIMULATED QUELL-TEST hard"
    assert told["Created"].startswith("04 May 26 03:02:01")
    assert told["Cases"] == "6"
    assert told["Encoding"] == "UTF-8"


def test_every_file_can_be_opened(tmp_path: Path):
    needs_pspp()
    for one in hard_sheets(tmp_path):
        files, _losses = written([one], "SPSS", tmp_path)
        name = next(name for name in files if name.endswith(".sav"))
        listing = pspp(f'SYSFILE INFO FILE="{name}".\n', tmp_path)
        assert {row[0]: row[1] for row in table(listing, "File Information")}["Cases"] == str(one.rows)
