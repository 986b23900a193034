"""SAS: the transport file, its linter, and the program text beside it."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import struct
from pathlib import Path

import numpy as np
import pandas as pd
import pyreadstat
import pytest
from hypothesis import given
from hypothesis import strategies as st

from exports.package.formats.sas_file import SasData, SasVariable, ibm_numbers, write_sas_file
from exports.package.formats.sas_lint import SasLintError, checked, lint, lint_values
from exports.sheets import Column
from tests.interop.hard_sheets import COLUMNS, CUT, LONG_LABEL, frame, hard_sheets, sheet, written

KEY = SasVariable("USUBJID", "Subject key", 2)


def data(*variables: SasVariable, name: str = "ADSL", label: str = "Subjects") -> SasData:
    return SasData(name, label, CUT, variables)


def test_a_data_set_that_sas_reads_has_no_finding():
    assert lint(data(KEY, SasVariable("AGE", "Age", 0))) == []


@pytest.mark.parametrize(
    ("given_data", "finding"),
    [
        (data(KEY, name="adsl"), "adsl: the name of a data set is a capital letter"),
        (data(KEY, name="ANALYSISX"), "ANALYSISX: the name of a data set"),
        (data(KEY, label="x" * 41), "ADSL: the label has 41 bytes, 40 are allowed"),
        (data(SasVariable("COSTIM_DOM", "", 1)), "ADSL.COSTIM_DOM: the name of a variable"),
        (data(SasVariable("X", "Clínic", 1)), "ADSL.X: the label has characters other than printable ASCII"),
        (data(SasVariable("X", "a\nb", 1)), "ADSL.X: the label has characters"),
        (data(SasVariable("X", "", 201)), "ADSL.X: a text of 201 bytes; 200 are allowed"),
        (data(KEY, SasVariable("usubjid", "", 1)), "ADSL.USUBJID: 2 variables have this name"),
        (data(), "ADSL: 0 variables"),
    ],
)
def test_the_linter_says_what_sas_would_not_read(given_data: SasData, finding: str):
    assert any(found.startswith(finding) for found in lint(given_data))
    with pytest.raises(SasLintError, match=re.escape(finding)):
        checked(given_data)


def test_the_linter_looks_at_texts():
    assert lint_values(["plain", ""], "X") == []
    assert len(lint_values(["é", "a\tb", "x" * 201], "X")) == 3


def ibm(number: float) -> bytes:
    return struct.pack(">Q", int(ibm_numbers(np.array([number]), np.zeros(1, np.int64))[0]))


@pytest.mark.parametrize(
    ("number", "expected"),
    # The examples of IBM's manual for base 16: 1, 0.1 to 56 bits, -118.625.
    [(0.0, "0000000000000000"), (1.0, "4110000000000000"), (-118.625, "c276a00000000000")],
)
def test_numbers_are_those_of_base_16(number: float, expected: str):
    assert ibm(number).hex() == expected


def back(encoded: bytes) -> float:
    """Read a number of base 16 by the definition."""
    sign, exponent, fraction = encoded[0] >> 7, encoded[0] & 127, int.from_bytes(encoded[1:], "big")
    return (-1) ** sign * fraction * 16.0 ** (exponent - 64 - 14)


@given(st.floats(min_value=1e-60, max_value=1e60) | st.floats(min_value=-1e60, max_value=-1e-60))
def test_no_number_changes(number: float):
    assert back(ibm(number)) == number


def test_the_file_is_byte_for_byte_what_readstat_writes_but_for_the_moment(tmp_path: Path):
    frame = pd.DataFrame(
        {"USUBJID": ["S1", "S2", "S3"], "AGE": [50.5, None, -1e-9], "N": [0.0, 1e30, 3.0], "SEX": ["F", "", "MALE"]}
    )
    labels = ["Subject key", "Age", "Number", "Sex"]
    pyreadstat.write_xport(frame, tmp_path / "a.xpt", "", labels, table_name="ADSL", file_format_version=5)
    variables = [SasVariable(*told) for told in zip(frame.columns, labels, (2, 0, 0, 4), strict=True)]
    rows = np.zeros(3, np.dtype([(each.name, each.dtype) for each in variables]))
    rows["USUBJID"], rows["SEX"] = [b"S1", b"S2", b"S3"], [b"F   ", b"    ", b"MALE"]
    for name in ("AGE", "N"):
        rows[name] = ibm_numbers(frame[name].to_numpy(), np.zeros(3, np.int64))
    out = io.BytesIO()
    write_sas_file(out, data(*variables, label=""), [rows])
    moment = rb"\d\d[A-Z]{3}\d\d:\d\d:\d\d:\d\d"
    assert re.sub(moment, b"", out.getvalue()) == re.sub(moment, b"", (tmp_path / "a.xpt").read_bytes())


def hard(folder: Path):
    return written([sheet(folder, frame(), COLUMNS)], "SAS", folder)


def test_reasons_of_numbers_are_special_missing_values_and_those_of_texts_stand_beside(tmp_path: Path):
    files, losses = hard(tmp_path)
    content = files["tables/hard.xpt"].read_bytes()
    rows, _meta = pyreadstat.read_xport(files["tables/hard.xpt"])
    assert list(rows)[:6] == ["SBJCTKEY", "DAY", "GRADE", "GRADCODE", "DOSE", "PROD"]
    assert rows["PRODMR"].tolist() == ["", "WH", "", "", "", ""]
    for letter in b"ABCD":
        assert bytes([letter]) + bytes(7) in content
    assert "missing reasons stay in PRODMR: the value is text" in [loss.what for loss in losses]


def test_labels_and_texts_are_ascii_and_within_their_limits(tmp_path: Path):
    files, losses = hard(tmp_path)
    rows, meta = pyreadstat.read_xport(files["tables/hard.xpt"])
    assert meta.column_names_to_labels["DOSE"] == "Dose e " + "x" * 33
    assert rows["SITE"].tolist() == ["Clinic", 'a "b" c', "", "", "ss u", "o'neill"]
    told = {(loss.column, loss.what.split(":")[0]) for loss in losses}
    assert ("dose", "label shortened from 307 to 40 characters") in told
    assert ("site", "texts written in ASCII") in told


def test_every_file_has_a_time_of_the_cut_and_an_empty_table_can_be_read(tmp_path: Path):
    files, _losses = written(hard_sheets(tmp_path), "SAS", tmp_path)
    for name, path in files.items():
        if name.endswith(".xpt"):
            rows, meta = pyreadstat.read_xport(path)
            assert meta.creation_time == dt.datetime(2026, 5, 4, 3, 2, 1)  # noqa: DTZ001 - the reader gives no zone
            assert len(rows) == (0 if "empty" in name else len(rows))
            assert len(rows.columns) > 3


def test_the_formats_say_every_code_and_every_special_missing_value(tmp_path: Path):
    files, _losses = hard(tmp_path)
    text = files["formats.sas"].read_text(encoding="ascii")
    assert "    'TISA' = 'tisagenlecleucel, \"Kymriah\"'\n" in text
    assert "    'MERGED' = 'MERGED'\n" in text
    assert "    .D = 'withheld by de-identification'\n" in text
    assert "    0 = 'no'\n    1 = 'yes'\n" in text
    names = re.findall(r"value (\S+)", text)
    assert len(set(names)) == len(names)
    assert all(re.fullmatch(r"\$?[A-Z][A-Z0-9]{0,6}[A-Z]", name) and len(name) <= 8 for name in names)


def test_a_quote_in_a_word_does_not_end_the_text(tmp_path: Path):
    columns = (COLUMNS[0], Column("x", "X", "code", choices=(("O'N", "o'neill; run;"),)))
    rows = frame().select("subject_key").with_columns(x=frame()["product"])
    files, _losses = written([sheet(tmp_path, rows, columns)], "SAS", tmp_path)
    assert "'O''N' = 'o''neill; run;'" in files["formats.sas"].read_text(encoding="ascii")


def test_load_sas_reads_every_file_and_attaches_formats_that_exist(tmp_path: Path):
    files, _losses = written(hard_sheets(tmp_path), "SAS", tmp_path)
    text = files["load.sas"].read_text(encoding="ascii")
    assert re.findall(r"%quell_read\((\S+)\);", text) == [name for name in files if name.endswith(".xpt")]
    made = set(re.findall(r"value (\S+)", files["formats.sas"].read_text(encoding="ascii")))
    assert {name.rstrip(".") for name in re.findall(r"^    [A-Z]\w* (\$?\w+\.)$", text, re.MULTILINE)} <= made
    assert "%include" in text


def test_names_csv_says_which_column_each_variable_is_with_its_whole_label(tmp_path: Path):
    files, _losses = hard(tmp_path)
    told = csv.DictReader(files["names.csv"].read_text(encoding="utf-8").splitlines())
    lines = {line["variable"]: line for line in told}
    assert lines["SBJCTKEY"]["column"] == "subject_key"
    assert lines["PRODMR"]["column"] == "product__mr"
    assert (lines["DOSE"]["label"], lines["DOSE"]["unit"]) == (LONG_LABEL, "mg/d")


def test_a_label_that_fits_only_without_its_unit_loses_the_unit_alone(tmp_path: Path):
    label = "Prescribed daily dose, first segment"
    columns = (COLUMNS[0], Column("DOSE24", label, "decimal", "mg/d"))
    rows = frame().select("subject_key").with_columns(DOSE24=frame()["ratio"])
    files, losses = written([sheet(tmp_path, rows, columns)], "SAS", tmp_path)
    _rows, meta = pyreadstat.read_xport(files["tables/hard.xpt"])
    assert meta.column_names_to_labels["DOSE24"] == label
    assert [loss.what for loss in losses if loss.column == "DOSE24"] == ["unit left out of the label: mg/d"]


def test_the_label_of_a_reason_that_does_not_fit_names_its_variable(tmp_path: Path):
    long = Column("site__mr", "Site of the second infection found: why it is empty", "code", choices=COLUMNS[2].choices)
    columns = [long if column.column == "site__mr" else column for column in COLUMNS]
    files, _losses = written([sheet(tmp_path, frame(), columns)], "SAS", tmp_path)
    _rows, meta = pyreadstat.read_xport(files["tables/hard.xpt"])
    assert meta.column_names_to_labels["SITEMR"] == "Why SITE is empty"
