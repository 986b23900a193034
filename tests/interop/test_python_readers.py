"""pandas, DuckDB and odmlib read what was written, none of them through the library that the others use."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pandas as pd
import pytest
from odmlib.dataset_json_1_1 import model
from odmlib.odm_parser import ODMSchemaValidator

from tests.interop.hard_sheets import COLUMNS, frame, hard_sheets, sheet, written

pytestmark = pytest.mark.interop


def test_pandas_reads_stata_files_with_their_words(tmp_path: Path):
    files, _losses = written([sheet(tmp_path, frame(), COLUMNS)], "STATA", tmp_path)
    rows = pd.read_stata(files["tables/hard.dta"], convert_categoricals=False)
    assert rows["day"].dropna().tolist() == [-9, -6, 999, 0]
    assert rows["dose"].dropna().tolist() == [-0.1, 123456.78, 0.01]
    with pd.read_stata(files["tables/hard.dta"], iterator=True) as reader:
        reader.read(1)
        assert reader.time_stamp == "04 May 2026 03:02"
        assert reader.variable_labels()["day"] == "Day from infusion (d)"
        assert reader.value_labels()["product"][3] == "MERGED"
    assert pd.read_stata(files["tables/hard.dta"])["product"].tolist()[0] == "axicabtagene ciloleucel"


def test_pandas_reads_sas_files(tmp_path: Path):
    files, _losses = written([sheet(tmp_path, frame(), COLUMNS)], "SAS", tmp_path)
    rows = pd.read_sas(files["tables/hard.xpt"], encoding="ascii")
    # This reader takes the zero of the format for 16 to the power of -65.
    assert rows["DAY"].dropna().tolist() == pytest.approx([-9, -6, 999, 0], abs=1e-70)
    assert rows["DOSE"].dropna().tolist() == [-0.1, 123456.78, 0.01]
    assert rows["RATIO"].dropna().tolist() == [0.1, 1 / 3, 1e-12, -2.5e10, 4.0]


def test_duckdb_reads_parquet_files_with_exact_decimals(tmp_path: Path):
    files, _losses = written(hard_sheets(tmp_path), "PARQUET", tmp_path)
    with duckdb.connect() as database:
        path = str(files["tables/hard.parquet"])
        found = database.execute("SELECT count(*), sum(dose), typeof(any_value(dose)) FROM read_parquet(?)", [path])
        count, total, kind = found.fetchone()
        empty = database.execute("SELECT count(*) FROM read_parquet(?)", [str(files["tables/empty.parquet"])])
        assert (count, str(total), kind, empty.fetchone()) == (6, "123456.69", "DECIMAL(8,2)", (0,))


def test_pandas_reads_parquet_files(tmp_path: Path):
    files, _losses = written(hard_sheets(tmp_path), "PARQUET", tmp_path)
    rows = pd.read_parquet(files["tables/hard.parquet"])
    assert rows.shape == frame().shape
    assert rows["site"].tolist()[1] == 'a "b"\nc'


def test_define_xml_is_valid_by_the_published_schema(tmp_path: Path):
    files, _losses = written(hard_sheets(tmp_path), "ADAM", tmp_path)
    validator = ODMSchemaValidator(standard="define", version="2.1")
    validator.validate_file(str(files["adam/define.xml"]))


def test_the_validator_refuses_what_the_schema_does_not_know(tmp_path: Path):
    files, _losses = written(hard_sheets(tmp_path), "ADAM", tmp_path)
    broken = tmp_path / "broken.xml"
    broken.write_bytes(files["adam/define.xml"].read_bytes().replace(b'DataType="float"', b'DataType="bogus"'))
    with pytest.raises(Exception, match="bogus"):
        ODMSchemaValidator(standard="define", version="2.1").validate_file(str(broken))


def test_dataset_json_fits_the_model_of_the_standard(tmp_path: Path):
    files, _losses = written(hard_sheets(tmp_path), "ADAM", tmp_path)
    document = json.loads(files["adam/adsl.json"].read_text(encoding="utf-8"))
    columns = [model.Column(**column) for column in document.pop("columns")]
    source = model.SourceSystem(**document.pop("sourceSystem"))
    read = model.DatasetJSON(**document, columns=columns, sourceSystem=source)
    assert read.column_names[:3] == ["STUDYID", "USUBJID", "SUBJID"]
