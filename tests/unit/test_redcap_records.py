"""A package read as a REDCap project, cell by cell, against what went into it."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from exports.package import build_package
from exports.redcap import PackageDamagedError, Project, open_project, tables
from exports.redcap.asking import Asked, UnknownNamesError, fields_of
from exports.redcap.eav import eav_header, eav_rows
from exports.redcap.flat import flat_csv, flat_json
from exports.redcap.rows import flat_cells, select
from exports.sheets import Column
from tests.unit import package_folder
from tests.unit.package_folder import KEY, write_folder

LAB = ["lab_value", "lab_value_mr"]


def project_in(folder: Path, **facts: Any) -> tuple[Project, Path]:
    package = build_package(write_folder(folder / "folder", **facts), "CSV", folder / "package.zip")
    return open_project(package.path, package.sha256), package.path


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return project_in(tmp_path)[0]


def read(project: Project, delimiter: str = ",", has_labels: bool = False, **asked: Any) -> list[dict[str, str]]:
    text = "".join(flat_csv(select(project, Asked(**asked)), delimiter, has_labels=has_labels))
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter))


def told(project: Project, **asked: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads("".join(flat_json(select(project, Asked(**asked)))))
    return found


def test_tables_of_one_row_a_subject_are_one_base_row_and_the_others_repeat(project: Project):
    rows = read(project)
    places = [(row["subject_key"], row["redcap_repeat_instrument"], row["redcap_repeat_instance"]) for row in rows]
    labs = [("AAA", "lab", str(number)) for number in (1, 2, 3)]
    times = [("AAA", "adtte", "1"), ("AAA", "adtte", "2")]
    others = [("BBB", "", ""), ("BBB", "adtte", "1"), ("CCC", "", ""), ("CCC", "lab", "1")]
    assert places == [("AAA", "", ""), *labs, *times, *others]


def test_a_row_holds_the_cells_of_its_own_form_and_says_that_it_is_complete(project: Project):
    base, first, *_more = read(project)
    assert (base["patient_sex"], base["adsl_dthfl"], base["patient_complete"], base["adsl_complete"]) == (
        "FEMALE",
        "0",
        "2",
        "2",
    )
    assert (base["lab_value"], base["lab_complete"], base["adtte_complete"]) == ("", "", "")
    assert (first["lab_value"], first["lab_course_no"], first["lab_complete"]) == ("12.50", "1", "2")
    assert (first["patient_sex"], first["patient_complete"]) == ("", "")


def test_the_columns_stand_as_in_redcap(project: Project):
    names = list(read(project, with_groups=True)[0])
    assert names[:5] == [
        "subject_key",
        "redcap_repeat_instrument",
        "redcap_repeat_instance",
        "redcap_data_access_group",
        "patient_site",
    ]
    assert names[-1] == "adtte_complete"
    assert names.index("patient_complete") == names.index("lab_course_no") - 1
    assert "redcap_data_access_group" not in read(project)[0]


def test_json_and_csv_hold_the_same_and_instances_are_numbers(project: Project):
    for asked in ({}, {"forms": ("lab",)}, {"fields": ("lab_value", "adsl_dthfl")}, {"records": ("BBB", "CCC")}):
        found = told(project, with_groups=True, **asked)
        plain = [{name: str(value) for name, value in row.items()} for row in found]
        assert plain == read(project, with_groups=True, **asked)
    assert {type(row["redcap_repeat_instance"]) for row in told(project, forms=("lab",))} == {int}


def test_every_cell_is_that_of_the_files_of_the_package(tmp_path: Path):
    project, path = project_in(tmp_path)
    rows = read(project)
    with zipfile.ZipFile(path) as archive:
        for name in ("tables/lab", "datasets/adtte"):
            text = archive.read(f"{name}.csv").decode()
            source = [list(row.values()) for row in csv.DictReader(io.StringIO(text))]
            form = name.partition("/")[2]
            fields = [field.name for field in project.fields if field.form == form]
            found = [[row["subject_key"], *(row[field] for field in fields)] for row in rows]
            assert [row for row, full in zip(found, rows, strict=True) if full[f"{form}_complete"]] == source


def test_the_record_id_is_always_there_and_alone_it_gives_one_row_a_subject(project: Project):
    assert [row["subject_key"] for row in read(project, fields=("subject_key",))] == ["AAA", "BBB", "CCC"]
    assert list(read(project, fields=("lab_value",))[0]) == [
        "subject_key",
        "redcap_repeat_instrument",
        "redcap_repeat_instance",
        "lab_value",
    ]


def test_batches_together_are_the_whole(project: Project):
    ids = [row["subject_key"] for row in read(project, fields=("subject_key",))]
    assert [row for one in ids for row in read(project, records=(one,))] == read(project)
    assert read(project, records=("ZZZ",)) == []
    assert told(project, records=("ZZZ",)) == []


def test_forms_and_fields_are_joined_and_a_complete_field_comes_with_its_form_or_by_name(project: Project):
    names = set(read(project, forms=("adsl",), fields=("patient_sex",))[0])
    assert {"patient_sex", "adsl_dthfl", "adsl_complete"} <= names
    assert "patient_complete" not in names
    assert "patient_complete" in read(project, fields=("patient_complete",))[0]


@pytest.mark.parametrize(("parameter", "name"), [("fields", "no_such_field"), ("forms", "no_such_form")])
def test_a_name_that_is_not_there_is_refused(project: Project, parameter: str, name: str):
    with pytest.raises(UnknownNamesError) as caught:
        read(project, **{parameter: (name,)})
    assert (caught.value.parameter, caught.value.names) == (parameter, [name])
    with pytest.raises(UnknownNamesError):
        fields_of(project, *(([name], []) if parameter == "fields" else ([], [name])))


def test_labels_stand_for_codes_forms_and_groups(project: Project):
    base, lab, *_more = read(project, is_labelled=True, with_groups=True)
    assert (base["patient_sex"], base["adsl_dthfl"], base["patient_complete"]) == ("female", "No", "Complete")
    assert (lab["lab_analyte"], lab["redcap_repeat_instrument"]) == ("C-reactive protein", "Lab of the release")
    assert lab["redcap_data_access_group"] == "S01"
    assert read(project, is_labelled=True)[5]["lab_complete"] == ""


def test_merged_levels_have_their_label(project: Project):
    rows = read(project, is_labelled=True, forms=("patient",))
    assert [row["patient_race"] for row in rows] == ["White", "rare levels, merged", "rare levels, merged"]


def test_headers_may_be_labels(project: Project):
    names = list(read(project, has_labels=True, forms=("adsl",), with_groups=True)[0])
    record = "Subject key of the project"
    assert names == [record, "Repeat Instrument", "Repeat Instance", "Data Access Group", "Died", "Complete?"]


def test_decimals_may_have_a_comma_and_are_quoted_where_that_parts_cells(project: Project):
    assert [row["lab_value"] for row in read(project, has_decimal_comma=True, forms=("lab",))] == [
        "12,50",
        "0,10",
        "",
        "7,00",
    ]
    assert read(project, ";", has_decimal_comma=True)[1]["lab_value"] == "12,50"


def test_one_row_a_value_holds_all_values_and_no_blank_one(project: Project):
    selection = select(project, Asked(with_groups=True))
    rows = list(eav_rows(selection))
    assert eav_header(selection) == [
        "record",
        "redcap_repeat_instrument",
        "redcap_repeat_instance",
        "field_name",
        "value",
    ]
    flat = read(project, with_groups=True)
    skipped = {"subject_key", "redcap_repeat_instrument", "redcap_repeat_instance"}
    wanted = [
        [row["subject_key"], row["redcap_repeat_instrument"], row["redcap_repeat_instance"], name, value]
        for row in flat
        for name, value in row.items()
        if value
        and name not in skipped
        and not (name == "redcap_data_access_group" and row["redcap_repeat_instrument"])
    ]
    records = [row for row in rows if row[3] == "subject_key"]
    assert sorted(row for row in rows if row[3] != "subject_key") == sorted(wanted)
    assert [row[0] for row in records] == ["AAA", "BBB", "CCC"]


def test_the_dictionary_is_that_of_the_package(tmp_path: Path):
    project, path = project_in(tmp_path)
    with zipfile.ZipFile(path) as archive:
        written = list(csv.reader(io.StringIO(archive.read("redcap-dictionary.csv").decode())))
    assert [list(line.values()) for line in tables.metadata(list(project.fields))] == written[1:]
    assert len(tables.METADATA) == len(written[0]) == 18
    assert tables.metadata(fields_of(project, ["lab_value"], ["adsl"])) == [
        line for line in tables.metadata(list(project.fields)) if line["field_name"] in ("lab_value", "adsl_dthfl")
    ]


def test_names_for_export_are_the_columns_of_the_records(project: Project):
    names = [line["export_field_name"] for line in tables.field_names(project)]
    columns = [name for name in read(project)[0] if not str(name).startswith("redcap_")]
    assert names == columns
    assert len(set(names)) == len(names)
    assert tables.field_names(project, "lab_value") == [
        {"original_field_name": "lab_value", "choice_value": "", "export_field_name": "lab_value"}
    ]


def test_sites_are_groups_under_an_agreement_and_nothing_below_it(tmp_path: Path):
    project, _path = project_in(tmp_path / "a")
    assert [line["data_access_group_name"] for line in tables.groups(project)] == ["S01", "S02"]
    assert [line["unique_group_name"] for line in tables.groups(project)] == ["s01", "s02"]
    lower, _path = project_in(tmp_path / "s", level="SHAREABLE")
    assert tables.groups(lower) == []
    assert "redcap_data_access_group" not in read(lower, with_groups=True)[0]


def test_the_facts_tell_the_reasons_for_missing_values_the_data_cut_and_that_cases_are_simulated(project: Project):
    facts = tables.project_facts(project)
    assert facts["missing_data_codes"] == "NA, not applicable | ND, not done | UNK, unknown"
    assert (facts["is_longitudinal"], facts["has_repeating_instruments_or_events"]) == (0, 1)
    assert facts["creation_time"] == "2026-05-04 03:02"
    assert "simulated" in str(facts["project_notes"])
    assert 0 < int(facts["project_id"]) < 2**31


def test_a_project_in_which_nothing_repeats_has_no_columns_for_it(tmp_path: Path):
    made = [found for found in package_folder.sheets(tmp_path / "folder") if found[0].name in ("patient", "adsl")]
    folder = write_folder(tmp_path / "folder", made)
    package = build_package(folder, "CSV", tmp_path / "package.zip")
    project = open_project(package.path, package.sha256)
    assert list(read(project)[0])[:2] == ["subject_key", "patient_site"]
    assert eav_header(select(project, Asked())) == ["record", "field_name", "value"]
    assert tables.project_facts(project)["has_repeating_instruments_or_events"] == 0


def test_a_release_without_a_table_of_subjects_still_tells_who_is_in_it(tmp_path: Path):
    made = [found for found in package_folder.sheets(tmp_path / "folder") if found[0].name == "lab"]
    package = build_package(write_folder(tmp_path / "folder", made), "CSV", tmp_path / "package.zip")
    project = open_project(package.path, package.sha256)
    assert [row["subject_key"] for row in read(project, fields=("subject_key",))] == ["AAA", "CCC"]
    assert {row["redcap_repeat_instrument"] for row in read(project)} == {"lab"}


def test_texts_with_quotes_lines_accents_and_delimiters_come_through(tmp_path: Path):
    words = ['said "no"', "two\nlines", "Ñandú; a, b\tc|d", "=1+1"]
    rows = pl.DataFrame({"subject_key": ["A", "B", "C", "D"], "words": words})
    folder = tmp_path / "folder"
    column = Column("words", "Words", "code", leaves_as="kept as recorded")
    made = [package_folder.sheet(folder, "table", "patient", ("subject_key",), (KEY, column), rows)]
    package = build_package(write_folder(folder, made), "CSV", tmp_path / "package.zip")
    project = open_project(package.path, package.sha256)
    # As in the file that can be downloaded, a text that begins like a formula has an apostrophe before it.
    wanted = [*words[:3], "'=1+1"]
    for delimiter in ",;\t|^":
        assert [row["patient_words"] for row in read(project, delimiter)] == wanted
    assert [row["patient_words"] for row in told(project)] == wanted


def test_a_code_below_zero_is_that_code_in_records_dictionary_and_labels(tmp_path: Path):
    rows = pl.DataFrame({"subject_key": ["A", "B"], "step": [-1, 1]})
    step = Column("step", "Step", "integer", choices=(("-1", "down"), ("1", "up")), leaves_as="kept")
    folder = tmp_path / "folder"
    made = [package_folder.sheet(folder, "table", "patient", ("subject_key",), (KEY, step), rows)]
    package = build_package(write_folder(folder, made), "CSV", tmp_path / "package.zip")
    project = open_project(package.path, package.sha256)
    assert [row["patient_step"] for row in read(project)] == ["-1", "1"]
    assert [row["patient_step"] for row in read(project, is_labelled=True)] == ["down", "up"]
    [line] = tables.metadata(fields_of(project, ["patient_step"], []))
    assert line["select_choices_or_calculations"] == "-1, down | 1, up"


def test_a_file_that_is_not_the_released_one_is_not_opened(tmp_path: Path):
    _project, path = project_in(tmp_path)
    for sha256 in ("0" * 64, ""):
        with pytest.raises(PackageDamagedError):
            open_project(path, sha256)
    with pytest.raises(PackageDamagedError):
        open_project(tmp_path / "gone.zip", "0" * 64)


def test_a_package_is_read_once(tmp_path: Path):
    package = build_package(write_folder(tmp_path / "folder"), "CSV", tmp_path / "package.zip")
    first = open_project(package.path, package.sha256)
    package.path.unlink()
    assert open_project(package.path, package.sha256) is first


def test_the_cells_of_an_answer_are_counted_before_it_is_made(project: Project):
    for asked in (Asked(), Asked(forms=("lab",)), Asked(records=("AAA",))):
        selection = select(project, asked)
        lines = "".join(flat_csv(selection, ",", has_labels=False)).splitlines()
        assert flat_cells(selection) >= (len(lines) - 1) * (len(selection.chosen) + 1)
