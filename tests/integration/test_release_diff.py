"""Two releases of one project compared: what differs is what the audit trail says was done in between, and why."""

from __future__ import annotations

import csv
import datetime as dt
import io
import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as configured
from django.urls import reverse
from django.utils import timezone

from exports.freeze import FreezeOrder, freeze
from exports.freeze.privacy import released_columns
from exports.freeze.pseudonyms import project_key, site_codes, subject_key
from exports.models import Project, Release
from registry.metadata import DateVariable, FlagVariable, topic_named, topics
from registry.metadata.release import leaves
from registry.models import Patient
from registry.selectors.history import case_as_of
from registry.services import record_change, record_create, record_delete
from sites.context import acting_as_system
from sites.models import AccessLog, Agreement, AgreementKind, Site
from tests.cast import Cast
from tests.factories.releases import asked_for, client_of, give, publish
from tests.factories.whole_case import INFUSED, whole_case

pytestmark = [
    pytest.mark.django_db(transaction=True, databases=["default", "export"]),
    pytest.mark.usefixtures("nothing_blocks"),
]
LEFT = "leaving/AGREEMENT"


@pytest.fixture(autouse=True)
def release_folder(settings: Any, tmp_path: Path) -> Path:
    settings.QUELL_RELEASE_DIR = str(tmp_path)
    return tmp_path


def frozen(cast: Cast, name: str, root: Path, project: Project | None = None, before: Release | None = None) -> Release:
    """Publish a release with the tables of now, as the job leaves them."""
    release = asked_for(cast.dana, name, project)
    cut, key = timezone.now(), project_key(configured.QUELL_PROJECT_KEK, bytes(release.project.salt))
    codes, _known = site_codes(key, Site.objects.values_list("id", flat=True), {})
    facts = {"release": name, "project": str(release.project_id), "profile": "AGREEMENT", "code_revision": "test"}
    freeze(FreezeOrder(data_cut_at=cut, project_key=key, site_codes=codes, **facts), root / str(release.pk))
    left = root / str(release.pk) / LEFT
    shutil.copytree(root / str(release.pk) / "frozen", left / "frozen")
    shutil.copy(root / str(release.pk) / "freeze.json", left)
    return publish(release, cast.dana, data_cut_at=cut, supersedes=before)


@dataclass(frozen=True)
class Two:
    """Two releases, and what was done in between."""

    before: Release
    after: Release
    cases: dict[str, Patient]

    def subject(self, name: str) -> str:
        key = project_key(configured.QUELL_PROJECT_KEK, bytes(self.before.project.salt))
        return subject_key(key, self.cases[name].pk)


@acting_as_system("tests", reason="looking on")
def row_of(patient: Patient, code: str) -> Any:
    topic = topic_named(code)
    path = topic.path_to("patient")
    return topic.model.objects.get(**{path or "pk": patient.pk})


def edit(cast: Cast, patient: Patient, code: str, **values: Any) -> None:
    row = row_of(patient, code)
    by = cast.alice if patient.site_id == cast.sev.pk else cast.bob
    record_change(
        topic=topic_named(code), record=row, values=values, by=by, version=row.version, reason="chart read again"
    )


@pytest.fixture
def two(cast: Cast, release_folder: Path) -> Two:
    names = {"SEV-1": cast.sev, "SEV-2": cast.sev, "SEV-3": cast.sev, "HOU-1": cast.hou}
    cases = {name: whole_case(site, name, judge=cast.judy) for name, site in names.items()}
    before = frozen(cast, "QUELL-2026.1", release_folder)
    one, two = cases["SEV-1"], cases["SEV-2"]
    edit(cast, one, "infusion_course", kps=70)
    edit(cast, one, "crs_episode", onset_on=INFUSED + dt.timedelta(days=2))
    record_delete(
        topic=topic_named("infection"), record=row_of(two, "infection"), by=cast.alice, reason="not this case"
    )
    lab = {"analyte": "CRP", "sampled_on": INFUSED, "value": Decimal(5), "unit": "mg/L"}
    course = row_of(two, "infusion_course")
    record_create(topic=topic_named("lab"), parent=course, values=lab, by=cast.alice, reason="late result")
    edit(cast, cases["SEV-3"], "patient", withdrawn_on=INFUSED + dt.timedelta(days=300))
    with acting_as_system("tests", reason="the agreement ended"):
        yesterday = timezone.localdate() - dt.timedelta(days=1)
        Agreement.objects.filter(site=cast.hou, kind=AgreementKind.DATA_USE).update(valid_until=yesterday)
    after = frozen(cast, "QUELL-2026.2", release_folder, before.project, before)
    return Two(before, after, cases)


