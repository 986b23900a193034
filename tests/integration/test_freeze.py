"""What leaves in a release, read from the bytes of the package: complete, de-identified, the same again."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import zipfile
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.conf import settings

from exports.freeze import FreezeOrder, freeze
from exports.freeze.pseudonyms import project_key, site_codes, subject_key
from exports.package import build_package
from registry.metadata import Topic, topics
from registry.models import Patient
from sites.context import acting_as_system
from sites.models import Agreement, Site
from tests.cast import Cast
from tests.factories.whole_case import INFUSED, whole_case

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "export"])

CUT = dt.datetime.now(tz=dt.UTC).replace(microsecond=0)
KEY = project_key(settings.QUELL_PROJECT_KEK, b"a salt of the tests" * 2)
CANARY = "CANARY7Q"


def order(**changes: Any) -> FreezeOrder:
    codes, _known = site_codes(changes.pop("key", KEY), Site.objects.values_list("id", flat=True), {})
    facts = {"release": "QUELL-2026.1", "project": "p", "profile": "AGREEMENT", "code_revision": "test"}
    return FreezeOrder(**{**facts, "data_cut_at": CUT, "project_key": KEY, "site_codes": codes, **changes})


def members(package: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(package) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def rows(files: dict[str, bytes], table: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(files[f"tables/{table}.csv"].decode())))


@acting_as_system("tests", reason="looking on")
def patient_keys() -> list[UUID]:
    return list(Patient.objects.values_list("pk", flat=True))


@acting_as_system("tests", reason="looking on")
def row_count(topic: Topic) -> int:
    return topic.model.objects.count()


@pytest.fixture
def cases(cast: Cast) -> Cast:
    whole_case(cast.sev, "SEV-1", words=CANARY, judge=cast.judy)
    whole_case(cast.hou, "HOU-1", words=CANARY, judge=cast.judy)
    return cast


def test_no_word_and_no_identifier_is_in_any_byte_of_the_package(cases: Cast, tmp_path: Path):
    freeze(order(), tmp_path)
    package = build_package(tmp_path)
    hidden = [CANARY, "SEV-1", "HOU-1", "13:37", *map(str, patient_keys())]
    everything = {**members(package.path), "zip": package.path.read_bytes()}
    everything |= {path.name: path.read_bytes() for path in tmp_path.rglob("*.parquet")}
    for name, content in everything.items():
        for token in hidden:
            assert token.encode() not in content, f"{token} is in {name}"


def test_every_topic_with_something_to_release_has_its_row_of_each_case(cases: Cast, tmp_path: Path):
    facts = freeze(order(), tmp_path)
    files = members(build_package(tmp_path).path)
    released = {table["name"]: table for table in facts["tables"]}
    assert {topic.code for topic in topics()} - released.keys() == {"identity"}
    for topic in topics():
        if topic.code in released:
            assert len(rows(files, topic.code)) == row_count(topic) == released[topic.code]["rows"] == 2
            assert (released[topic.code]["patients"], released[topic.code]["sites"]) == (2, 2)


def test_no_calendar_date_is_in_any_table(cases: Cast, tmp_path: Path):
    freeze(order(), tmp_path)
    for name, content in members(build_package(tmp_path).path).items():
        if name.startswith("tables/"):
            assert not re.search(rb"\d{4}-\d{2}|\d{1,2}/\d{1,2}/\d{2,4}|(19|20)\d{6}", content), name


def test_dates_are_days_from_the_infusion_of_the_course(cases: Cast, tmp_path: Path):
    freeze(order(), tmp_path)
    files = members(build_package(tmp_path).path)
    [course, _other] = rows(files, "infusion_course")
    assert (course["infusion_year"], course["apheresis_day"], course["ld_started_day"]) == ("2021", "-40", "-5")
    assert "infused_day" not in course
    assert (course["product"], course["target"], course["costimulatory_domain"]) == ("AXI", "CD19", "CD28")
    assert rows(files, "death")[0]["died_day"] == "0"
    assert rows(files, "crs_assessment")[0]["assessed_day"] == "0"


def test_a_second_course_has_a_day_0_of_its_own(cases: Cast, tmp_path: Path):
    with acting_as_system("tests", reason="a second course"):
        course = Patient.objects.get(study_id="SEV-1").infusion_courses.get()
        course.pk, course.course_no = None, 2
        course.infused_on = INFUSED + dt.timedelta(days=300)
        course.ld_started_on = course.infused_on - dt.timedelta(days=6)
        course.ld_ended_on = None
        course._state.adding = True
        course.save()
    freeze(order(), tmp_path)
    days = {
        (row["course_no"], row["ld_started_day"])
        for row in rows(members(build_package(tmp_path).path), "infusion_course")
    }
    assert days == {("1", "-5"), ("2", "-6")}


def test_a_date_known_to_the_month_has_its_precision_and_no_day(cases: Cast, tmp_path: Path):
    with acting_as_system("tests", reason="a partial date"):
        death = Patient.objects.get(study_id="SEV-1").deaths.get()
        death.died_on, death.died_on_precision = dt.date(2021, 5, 1), "MONTH"
        death.save()
    freeze(order(), tmp_path)
    found = {
        (row["died_day"], row["died_day_precision"]) for row in rows(members(build_package(tmp_path).path), "death")
    }
    assert found == {("", "MONTH"), ("0", "DAY")}


def test_people_of_90_and_over_are_90_and_have_no_year(cases: Cast, tmp_path: Path):
    with acting_as_system("tests", reason="an old patient"):
        Patient.objects.filter(study_id="SEV-1").update(age_at_infusion=97, birth_year=1924)
        Patient.objects.filter(study_id="HOU-1").update(age_at_infusion=None, missing={"age_at_infusion": "UNK"})
    freeze(order(), tmp_path)
    files = members(build_package(tmp_path).path)
    assert {(row["age_at_infusion"], row["age_at_infusion__mr"]) for row in rows(files, "patient")} == {
        ("90", ""),
        ("", "UNK"),
    }
    assert {row["infusion_year"] for row in rows(files, "infusion_course")} == {""}


def test_whoever_reached_90_by_the_last_contact_is_90_and_has_no_year(cases: Cast, tmp_path: Path):
    with acting_as_system("tests", reason="an old patient who was seen for long"):
        Patient.objects.update(age_at_infusion=88, birth_year=1933)
        for study_id, days in (("SEV-1", 731), ("HOU-1", 730)):
            patient = Patient.objects.get(study_id=study_id)
            patient.follow_ups.update(last_contact_on=INFUSED + dt.timedelta(days=days))
    freeze(order(), tmp_path)
    files = members(build_package(tmp_path).path)
    years = {row["subject_key"]: row["infusion_year"] for row in rows(files, "infusion_course")}
    found = {(row["age_at_infusion"], years[row["subject_key"]]) for row in rows(files, "patient")}
    assert found == {("90", ""), ("88", "2021")}


def test_a_later_course_does_not_tell_the_year_in_which_somebody_was_90(cases: Cast, tmp_path: Path):
    with acting_as_system("tests", reason="a second course at 90"):
        Patient.objects.update(age_at_infusion=88, birth_year=1933)
        course = Patient.objects.get(study_id="SEV-1").infusion_courses.get()
        course.pk, course.course_no = None, 2
        course.infused_on = INFUSED + dt.timedelta(days=800)
        course.ld_started_on = course.ld_ended_on = None
        course._state.adding = True
        course.save()
    freeze(order(), tmp_path)
    found = sorted(
        (row["course_no"], row["infusion_year"])
        for row in rows(members(build_package(tmp_path).path), "infusion_course")
    )
    assert found == [("1", ""), ("1", "2021"), ("2", "")]


def test_levels_that_few_patients_hold_are_merged(cases: Cast, tmp_path: Path):
    for number in range(2, 7):
        whole_case(cases.sev, f"SEV-{number}", judge=cases.judy, race="WHITE")
    freeze(order(), tmp_path)
    races = [row["race"] for row in rows(members(build_package(tmp_path).path), "patient")]
    assert sorted(races) == ["MERGED"] * 2 + ["WHITE"] * 5


def test_withdrawn_objected_groundless_and_courseless_cases_stay_out_and_are_counted(cases: Cast, tmp_path: Path):
    day = dt.date(2022, 1, 1)
    whole_case(cases.sev, "SEV-2", judge=cases.judy, withdrawn_on=day, objected_on=day)
    whole_case(cases.sev, "SEV-3", judge=cases.judy, objected_on=day)
    whole_case(cases.sev, "SEV-4", judge=cases.judy, consent_basis=None)
    bare = whole_case(cases.sev, "SEV-5", judge=cases.judy)
    with acting_as_system("tests", reason="a case without cells"):
        bare.infusion_courses.all().delete()
    facts = freeze(order(), tmp_path)
    counted = {entry["reason"]: entry["patients"] for entry in facts["excluded"]}
    assert counted == {"SITE": 0, "WITHDRAWN": 1, "OBJECTED": 1, "NO_BASIS": 1, "NO_COURSE": 1, "BLOCKED": 0}
    assert len(rows(members(build_package(tmp_path).path), "patient")) == 2


def test_a_site_whose_agreement_ended_stays_out(cases: Cast, tmp_path: Path):
    yesterday = CUT.date() - dt.timedelta(days=1)
    with acting_as_system("tests", reason="an expired agreement"):
        Agreement.objects.filter(site=cases.hou, kind="ETHICS").update(valid_until=yesterday)
    facts = freeze(order(), tmp_path)
    assert facts["excluded"][0]["patients"] == 1
    assert {table["sites"] for table in facts["tables"]} == {1}


def test_the_same_order_gives_the_same_bytes(cases: Cast, tmp_path: Path):
    packages = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        freeze(order(), tmp_path / name)
        packages.append(build_package(tmp_path / name))
    assert packages[0].path.read_bytes() == packages[1].path.read_bytes()
    assert build_package(tmp_path / "one").sha256 == packages[1].sha256


def test_subject_keys_join_the_tables_and_differ_between_projects(cases: Cast, tmp_path: Path):
    other = project_key(settings.QUELL_PROJECT_KEK, b"another salt")
    for name, key in (("one", KEY), ("two", other)):
        (tmp_path / name).mkdir()
        freeze(order(project_key=key), tmp_path / name)
    one, two = (members(build_package(tmp_path / name).path) for name in ("one", "two"))
    keys = {row["subject_key"] for row in rows(one, "patient")}
    assert keys == {subject_key(KEY, pk) for pk in patient_keys()}
    assert keys == {row["subject_key"] for row in rows(one, "icans_assessment")}
    assert not keys & {row["subject_key"] for row in rows(two, "patient")}


def test_a_missing_reason_stands_beside_its_column(cases: Cast, tmp_path: Path):
    with acting_as_system("tests", reason="not done"):
        Patient.objects.get(study_id="SEV-1").infusion_courses.update(kps=None, missing={"kps": "ND"})
    freeze(order(), tmp_path)
    found = {(row["kps"], row["kps__mr"]) for row in rows(members(build_package(tmp_path).path), "infusion_course")}
    assert found == {("", "ND"), ("80", "")}


def test_tables_of_an_empty_registry_have_the_same_columns(cast: Cast, cases: Cast, tmp_path: Path):
    (tmp_path / "full").mkdir()
    (tmp_path / "empty").mkdir()
    freeze(order(), tmp_path / "full")
    with acting_as_system("tests", reason="an expired agreement"):
        Agreement.objects.update(valid_until=CUT.date() - dt.timedelta(days=1))
    freeze(order(), tmp_path / "empty")
    full, empty = (members(build_package(tmp_path / name).path) for name in ("full", "empty"))
    for name in full:
        if name.startswith("tables/"):
            assert full[name].split(b"\n")[0] == empty[name].split(b"\n")[0]
            assert empty[name].count(b"\n") == 1


def test_the_manifest_says_what_is_in_the_package_and_what_is_not(cases: Cast, tmp_path: Path):
    freeze(order(), tmp_path)
    package = build_package(tmp_path)
    files, manifest = members(package.path), package.manifest
    assert {entry["path"] for entry in manifest["files"]} == files.keys() - {"manifest.json", "checksums.txt"}
    why = {(entry["table"], entry["column"]): entry["why"] for entry in manifest["withheld"]}
    assert why["patient", "study_id"] == "direct identifier"
    assert why["crs_assessment", "note"] == "free text"
    assert ("patient", "sex") not in why
    released = {(row["table"], row["column"]) for row in csv.DictReader(io.StringIO(files["codebook.csv"].decode()))}
    for name, content in files.items():
        if name.startswith("tables/"):
            header = content.decode().split("\n")[0].split(",")
            assert {(Path(name).stem, column) for column in header} <= released
