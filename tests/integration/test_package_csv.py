"""The CSV package of a real freeze: its descriptor fits, its keys hold, its codebook tells every column."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from exports.freeze import FreezeOrder, freeze
from exports.freeze.pseudonyms import project_key, site_codes
from exports.package import Package, build_package
from sites.models import Site
from tests.cast import Cast
from tests.factories.whole_case import whole_case

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "export"])

KEY = project_key(settings.QUELL_PROJECT_KEK, b"a salt of the tests" * 2)


@pytest.fixture
def package(cast: Cast, tmp_path: Path) -> Package:
    for site, study_id in ((cast.sev, "SEV-1"), (cast.hou, "HOU-1")):
        whole_case(site, study_id, judge=cast.judy)
    codes, _known = site_codes(KEY, Site.objects.values_list("id", flat=True), {})
    order = FreezeOrder(
        release="QUELL-2026.1",
        project="p",
        profile="AGREEMENT",
        code_revision="test",
        data_cut_at=dt.datetime.now(tz=dt.UTC).replace(microsecond=0),
        project_key=KEY,
        site_codes=codes,
    )
    freeze(order, tmp_path)
    return build_package(tmp_path)


def members(package: Package) -> dict[str, bytes]:
    with zipfile.ZipFile(package.path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def rows_of(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode())))


def test_the_package_of_a_freeze_passes_every_check_and_tells_its_content(package: Package):
    files = members(package)
    descriptor: dict[str, Any] = json.loads(files["datapackage.json"])
    told = {sheet["name"]: sheet["rows"] for sheet in package.manifest["tables"]}
    for name, rows in told.items():
        assert len(rows_of(files[f"tables/{name}.csv"])) == rows
    fields = {
        (resource["path"], field["name"]): field
        for resource in descriptor["resources"]
        for field in resource["schema"]["fields"]
    }
    for path in (resource["path"] for resource in descriptor["resources"]):
        header = files[path].decode().split("\n")[0].split(",")
        assert header == [name for place, name in fields if place == path]
    # The words of the transforms that merge and cap are those that the descriptor looks for.
    assert fields["tables/patient.csv", "age_at_infusion"]["constraints"]["maximum"] == 90
    assert "MERGED" in fields["tables/patient.csv", "race"]["constraints"]["enum"]


def test_keys_name_one_row_and_every_subject_is_a_patient(package: Package):
    files = members(package)
    patients = {row["subject_key"] for row in rows_of(files["tables/patient.csv"])}
    for table in package.manifest["tables"]:
        rows = rows_of(files[f"tables/{table['name']}.csv"])
        keys = [tuple(row[name] for name in table["key"]) for row in rows]
        assert len(set(keys)) == len(keys)
        assert {row["subject_key"] for row in rows} <= patients


def test_codebook_workbook_and_dictionary_tell_the_same_columns(package: Package):
    import openpyxl

    files = members(package)
    codebook = {(row["table"], row["column"]) for row in rows_of(files["codebook.csv"])}
    book = openpyxl.load_workbook(io.BytesIO(files["codebook.xlsx"]), read_only=True)
    told = {
        tuple(row[:2]) for name in ("Tables", "Datasets") for row in book[name].iter_rows(min_row=2, values_only=True)
    }
    assert told == codebook
    dictionary = rows_of(files["redcap-dictionary.csv"])
    subjects = {column for column in codebook if column[1] in {"subject_key", "USUBJID"}}
    assert len(dictionary) == len(codebook) - len(subjects) + 1


def test_the_readme_counts_the_patients_of_each_site(package: Package):
    readme = members(package)["README.txt"].decode()
    sites = sorted(row["site"] for row in rows_of(members(package)["tables/patient.csv"]))
    assert f"Patients by site: {sites[0]} 1, {sites[1]} 1." in readme
    assert max(len(line) for line in readme.splitlines()) <= 110
