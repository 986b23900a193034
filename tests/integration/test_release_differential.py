"""Nothing is lost on the way: every cell of every package is what a naive exporter and plain SQL say it must be."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from exports.datasets.catalogue import derive
from exports.freeze import FreezeOrder, freeze
from exports.freeze.folder import write_facts
from exports.freeze.pseudonyms import project_key, site_codes
from exports.leaving.leave import leave
from exports.leaving.order import LeavingOrder
from exports.models import Format, Level
from exports.package import build_package
from registry.demo.bulk.generate import generate_registry
from registry.metadata import Topic, topics
from registry.models import Patient
from sites.context import acting_as_system
from sites.models import Site
from tests.cast import Cast, create_cast
from tests.factories.whole_case import INFUSED, whole_case
from tests.integration.fresh_database import fresh_database
from tests.integration.naive_exporter import NaiveExporter, Tables, key_of
from tests.integration.package_readers import LETTERED, Columns, Missing, Unpacked, raw_columns, unpacked

PATIENTS = 60
pytestmark = pytest.mark.slow
KEY = project_key(settings.QUELL_PROJECT_KEK, b"a salt of the tests" * 2)
CUT = dt.datetime.now(tz=dt.UTC).replace(microsecond=0)
LEVELS, FORMATS = Level.values, Format.values
EVERY_PACKAGE = [(level, code) for level in LEVELS for code in FORMATS]


@dataclass(frozen=True)
class World:
    """Every package of one registry on the disk, and what should be in them."""

    naive: Tables
    counts: Mapping[str, tuple[int, int, int]]
    packages: Mapping[tuple[str, str], Unpacked]
    folder: Path

    def csv(self, level: str) -> dict[str, Columns]:
        """Return the sheets of a level as its CSV package has them."""
        return self.packages[level, "CSV"].sheets


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> World:
    folder = tmp_path_factory.mktemp("differential")
    with django_db_blocker.unblock(), fresh_database("differential"):
        generate_registry(patients=PATIENTS, seed=7)
        _edges(create_cast())
        order = any_order()
        facts = freeze(order, folder / "release")
        naive, counts = naive_tables(order)
    write_facts(folder / "release", {**facts, "datasets": derive(folder / "release", facts)})
    return World(naive, counts, dict(_packages(folder)), folder)


def any_order() -> FreezeOrder:
    """Return the order of a freeze of everything under a key of the tests."""
    codes, _known = site_codes(KEY, Site.objects.values_list("id", flat=True), {})
    facts = {"release": "QUELL-2026.1", "project": "p", "profile": "AGREEMENT", "code_revision": "test"}
    return FreezeOrder(data_cut_at=CUT, project_key=KEY, site_codes=codes, **facts)


def naive_tables(order: FreezeOrder) -> tuple[Tables, dict[str, tuple[int, int, int]]]:
    """Return what the naive exporter makes of an order, and the rows, patients and sites that SQL counts."""
    with acting_as_system("tests", reason="the naive export"):
        exporter = NaiveExporter(order.data_cut_on, KEY, order.site_codes)
        tables = exporter.tables()
        leaving = [pk for pk, patient in exporter.rows["patient"].items() if exporter.may_leave(patient)]
        counts = {topic.code: _counted(topic, leaving) for topic in topics() if topic.code in tables}
    return tables, counts


def _counted(topic: Topic, leaving: Sequence[Any]) -> tuple[int, int, int]:
    """Count rows, patients and sites in SQL."""
    patient = topic.path_to("patient") or "pk"
    rows = topic.model.objects.filter(**{f"{patient}__in": leaving}).order_by()
    people = rows.values_list(patient, flat=True).distinct()
    return rows.count(), people.count(), rows.values_list("site_id", flat=True).distinct().count()


def _edges(cast: Cast) -> None:
    """Write cases at the edges of what may be recorded."""
    common = {"judge": cast.judy, "race": "WHITE", "country": "ES"}
    for number, age in enumerate((0, 17, 89, 90, 97, None)):
        whole_case(cast.sev, f"SEV-{number}", **{**common, "age_at_infusion": age})
    whole_case(cast.hou, "HOU-1", **{**common, "race": "PACIFIC_ISLANDER", "country": "US"})
    whole_case(cast.hou, "HOU-2", **{**common, "withdrawn_on": dt.date(2022, 1, 1)})
    whole_case(cast.hou, "HOU-3", **{**common, "objected_on": dt.date(2022, 1, 1)})
    whole_case(cast.hou, "HOU-4", **{**common, "consent_basis": None})
    whole_case(cast.hou, "HOU-5", **common)
    with acting_as_system("tests", reason="edges"):
        Patient.objects.get(study_id="HOU-5").infusion_courses.all().delete()
        _partial_and_missing(Patient.objects.get(study_id="SEV-1"))
        _second_course(Patient.objects.get(study_id="SEV-2"))


def _partial_and_missing(patient: Patient) -> None:
    death, course = patient.deaths.get(), patient.infusion_courses.get()
    death.died_on, death.died_on_precision = dt.date(2021, 5, 1), "MONTH"
    death.cause, death.missing = None, {"cause": "UNK"}
    death.save()
    course.kps, course.height_cm, course.missing = None, None, {"kps": "ND", "height_cm": "NA"}
    course.save()
    disease = patient.diseases.get()
    disease.diagnosed_on, disease.diagnosed_on_precision = dt.date(1999, 1, 1), "YEAR"
    disease.save()


def _second_course(patient: Patient) -> None:
    course = patient.infusion_courses.get()
    course.pk, course.course_no, course.infused_on = None, 2, INFUSED + dt.timedelta(days=1500)
    course.ld_started_on, course.ld_ended_on = course.infused_on - dt.timedelta(days=6), None
    course._state.adding = True
    course.save()


def _packages(folder: Path) -> Iterator[tuple[tuple[str, str], Unpacked]]:
    for level in LEVELS:
        out = folder / level
        leave(folder / "release", out, LeavingOrder(level, key=bytes(32), seed="a seed"))
        for code in FORMATS:
            package = build_package(out, code, folder / f"{level}-{code}.zip")
            yield (level, code), unpacked(package.path, code, folder / f"{level}-{code}")


def test_every_cell_of_every_table_is_what_the_naive_exporter_says(world: World):
    sheets = world.csv("AGREEMENT")
    assert {name.removeprefix("tables/") for name in sheets if name.startswith("tables/")} == world.naive.keys()
    for topic in topics():
        if topic.code in world.naive:
            rows = rows_by_key(sheets[f"tables/{topic.code}"], key_of(topic))
            assert rows == {key_in(row, key_of(topic)): comparable(row) for row in world.naive[topic.code]}, topic.code
            assert rows or topic.code in {"further_infusion", "death_review"}


def rows_by_key(columns: Columns, key: Sequence[str]) -> dict[tuple[Any, ...], dict[str, Any]]:
    """Return the rows of a sheet by their keys."""
    rows = [dict(zip(columns, cells, strict=True)) for cells in zip(*columns.values(), strict=True)]
    found = {key_in(row, key): comparable(row) for row in rows}
    assert len(found) == len(rows)
    return found


def key_in(row: Mapping[str, Any], key: Sequence[str]) -> tuple[Any, ...]:
    """Return the values of a row's key."""
    return tuple(_number_or_text(row[name]) for name in key)