def lines(two: Two, cast: Cast, name: str = "dana") -> list[dict[str, str]]:
    answer = client_of(cast[name]).get(reverse("release_diff_csv", args=[two.after.pk]))
    text = answer.getvalue().decode()
    return list(csv.DictReader(io.StringIO(text)))


def told(value: Any) -> str:
    """Return a value as a release writes it: days from the infusion of course 1, yes and no as 1 and 0."""
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, dt.date):
        return str((value - INFUSED).days)
    return "" if value is None else str(value)


@acting_as_system("tests", reason="looking on")
def delta(two: Two, *names: str) -> Counter[tuple[str, ...]]:
    """Return what the audit trail says happened to cases between the cuts, column by column: another way to know it."""
    found: Counter[tuple[str, ...]] = Counter()
    for name in names:
        was, now = (case_as_of(two.cases[name], at) for at in (two.before.data_cut_at, two.after.data_cut_at))
        for topic in topics():
            old, new = ({row.pk: row for row in side.get(topic, [])} for side in (was, now))
            found.update((topic.code, "ROW_ADDED") for _pk in new.keys() - old.keys())
            found.update((topic.code, "ROW_REMOVED") for _pk in old.keys() - new.keys())
            for pk in old.keys() & new.keys():
                found.update((topic.code, *change) for change in changes(topic, old[pk], new[pk]))
    return found


def changes(topic: Any, was: Any, now: Any) -> Iterator[tuple[str, str, str]]:
    for field in topic.fields:
        if leaves(field) and getattr(was, field.attname) != getattr(now, field.attname):
            name = released_columns(field)[0].name
            yield name, told(getattr(was, field.attname)), told(getattr(now, field.attname))


def is_plain(line: dict[str, str]) -> bool:
    """Tell whether a column is that of a field itself, not its reason or its precision."""
    return not line["column"].endswith(("__mr", "_precision"))


def test_the_differences_are_those_of_the_audit_trail(two: Two, cast: Cast):
    found = lines(two, cast)
    of_rows = Counter(
        (line["table"], line["column"], line["old"], line["new"])
        if line["what"] == "VALUE_CHANGED"
        else (line["table"], line["what"])
        for line in found
        if line["table"] and is_plain(line)
    )
    expected = delta(two, "SEV-1", "SEV-2")
    assert of_rows == expected
    assert expected["infusion_course", "kps", "80", "70"] == 1
    assert expected["crs_episode", "onset_day", *changed_onset(found)] == 1
    assert expected["lab", "ROW_ADDED"] == expected["infection", "ROW_REMOVED"] == 1


def changed_onset(found: list[dict[str, str]]) -> tuple[str, str]:
    [line] = [line for line in found if line["column"] == "onset_day" and line["table"] == "crs_episode"]
    return line["old"], line["new"]


def test_cases_that_left_are_named_with_what_keeps_them_back_now(two: Two, cast: Cast):
    out = {line["case"]: line["why"] for line in lines(two, cast) if line["what"] == "PATIENT_OUT"}
    assert out == {
        two.subject("SEV-3"): "Patient withdrew",
        two.subject("HOU-1"): "Site without a valid data use agreement and ethics approval at the data cut",
    }


def test_an_edit_is_told_with_who_made_it_when_and_the_reason_they_gave(two: Two, cast: Cast):
    by_column = {(line["table"], line["column"]): line for line in lines(two, cast) if line["table"]}
    kps = by_column["infusion_course", "kps"]
    assert (kps["case"], kps["row"]) == (two.subject("SEV-1"), "course_no=1")
    assert (kps["why"], kps["who"], kps["reason"]) == (
        "The value was changed.", "alice@example.org", "chart read again",
    )  # fmt: skip
    at = dt.datetime.fromisoformat(kps["when_utc"])
    assert two.before.data_cut_at <= at + dt.timedelta(seconds=1) <= two.after.data_cut_at + dt.timedelta(seconds=1)
    by_act = {(line["table"], line["what"]): line for line in lines(two, cast) if line["what"].startswith("ROW")}
    assert by_act["lab", "ROW_ADDED"]["reason"] == "late result"
    assert by_act["infection", "ROW_REMOVED"]["reason"] == "not this case"


