"""Nothing that names a person, a hospital, a day or a machine is in any byte of a release, whatever is recorded."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from django.apps import apps
from django.db import models

from exports.models import Format, Level
from exports.package import build_package
from exports.services import making
from exports.services.jobs import Claim
from registry.metadata import TextVariable, topics
from tests.factories.canaries import MARK, WITH_WORDS, WORDLESS, WRITTEN_APART, World, full_of_words
from tests.integration.fresh_database import fresh_database
from tests.integration.package_bytes import every_byte, written_forms
from tests.integration.package_readers import (
    Unpacked,
    lines_of,
    raw_columns,
    unpacked,
    words_of,
)
from tests.unit.package_folder import sheets, write_folder

pytestmark = pytest.mark.slow
PACKAGES = [(level, code) for level in Level.values for code in Format.values]
Packages = dict[tuple[str, str], Unpacked]
each_package = pytest.mark.parametrize(("level", "code"), PACKAGES)


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> World:
    with django_db_blocker.unblock(), fresh_database("canaries"):
        return full_of_words(tmp_path_factory.mktemp(MARK))


@pytest.fixture(scope="module")
def packages(world: World, tmp_path_factory: pytest.TempPathFactory) -> Packages:
    folder = tmp_path_factory.mktemp("unpacked")
    return {key: unpacked(path, key[1], folder / "-".join(key)) for key, path in world.zips.items()}


def test_every_model_with_words_has_a_word_of_ours():
    """A new model with a place for words must be written here as well."""
    clinical = {topic.model for topic in topics()}
    for label in ("registry", "study_sites", "exports"):
        for model in apps.get_app_config(label).get_models():
            words = [one.name for one in model._meta.local_concrete_fields if _takes_words(one)]
            if words and model.__name__ not in WORDLESS and not model.__name__.endswith("Event"):
                assert model in {*clinical, *WITH_WORDS, *WRITTEN_APART}, (model.__name__, words)


def test_the_word_stands_in_every_field_of_a_case_that_takes_words(world: World):
    texts = {f"{topic.code}.{one.name}" for topic in topics() for one in topic.fields if isinstance(one, TextVariable)}
    assert {"patient.study_id", "identity.family_name", "crs_assessment.note", "crs_assessment.grade_rule"} <= texts
    assert world.recorded == texts


def _takes_words(one: Any) -> bool:
    return (
        isinstance(one, models.CharField | models.TextField | models.JSONField | models.BinaryField) and not one.choices
    )


@each_package
def test_no_word_of_ours_is_in_any_byte_of_a_package(world: World, level: str, code: str):
    for name, content in every_byte(world.zips[level, code]):
        for form in written_forms(MARK):
            assert form not in content.lower(), f"{form!r} is in {name}"
        for secret in world.secrets:
            assert secret not in content, f"{secret!r} is in {name}"


@each_package
def test_no_word_of_ours_is_in_anything_that_a_reader_shows(packages: Packages, level: str, code: str):
    package = packages[level, code]
    for name in package.names:
        assert MARK.lower() not in name.lower()
        assert MARK.lower() not in _shown(package, package.folder / name).lower(), name


def _shown(package: Unpacked, path: Path) -> str:
    """Return what a reader shows of a file: its labels and its cells, whatever the bytes that they are packed into."""
    shown = list(words_of(path))
    if path in _data_files(package):
        shown += [str(cell) for cells in raw_columns(path).values() for cell in cells]
    return "\n".join(shown)


@pytest.mark.parametrize("code", Format.values)
def test_a_word_that_does_leave_is_found_in_every_format(tmp_path: Path, code: str):
    made = [
        (told, rows.with_columns(pl.col(told.key[0]).str.replace("^A", f"A{MARK}"))) for told, rows in sheets(tmp_path)
    ]
    path = build_package(write_folder(tmp_path, made), code, tmp_path / "package.zip").path
    package = unpacked(path, code, tmp_path / "unpacked")
    in_bytes = any(form in content.lower() for _name, content in every_byte(path) for form in written_forms(MARK))
    shown = [MARK.lower() in _shown(package, file).lower() for file in _data_files(package)]
    assert shown
    assert all(shown)
    assert in_bytes or code in {"SPSS", "PARQUET"}


def _data_files(package: Unpacked) -> list[Path]:
    transport = [path.with_suffix(".xpt") for path in package.data_files.values() if package.format == "ADAM"]
    return [*package.data_files.values(), *transport]


def test_nothing_that_was_written_down_or_sent_on_the_way_has_a_word_of_ours(world: World):
    assert world.said["messages"].count("exports.run_job") == 2
    assert "Release" in world.said["rows"] or "QUELL" in world.said["rows"]
    assert world.said["letters"]
    for name, text in world.said.items():
        assert MARK.lower() not in text.lower(), name


def test_an_error_that_quotes_a_case_stays_out_of_the_log(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    monkeypatch.setattr(making, "job_fail", lambda *_claim, **_told: None)
    try:
        raise ValueError(f"Failing row contains ({MARK}, 1958)")
    except ValueError as error:
        making.job_end_badly(Claim(uuid.uuid4(), uuid.uuid4()), error)
    assert "ValueError < test_release_canaries.py:" in caplog.text
    assert MARK not in caplog.text


def test_nothing_that_stays_on_the_server_beside_the_packages_has_a_word_of_ours(world: World):
    files = [path for path in world.release_folder.rglob("*") if path.is_file() and path.suffix != ".zip"]
    assert {".parquet", ".json"} <= {path.suffix for path in files}
    for path in files:
        content = path.read_bytes().lower()
        assert not any(form in content for form in written_forms(MARK)), path
        if path.suffix == ".parquet":
            cells = [str(cell) for values in raw_columns(path).values() for cell in values]
            assert MARK.lower() not in "\n".join(cells).lower(), path


# A day in any common way of writing: 2021-03-16, 16/03/2021, 20210316, 16 Mar 2021, 16MAR21.
MONTHS = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|ene|abr|ago|dic"
DAY = re.compile(
    r"(?<![A-Za-z0-9])(?:(?:19|20)\d\d[-/.]\d{1,2}(?:[-/.]\d{1,2})?|\d{1,2}[-/.]\d{1,2}[-/.](?:\d{4}|\d{2})"
    r"|(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"
    rf"|\d{{1,2}}[ -]?(?:{MONTHS})[a-z]*\.?[ -]?(?:\d{{4}}|\d{{2}}))(?!\d)",
    re.IGNORECASE,
)
# Among its digits a day turns up by chance.
CHECKSUM = re.compile("[0-9a-f]{12,}")


@each_package
def test_no_cell_is_a_calendar_day_in_words_or_as_a_number(world: World, packages: Packages, level: str, code: str):
    serials = {number for day in world.dates for number in _serials(day)}
    years = {day.year for day in world.dates}
    package, cells = packages[level, code], 0
    for path in _data_files(package):
        for name, values in raw_columns(path).items():
            for value in values:
                place, number = (path.name, name, value), _as_number(value)
                assert not (isinstance(value, str) and DAY.search(value)), place
                assert number not in serials, place
                assert number not in years or name in _year_names(package, path), place
                cells += 1
    assert cells > 1_000


def _year_names(package: Unpacked, path: Path) -> set[str]:
    """Return what a format calls the two columns that hold the year of infusion."""
    if package.format != "SAS":
        return {"infusion_year", "INFYR"}
    told = lines_of(package.folder / "names.csv")
    return {line["variable"] for line in told if line["column"] in {"infusion_year", "INFYR"}}


def _as_number(value: Any) -> float | None:
    try:
        return float(value)
    except (TypeError, ValueError):
        return None


def _serials(day: dt.date) -> Iterator[float]:
    """Yield the numbers that programs know a day by: days, seconds and milliseconds from their first day."""
    for first in (
        dt.date(1582, 10, 14),
        dt.date(1899, 12, 30),
        dt.date(1960, 1, 1),
        dt.date(1970, 1, 1),
        dt.date(1, 1, 1),
    ):
        days = (day - first).days
        yield from (float(days), days * 86_400.0, days * 86_400_000.0)
    yield float(day.strftime("%Y%m%d"))


@each_package
def test_no_file_tells_another_day_than_that_of_the_data_cut(world: World, level: str, code: str):
    assert world.data_cut is not None
    cut = world.data_cut.astimezone(dt.UTC)
    told = {cut.strftime(form).lower() for form in ("%Y-%m-%d", "%d %b %y%H", "%d %b %Y", "%d%b%y")}
    for name, content in every_byte(world.zips[level, code]):
        if not name.endswith((".parquet", ".zip")) and "rels" not in name:
            found = {day.lower() for day in DAY.findall(CHECKSUM.sub("", content.decode("latin-1")))}
            assert {day for day in found if _is_of(world.dates, day)} == set(), name
            assert found <= {*told, world.name.partition("-")[2]}, (name, found - told)


def _is_of(dates: set[dt.date], text: str) -> bool:
    forms = (
        "%Y-%m-%d",
        "%Y/%m/%d",
        "%Y%m%d",
        "%d/%m/%Y",
        "%m/%d/%Y",
        "%d-%m-%Y",
        "%d.%m.%Y",
        "%d %b %Y",
        "%d%b%Y",
        "%d%b%y",
    )
    return any(day.strftime(form).lower() == text for day in dates for form in forms)


@each_package
def test_who_was_90_or_more_is_90_at_most_and_has_no_year(world: World, packages: Packages, level: str, code: str):
    package = packages[level, code]
    for sheet, columns in package.sheets.items():
        people = next(iter(columns.values()))
        for name, cells in columns.items():
            if package.codebook[sheet][name]["unit"] != "a":
                continue
            if name in {"infusion_year", "INFYR"}:
                assert {cell for cell, who in zip(cells, people, strict=True) if who in world.old} <= {None}
            else:
                assert max((cell for cell in cells if cell is not None), default=0) <= 90
    if level == "AGREEMENT":
        assert world.old <= set(package.sheets["datasets/adsl"]["USUBJID"])


@pytest.mark.parametrize("code", Format.values)
def test_a_shareable_package_has_no_site_no_age_no_year_and_keys_of_its_own(
    world: World, packages: Packages, code: str
):
    package = packages["SHAREABLE", code]
    own = packages["AGREEMENT", code].sheets["datasets/adsl"]["USUBJID"]
    assert set(own) == world.keys
    columns = {name for sheet in package.codebook.values() for name in sheet}
    assert not columns & {"site", "SITEPSEUD", "SITEID", "AGE", "age_at_infusion", "INFYR", "infusion_year"}
    for name, content in every_byte(world.zips["SHAREABLE", code]):
        assert not any(key.encode() in content for key in world.keys), name
    for path in _data_files(package):
        assert not SITE_CODE.search(_shown(package, path)), path.name
    for name in ("README.txt", "manifest.json"):
        assert not SITE_CODE.search((package.folder / name).read_text(encoding="utf-8")), name


SITE_CODE = re.compile(r"(?<![A-Za-z0-9])S\d\d(?![A-Za-z0-9])")