def comparable(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row with numbers of one kind."""
    return {name: _number_or_text(value) for name, value in row.items()}


def _number_or_text(value: Any) -> Any:
    return float(value) if isinstance(value, int | float | Decimal) else value


@pytest.mark.parametrize(("level", "code"), [pair for pair in EVERY_PACKAGE if pair[1] != "CSV"])
def test_every_cell_of_every_format_is_that_of_the_csv(world: World, level: str, code: str):
    reference, found = world.csv(level), world.packages[level, code].sheets
    assert found.keys() == {name for name in reference if code != "ADAM" or _is_in_adam(name)}
    for sheet, columns in found.items():
        assert columns.keys() == reference[sheet].keys(), sheet
        for name, cells in columns.items():
            assert _written(cells, code) == _written(reference[sheet][name], code), (sheet, name)


def _is_in_adam(sheet: str) -> bool:
    return sheet.startswith("datasets/") and sheet != "datasets/trace"


def _written(cells: Sequence[Any], code: str) -> list[Any]:
    """Return cells as this format can hold them: exact numbers in Parquet, doubles in all others."""
    exact: Any = (lambda number: Decimal(str(number))) if code == "PARQUET" else float
    return [exact(cell) if isinstance(cell, bool | int | float | Decimal) else cell for cell in cells]


BINNED, ROUNDED = "first day of the week to day 90, then of the month of 30 days", "rounded to two significant digits"
# Days that are the same for everybody.
AS_IT_IS = {"INFDY", "READDY"}


def test_a_shareable_package_holds_the_values_of_the_agreement_as_coarse_as_it_says(world: World):
    fine, coarse = world.csv("AGREEMENT"), world.csv("SHAREABLE")
    codebook, seen = world.packages["SHAREABLE", "CSV"].codebook, set[str]()
    for sheet, columns in coarse.items():
        for name in list(columns)[1:]:
            told = codebook[sheet][name]
            seen.add(told["leaves_as"])
            is_number = told["type"] in {"integer", "decimal"} and name not in AS_IT_IS | _keys(world, sheet)
            assert not is_number or told["leaves_as"] in {BINNED, ROUNDED}, name
            assert not is_number or told["unit"] != "d" or told["leaves_as"] == BINNED, name
            before, after = (_sorted(of[sheet][name]) for of in (fine, coarse))
            if told["leaves_as"] == BINNED:
                assert [_first_of_bin(day) for day in before] == after, name
            elif told["leaves_as"] == ROUNDED:
                assert all(map(_is_two_digits_of, after, before)), name
            else:
                assert before == after, name
    assert {BINNED, ROUNDED} <= seen


def _keys(world: World, sheet: str) -> set[str]:
    told = world.packages["SHAREABLE", "CSV"].manifest["datasets"]
    return {name for entry in told if f"datasets/{entry['name']}" == sheet for name in entry["key"]}


def _sorted(cells: Sequence[Any]) -> list[Any]:
    """Sort cells: both ways of making them coarse keep their order."""
    return sorted(cell for cell in cells if cell is not None)


def _first_of_bin(day: Decimal) -> int:
    """Count up or down from day 0, week by week to day 90, month by month after it."""
    low = 0
    while day >= low + (7 if low < 91 else 30):
        low += 7 if low < 91 else 30
    while day < low:
        low -= 7 if low > -91 else 30
    return low


def _is_two_digits_of(coarse: Decimal, fine: Decimal) -> bool:
    unit = Decimal(10) ** (fine.adjusted() - 1) if fine else Decimal(1)
    return abs(coarse - fine) <= unit / 2 and len(coarse.normalize().as_tuple().digits) <= 2


@pytest.mark.parametrize("level", LEVELS)
def test_both_files_of_an_adam_like_dataset_hold_the_same(world: World, level: str):
    package = world.packages[level, "ADAM"]
    for path in package.data_files.values():
        transport, document = raw_columns(path.with_suffix(".xpt")), raw_columns(path)
        assert list(transport) == list(document), path.name
        for name, cells in transport.items():
            numbers = [None if isinstance(cell, Missing) else cell for cell in cells]
            texts = [cell or None if isinstance(cell, str) else cell for cell in document[name]]
            assert _written(numbers, "ADAM") == _written(texts, "ADAM"), (path.name, name)
            why = [LETTERED[cell.letter] if isinstance(cell, Missing) else None for cell in cells]
            if any(why):
                assert why in [document[other] for other in document if other.startswith(name[:6])], (path.name, name)


@pytest.mark.parametrize(("level", "code"), EVERY_PACKAGE)
def test_the_manifest_counts_what_is_in_the_files(world: World, level: str, code: str):
    package = world.packages[level, code]
    told = {f"{kind}/{entry['name']}": entry for kind in ("tables", "datasets") for entry in package.manifest[kind]}
    sheets = package.sheets
    homes = _homes(world) if level == "AGREEMENT" else {}
    for sheet, columns in sheets.items():
        subjects = next(iter(columns.values()))
        sites = {homes[subject] for subject in subjects} if homes else set()
        counts = tuple(told[sheet][name] for name in ("rows", "patients", "sites"))
        assert counts == (len(subjects), len(set(subjects)), len(sites)), sheet
    assert told.keys() - sheets.keys() == (
        {name for name in told if not _is_in_adam(name)} if code == "ADAM" else set()
    )


def _homes(world: World) -> dict[str, str]:
    patient = world.csv("AGREEMENT")["tables/patient"]
    return dict(zip(patient["subject_key"], patient["site"], strict=True))


@pytest.mark.parametrize("code", FORMATS)
def test_the_manifest_counts_what_sql_counts(world: World, code: str):
    manifest = world.packages["AGREEMENT", code].manifest
    told = {entry["name"]: (entry["rows"], entry["patients"], entry["sites"]) for entry in manifest["tables"]}
    assert told == world.counts
    everybody = world.counts["patient"][0]
    for level in ("AGREEMENT", "SHAREABLE"):
        datasets = {entry["name"]: entry for entry in world.packages[level, code].manifest["datasets"]}
        assert (datasets["adsl"]["rows"], datasets["adsl"]["patients"]) == (everybody, everybody)
    twin = next(entry for entry in world.packages["TWIN", code].manifest["tables"] if entry["name"] == "patient")
    assert twin["rows"] % 5 == 0 < abs(twin["rows"] - everybody) + 1 <= 3


@pytest.mark.parametrize("code", FORMATS)
def test_who_did_not_leave_is_counted_by_the_first_reason(world: World, code: str):
    excluded = {entry["reason"]: entry["patients"] for entry in world.packages["AGREEMENT", code].manifest["excluded"]}
    assert (excluded["SITE"], excluded["OBJECTED"], excluded["NO_BASIS"], excluded["NO_COURSE"]) == (0, 1, 1, 1)
    assert excluded["WITHDRAWN"] >= 1
    assert sum(excluded.values()) + world.counts["patient"][0] == PATIENTS + 11
