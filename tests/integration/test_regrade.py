"""`manage.py regrade` says what another version of the rule would change, and changes nothing."""

from __future__ import annotations

import csv
import datetime as dt
from collections import Counter
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection

from registry.models import (
    CrsAssessment,
    CrsEpisode,
    IcansAssessment,
    IcansEpisode,
    InfusionCourse,
    Patient,
    Product,
)
from registry.rules.grade_versions import versions_named
from registry.rules.outcome import Toxicity
from registry.services import derive_patients
from registry.services.regrade import Change, regrade
from sites.audit import event_model_of
from sites.context import acting_as_system

DAY_0 = dt.date(2021, 3, 11)
VASO2, ANY_CAUSE = "ASTCT-2019/1-vaso2", "ASTCT-2019/1-anycause"
SHOCK = {"temp_max_c": "39.0", "has_hypotension": True, "vasopressors": 0, "has_vasopressin": True,
         "oxygen": "ROOM_AIR"}  # fmt: skip
FEVER = {**SHOCK, "has_hypotension": False, "has_vasopressin": False}
DROWSY = {"ice_assessable": "YES", "ice_total": 10, "consciousness": "VOICE", "seizure": "NONE", "motor": "NONE",
          "oedema": "NONE", "icp_sign": "NONE"}  # fmt: skip


def case(site, study_id, *, crs=(), icans=()) -> None:
    """Write a case whose days have these components, and compute its grades as the registry does."""
    product, _made = Product.objects.get_or_create(code="AXI", defaults={"generic_name": "axicabtagene ciloleucel"})
    patient = Patient.objects.create(site=site, study_id=study_id, age_at_infusion=60)
    course = InfusionCourse.objects.create(site=site, patient=patient, course_no=1, product=product, infused_on=DAY_0)
    for head, model, days in (
        (CrsEpisode(site=site, course=course, crs_no=1), CrsAssessment, crs),
        (IcansEpisode(site=site, course=course, icans_no=1), IcansAssessment, icans),
    ):
        if days:
            head.save()
        for number, values in enumerate(days, 1):
            on = DAY_0 + dt.timedelta(days=number)
            model.objects.create(site=site, episode=head, assessed_on=on, **values)
    derive_patients([patient.pk])


@pytest.fixture
def registry(cast):
    """Vasopressin alone on a day of each case, in one of them as the worst day; at Houston drowsiness by sedation."""
    with acting_as_system("tests", reason="components"):
        case(cast.sev, "SEV-0001", crs=[FEVER, SHOCK, {**SHOCK, "vasopressors": None}])
        case(cast.sev, "SEV-0002", crs=[SHOCK, {**SHOCK, "vasopressors": 1}, FEVER])
        case(cast.hou, "HOU-0001", crs=[FEVER, SHOCK], icans=[{**DROWSY, "has_other_cause": True}, DROWSY])
    return cast


def out(*words) -> list[str]:
    said = StringIO()
    call_command("regrade", *words, stdout=said)
    return said.getvalue().splitlines()


def everything() -> dict:
    """All that a change would show in: rows and their versions, and the events of the audit trail."""
    with acting_as_system("tests", reason="look"):
        return {
            model: (sorted(model.objects.values_list(), key=str), event_model_of(model).objects.count())
            for model in (Patient, InfusionCourse, CrsEpisode, CrsAssessment, IcansEpisode, IcansAssessment)
        }


def test_days_and_highest_grades_that_would_change_are_told_by_site_and_for_all(registry):
    said = out("--rule-version", VASO2)
    assert [line.split() for line in said if line.startswith("  ") and line.split()[0] in ("SEV", "HOU", "all")] == [
        ["HOU", "2", "1", "1", "1"],
        ["SEV", "6", "2", "2", "0"],
        ["all", "8", "3", "3", "1"],
        *[line.split() for line in said if "course 1" in line],
    ]
    assert "  Grades of days: 3 -> 2: 3" in said
    assert "  Highest grades of episodes: 3 -> 2: 1" in said
    assert "  Stored under: ASTCT-2019/1: 8" in said
    assert said[-1] == "Nothing was changed."


def test_each_day_of_the_sample_is_found_by_study_id_episode_and_day(registry):
    said = out("--rule-version", VASO2, "--site", "SEV")
    assert sorted(line.strip() for line in said if "course 1" in line) == [
        "SEV SEV-0001, course 1, episode 1, day +2: 3 -> 2",
        "SEV SEV-0002, course 1, episode 1, day +1: 3 -> 2",
    ]
    assert not [line for line in said if "HOU" in line]


