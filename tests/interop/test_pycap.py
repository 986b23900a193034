"""PyCap, as released, reads a level over HTTP: what it gets is compared cell by cell with the files of the package."""

from __future__ import annotations

import csv
import io
import shutil
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import redcap
import semantic_version
from django.core.cache import cache
from redcap.request import RedcapError, _session

from exports.models import Download, Release, ReleasePackage
from exports.package import build_package
from sites.context import acting_as
from sites.models import AccessLog
from tests.cast import Cast
from tests.factories.redcap import redcap_release, token_of

pytestmark = [
    pytest.mark.slow,
    pytest.mark.interop,
    pytest.mark.django_db(transaction=True),
]
SUBJECT, INSTRUMENT, INSTANCE = "subject_key", "redcap_repeat_instrument", "redcap_repeat_instance"
GROUP = "redcap_data_access_group"
Row = dict[str, str]


@dataclass(frozen=True)
class Files:
    """The files of a package as the standard library reads them."""

    sheets: dict[str, list[Row]]
    dictionary: list[list[str]]

    def form(self, name: str) -> list[Row]:
        """Return the rows of a sheet under the names of its form."""
        fields = [line[0] for line in self.dictionary if line[1] == name and line[0] != SUBJECT]
        rows = []
        for row in self.sheets[name]:
            subject = row.pop(SUBJECT, None) or row.pop("USUBJID")
            rows.append({SUBJECT: subject, **dict(zip(fields, row.values(), strict=True))})
        return rows