def test_an_investigator_who_has_both_sees_the_differences_without_reasons_and_people(two: Two, cast: Cast):
    give(two.after, cast.ivan, cast.dana)
    assert client_of(cast.ivan).get(reverse("release_diff_csv", args=[two.after.pk])).status_code == 302
    give(two.before, cast.ivan, cast.dana)
    found = lines(two, cast, "ivan")
    assert {line["what"] for line in found} >= {"PATIENT_OUT", "VALUE_CHANGED", "ROW_ADDED", "ROW_REMOVED"}
    page = client_of(cast.ivan).get(reverse("release_diff", args=[two.after.pk])).content.decode()
    assert two.subject("SEV-1") in page
    for hidden in ("why", "who", "reason"):
        assert hidden not in found[0]
    for words in ("alice@example.org", "chart read again", "Patient withdrew"):
        assert words not in page
        assert words not in str(found)


def test_with_one_of_them_at_a_lower_level_there_is_nothing_to_compare(two: Two, cast: Cast):
    give(two.after, cast.ivan, cast.dana)
    give(two.before, cast.ivan, cast.dana, level="SHAREABLE")
    page = client_of(cast.ivan).get(reverse("release_diff", args=[two.after.pk])).content.decode()
    assert "a level whose keys cannot be compared" in page
    assert two.subject("SEV-1") not in page
    assert client_of(cast.ivan).get(reverse("release_diff_csv", args=[two.after.pk])).status_code == 302


def test_the_page_shows_one_table_when_asked_and_pages_of_a_hundred_lines(two: Two, cast: Cast):
    client, address = client_of(cast.dana), reverse("release_diff", args=[two.after.pk])
    page = client.get(address, {"table": "infection"})
    assert {line.sheet for line in page.context["lines"]} == {"infection"}
    everything = client.get(address)
    assert everything.context["page"].paginator.per_page == 100
    assert everything.context["figures"].left == 2
    assert "Patient withdrew" in everything.content.decode()
    csv_address = client.get(address, {"format": "csv", "with": two.before.pk}).headers["Location"]
    assert csv_address.startswith(reverse("release_diff_csv", args=[two.after.pk]))


def test_the_file_is_logged_and_a_comparison_is_made_once(two: Two, cast: Cast, monkeypatch: pytest.MonkeyPatch):
    first = lines(two, cast)
    monkeypatch.setattr("exports.services.comparing.compare", None)
    assert lines(two, cast) == first
    assert AccessLog.objects.filter(detail="QUELL-2026.1 to QUELL-2026.2: differences").count() == 2


def test_releases_of_another_project_and_withdrawn_ones_are_not_offered(two: Two, cast: Cast, release_folder: Path):
    with acting_as_system("tests", reason="another project"):
        elsewhere = Project.objects.create(title="Elsewhere")
    other = frozen(cast, "QUELL-2026.3", release_folder, elsewhere)
    client = client_of(cast.dana)
    assert client.get(reverse("release_diff", args=[two.after.pk]), {"with": other.pk}).status_code == 404
    assert client.get(reverse("release_diff", args=[two.after.pk]), {"with": "nonsense"}).status_code == 404
    assert "There is no other release" in client.get(reverse("release_diff", args=[other.pk])).content.decode()


def test_without_the_files_the_page_says_so(two: Two, cast: Cast, release_folder: Path):
    shutil.rmtree(release_folder / str(two.before.pk))
    page = client_of(cast.dana).get(reverse("release_diff", args=[two.after.pk]))
    assert "are not there" in page.content.decode()


def test_the_kinds_of_field_that_leave_are_known_here():
    kinds = {type(field) for topic in topics() for field in topic.fields if leaves(field)}
    assert DateVariable in kinds
    assert FlagVariable in kinds
