"""ADaM-like files: names, the words of censoring, Define-XML and Dataset-JSON that say the same."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pyreadstat
import pytest

from exports.package.formats.adam_json import DatasetJsonError, findings
from exports.package.formats.define_xml_parts import DEF, ODM
from exports.sheets import Sheet
from tests.interop.hard_sheets import hard_sheets, written

NS = {"o": ODM, "d": DEF}


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    return written(hard_sheets(tmp_path), "ADAM", tmp_path)[0]


def define(files: dict[str, Path]) -> ElementTree.Element:
    return ElementTree.fromstring(files["adam/define.xml"].read_bytes())


def test_only_analysis_datasets_are_in_the_format_and_the_rest_is_told(tmp_path: Path):
    files, losses = written(hard_sheets(tmp_path), "ADAM", tmp_path)
    assert list(files) == [
        "adam/adsl.xpt",
        "adam/adsl.json",
        "adam/adtte.xpt",
        "adam/adtte.json",
        "adam/define.xml",
    ]
    told = [loss for loss in losses if "not in this format" in loss.what]
    assert [(loss.file, loss.what.split(": ")[1]) for loss in told] == [("tables", "hard, empty")]


def test_subjects_have_the_variables_that_analysts_of_trials_look_for(files: dict[str, Path]):
    rows, meta = pyreadstat.read_xport(files["adam/adsl.xpt"])
    words = "STUDYID USUBJID SUBJID SITEID SITEPSD AGE AGEMR AGEU DOSEGRP TRT01A TRT01AN MGKGD SAFFL"
    assert " ".join(rows) == words
    assert meta.table_name == "ADSL"
    assert rows["TRT01A"].tolist() == ["above 200 mg/day intravenously", ""]
    assert rows["AGEMR"].tolist() == ["", "UNK"]
    assert rows["SITEID"].tolist() == ["X", "Y"]


def test_a_parameter_has_its_words_beside_it(files: dict[str, Path]):
    rows, _meta = pyreadstat.read_xport(files["adam/adtte.xpt"])
    assert rows["PARAM"].tolist() == ["Overall survival", "Treatment-related mortality", "Overall survival"]


def test_define_says_in_words_what_a_censoring_is(files: dict[str, Path]):
    words = {
        item.get("CodedValue"): item.findtext(".//o:TranslatedText", namespaces=NS)
        for item in define(files).findall(".//o:CodeList[@OID='CL.ADTTE.CNSR']/o:CodeListItem", NS)
    }
    assert words == {"0": "event", "1": "censored", "2": "competing event"}


def test_define_describes_every_variable_of_every_file_in_its_order(files: dict[str, Path]):
    root = define(files)
    for name in ("adsl", "adtte"):
        rows, _meta = pyreadstat.read_xport(files[f"adam/{name}.xpt"])
        refs = root.findall(f".//o:ItemGroupDef[@OID='IG.{name.upper()}']/o:ItemRef", NS)
        items = [root.find(f".//o:ItemDef[@OID='{ref.get('ItemOID')}']", NS) for ref in refs]
        assert [item.get("Name") for item in items] == list(rows)


def test_define_has_the_derivation_of_a_variable_as_its_method(files: dict[str, Path]):
    method = define(files).find(".//o:MethodDef[@OID='MT.ADSL.MGKGD']", NS)
    assert method.findtext(".//o:TranslatedText", namespaces=NS) == "A / B. [ADSL.MGKGD/1]"


def test_define_refers_to_nothing_that_it_does_not_define(files: dict[str, Path]):
    root = define(files)
    defined = {each.get("OID") for each in root.iter() if each.get("OID")}
    for name in ("ItemOID", "MethodOID", "CodeListOID", "ValueListOID", "WhereClauseOID", f"{{{DEF}}}ItemOID"):
        used = {each.get(name) for each in root.iter() if each.get(name)}
        assert used
        assert used <= defined


def test_define_claims_no_standard(files: dict[str, Path]):
    root = define(files)
    assert root.find(".//d:Standards", NS) is None
    assert {group.get(f"{{{DEF}}}IsNonStandard") for group in root.findall(".//o:ItemGroupDef", NS)} == {"Yes"}
    assert "no conformance is claimed" in root.find(".//o:MetaDataVersion", NS).get("Description")
    assert "SIMULATED" in root.findtext(".//o:StudyDescription", namespaces=NS)


def test_dataset_json_holds_the_rows_of_the_transport_file(files: dict[str, Path]):
    document = json.loads(files["adam/adsl.json"].read_text(encoding="utf-8"))
    rows, _meta = pyreadstat.read_xport(files["adam/adsl.xpt"])
    assert [column["name"] for column in document["columns"]] == list(rows)
    assert findings(document) == []
    assert document["rows"][1] == ["QUELL", "S2", "S2", "Y", "Y", None, "UNK", "YEARS", None, None, None, None, 0]


def test_the_two_checks_see_a_ragged_row_and_a_wrong_count():
    document = {"columns": [{}, {}], "records": 3, "rows": [[1, 2], [1]]}
    assert findings(document) == [
        "Row 2 has 1 values; there are 2 columns.",
        "3 records are announced; there are 2 rows.",
    ]


def test_a_file_with_other_rows_than_announced_is_not_written(tmp_path: Path):
    sheets: list[Sheet] = [replace(sheet, rows=sheet.rows + 1) for sheet in hard_sheets(tmp_path)]
    with pytest.raises(DatasetJsonError, match="2 rows written, 3 announced"):
        written(sheets, "ADAM", tmp_path)