def test_a_version_that_is_known_for_one_toxicity_regrades_that_one(registry):
    (heading,) = (line for line in out("--rule-version", VASO2) if " under " in line and "Stored" not in line)
    assert heading.startswith(f"CRS under {VASO2}: As in force, but vasopressin given alone is grade 2")
    said = out("--rule-version", ANY_CAUSE, "--toxicity", "icans")
    assert "  Grades of days: 0 -> 2: 1" in said
    assert "  Highest grades of episodes: none would change" in said


def test_the_version_in_force_changes_nothing_where_the_grades_are_current(registry):
    said = out("--rule-version", "ASTCT-2019/1")
    assert len([line for line in said if line == "  Grades of days: none would change"]) == 2
    assert not [line for line in said if "course 1" in line]


def test_a_stored_grade_that_is_no_longer_what_the_rule_gives_is_told(registry):
    with acting_as_system("tests", reason="an older grade"):
        CrsAssessment.objects.filter(site=registry.hou).update(grade_computed=None, grade_rule="OLD/0")
    said = out("--rule-version", "ASTCT-2019/1", "--toxicity", "crs")
    assert "  Grades of days: none -> 1: 1, none -> 3: 1" in said
    assert "  Stored under: ASTCT-2019/1: 6, OLD/0: 2" in said


def test_no_row_and_no_event_is_changed(registry):
    before = everything()
    for name in (VASO2, ANY_CAUSE, "ASTCT-2019/1"):
        out("--rule-version", name)
    assert everything() == before


def test_the_database_refuses_a_write_while_it_regrades(registry):
    def write(_change: Change) -> None:
        Patient.objects.update(age_at_infusion=61)

    with pytest.raises(DatabaseError, match="read-only"):
        regrade(Toxicity.CRS, versions_named(VASO2)[Toxicity.CRS], tell=write)


def test_afterwards_the_database_takes_writes_again(registry):
    out("--rule-version", VASO2)
    with acting_as_system("tests", reason="a write"):
        assert Patient.objects.update(age_at_infusion=61) == 3


def test_every_day_that_would_change_goes_into_the_file(registry, tmp_path):
    path = tmp_path / "changes.csv"
    out("--rule-version", VASO2, "--csv", str(path))
    with path.open(encoding="utf-8", newline="") as file:
        rows = sorted(csv.DictReader(file), key=lambda row: row["study_id"])
    assert rows[0] == {
        "toxicity": "CRS", "rule_version": VASO2, "site": "HOU", "study_id": "HOU-0001", "course_no": "1",
        "episode_no": "1", "day": "2", "stored_rule": "ASTCT-2019/1", "stored_grade": "3", "grade": "2",
    }  # fmt: skip
    assert len(rows) == 3


def test_the_sample_ends_at_twenty_and_the_counts_do_not(cast):
    with acting_as_system("tests", reason="components"):
        case(cast.sev, "SEV-0001", crs=[SHOCK] * 23)
    said = out("--rule-version", VASO2)
    assert len([line for line in said if "course 1" in line]) == 20
    assert "  Grades of days: 3 -> 2: 23" in said


def test_cases_are_read_in_batches_without_losing_one(registry, monkeypatch):
    monkeypatch.setattr("registry.services.regrade.CASES_AT_ONCE", 1)
    tallies = regrade(Toxicity.CRS, versions_named(VASO2)[Toxicity.CRS])
    assert {code: (tally.days, tally.episodes) for code, tally in tallies.items()} == {"HOU": (2, 1), "SEV": (6, 2)}
    assert tallies["SEV"].day_moves == Counter({(3, 2): 2})


def test_without_cases_there_is_nothing_to_change(cast):
    said = out("--rule-version", VASO2)
    assert "  Stored under: nothing" in said
    assert said[-1] == "Nothing was changed."


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--rule-version", "LEE-2014"], f"No version 'LEE-2014' .*CRS: ASTCT-2019/1, {VASO2}.*{ANY_CAUSE}"),
        (["--rule-version", VASO2, "--toxicity", "icans"], f"No version '{VASO2}'.*ICANS: ASTCT-2019/1, "),
        (["--rule-version", VASO2, "--site", "PAR"], "No site 'PAR'. There are: HOU, SEV."),
    ],
)
def test_what_is_not_known_is_answered_with_what_is(cast, words, message):
    with pytest.raises(CommandError, match=message) as refused:
        out(*words)
    assert refused.value.returncode == 2


@pytest.mark.django_db(transaction=True)
def test_a_transaction_of_its_own_is_read_only_and_leaves_the_connection_as_it_was():
    """Outside of any other transaction, as the command runs."""
    assert out("--rule-version", VASO2)[-1] == "Nothing was changed."
    with connection.cursor() as cursor:
        cursor.execute("SHOW transaction_read_only")
        assert cursor.fetchone() == ("off",)