@pytest.fixture(scope="module")
def package(frozen_demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The demonstration under an agreement, in CSV."""
    return build_package(frozen_demo, "CSV", tmp_path_factory.mktemp("pycap") / "package.zip")


@pytest.fixture
def files(package: Any) -> Files:
    with zipfile.ZipFile(package.path) as archive:
        texts = {name: archive.read(name).decode() for name in archive.namelist() if name.endswith(".csv")}
    dictionary = list(csv.reader(io.StringIO(texts.pop("redcap-dictionary.csv"))))[1:]
    sheets = {Path(name).stem: text for name, text in texts.items() if "/" in name}
    return Files({name: list(csv.DictReader(io.StringIO(text))) for name, text in sheets.items()}, dictionary)


@pytest.fixture
def release(package: Any, cast: Cast, settings: Any, tmp_path: Path) -> Release:
    cache.clear()
    settings.QUELL_RELEASE_DIR = str(tmp_path)
    found = redcap_release(cast)
    row = found.packages.get(level="AGREEMENT", format="CSV")
    shutil.copy(package.path, tmp_path / row.path)
    with acting_as(cast.dana):
        ReleasePackage.objects.filter(pk=row.pk).update(sha256=package.sha256, size=package.size)
    return found


@pytest.fixture
def project(release: Release, cast: Cast, live_server: Any) -> Iterator[redcap.Project]:
    yield redcap.Project(f"{live_server.url}/redcap/api/", token_of(release, cast.ivan))
    _session.close()


def texts(rows: list[dict[str, Any]]) -> list[Row]:
    """Return rows with every value as text."""
    return [{name: str(value) for name, value in row.items()} for row in rows]


def test_a_project_tells_what_it_is(project: redcap.Project, files: Files, release: Release):
    assert project.is_longitudinal is False
    assert project.def_field == SUBJECT
    assert project.redcap_version >= semantic_version.Version("14.0.0")
    assert project.field_names == [line[0] for line in files.dictionary]
    assert set(project.forms) == set(files.sheets) == {line[1] for line in files.dictionary}
    assert [list(line.values()) for line in project.export_metadata()] == files.dictionary
    assert project.export_metadata(format_type="df").loc["patient_sex", "form_name"] == "patient"
    assert project.export_metadata(fields=["patient_sex"], forms=["death"])[0]["field_name"] == "patient_sex"
    assert {one["instrument_name"] for one in project.export_instruments()} == set(files.sheets)
    assert project.export_project_info()["is_longitudinal"] == 0
    assert project.export_project_info(format_type="df")["project_title"][0] == "QUELL-TEST AGREEMENT"
    sites = sorted({row["site"] for row in files.sheets["patient"]})
    assert [group["data_access_group_name"] for group in project.export_dags()] == sites
    assert [user["api_export"] for user in project.export_users()] == [1]
    repeating = [one["form_name"] for one in project.export_repeating_instruments_events()]
    counted = {name: len(rows) for name, rows in files.sheets.items()}
    assert {"patient", "disease", "adsl", "death", "follow_up"}.isdisjoint(repeating)
    assert {name for name, rows in counted.items() if rows > counted["patient"]} <= set(repeating)
    assert project.export_field_names(field="patient_sex")[0]["export_field_name"] == "patient_sex"


def test_every_cell_of_every_sheet_comes_through_the_flat_export(project: redcap.Project, files: Files):
    text = project.export_records(format_type="csv", export_data_access_groups=True)
    rows = list(csv.DictReader(io.StringIO(text)))
    names = [line["export_field_name"] for line in project.export_field_names()]
    assert list(rows[0]) == [SUBJECT, INSTRUMENT, INSTANCE, GROUP, *names[1:]]
    base = [row for row in rows if not row[INSTRUMENT]]
    repeating = {one["form_name"] for one in project.export_repeating_instruments_events()}
    for form in sorted(files.sheets):
        found = [row for row in rows if row[INSTRUMENT] == form] if form in repeating else base
        complete = [row for row in found if row[f"{form}_complete"]]
        fields = [line[0] for line in files.dictionary if line[1] == form and line[0] != SUBJECT]
        assert [{name: row[name] for name in [SUBJECT, *fields]} for row in complete] == files.form(form)
        assert {row[f"{form}_complete"] for row in complete} <= {"2"}
        others = [row for row in rows if row[INSTRUMENT] not in ({form} if form in repeating else {""})]
        assert not any(row[name] for row in others for name in [*fields, f"{form}_complete"])
    sites = {row[SUBJECT]: row["patient_site"].lower() for row in base}
    assert all(row[GROUP] == sites[row[SUBJECT]] for row in rows)
    instances = [(row[SUBJECT], row[INSTRUMENT], row[INSTANCE]) for row in rows]
    assert len(set(instances)) == len(instances)


def test_json_frame_and_values_are_the_same_cells(project: redcap.Project, files: Files):
    forms = ["patient", "adsl", "anakinra_course"]
    written = list(csv.DictReader(io.StringIO(project.export_records(format_type="csv", forms=forms))))
    assert texts(project.export_records(forms=forms)) == written
    frame = project.export_records(format_type="df", forms=forms, df_kwargs={"dtype": str, "keep_default_na": False})
    assert frame.reset_index().to_dict("records") == written
    typed = project.export_records(format_type="df", forms=["patient"])
    ages = pd.to_numeric(pd.Series([row["age_at_infusion"] for row in files.sheets["patient"]]))
    assert typed["patient_age_at_infusion"].tolist() == ages.tolist()
    values = project.export_records(record_type="eav", forms=forms)
    skipped = {SUBJECT, INSTRUMENT, INSTANCE}
    wanted = sum(bool(value) for row in written for name, value in row.items() if name not in skipped)
    assert len([value for value in values if value["field_name"] != SUBJECT]) == wanted
    by_place = {(row[SUBJECT], row[INSTRUMENT], row[INSTANCE]): row for row in written}
    for value in texts(values):
        place = (value["record"], value[INSTRUMENT], value[INSTANCE])
        assert by_place[place][value["field_name"]] == value["value"]


def test_batches_of_records_are_the_whole(project: redcap.Project, cast: Cast):
    ids = [row[SUBJECT] for row in project.export_records(fields=[SUBJECT])]
    assert len(ids) == len(set(ids)) == 43
    forms = ["patient", "lab", "adtte"]
    whole = project.export_records(forms=forms)
    batches = [ids[start : start + 10] for start in range(0, len(ids), 10)]
    assert [row for batch in batches for row in project.export_records(records=batch, forms=forms)] == whole
    assert AccessLog.objects.filter(source="redcap", object_type="release").count() == 2 + len(batches)
    assert Download.objects.get().downloaded_by == cast.ivan


def test_labels_are_those_of_the_codebook(project: redcap.Project, files: Files):
    raw = project.export_records(forms=["patient"])
    labelled = project.export_records(forms=["patient"], raw_or_label="label")
    [line] = [line for line in files.dictionary if line[0] == "patient_sex"]
    words = dict(choice.split(", ", 1) for choice in line[5].split(" | "))
    assert [words[row["patient_sex"]] for row in raw] == [row["patient_sex"] for row in labelled]
    [header] = project.export_records(format_type="csv", forms=["patient"], raw_or_label_headers="label").splitlines()[
        :1
    ]
    assert header.startswith("Subject key of the project,Repeat Instrument,Repeat Instance,")


def test_what_cannot_be_had_is_an_error_and_never_an_answer(project: redcap.Project, live_server: Any):
    for refused in (
        lambda: project.export_records(filter_logic="[patient_sex] = 'MALE'"),
        lambda: project.export_records(fields=["no_such_field"]),
        lambda: project.export_records(format_type="xml"),
        lambda: project.import_records([{SUBJECT: "X"}]),
        lambda: project.delete_records(["X"]),
        lambda: project.export_instrument_event_mappings(),
        lambda: project.export_logging(),
        lambda: project.export_user_roles(),
        lambda: redcap.Project(project.url, "0" * 32).export_metadata(),
        lambda: redcap.Project(project.url, "0" * 32).export_version(),
    ):
        with pytest.raises(RedcapError):
            refused()
