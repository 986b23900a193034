"""A site's files become its cases, through the same door for one row and for a hundred thousand."""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from registry import intake
from registry.intake.downloads import findings_csv, rejected_csv, safe_cell, template_csv
from registry.intake.topics import upload_topics
from registry.intake.unpacking import unpack
from registry.metadata import topic_named
from registry.models import Disease, InfusionCourse, LabResult, Patient, Upload
from registry.models.uploads import UploadState
from sites.audit import event_model_of
from sites.context import ALL_SITES, acting_as_system
from sites.models import Membership
from tests.factories.files import create_products, csv_file, one_case
from tests.walls import nobody_acting

pytestmark = pytest.mark.usefixtures("looking_on")


@pytest.fixture(autouse=True)
def products(db):
    create_products()


@nobody_acting()
def submit(site, by, files, **options) -> Upload:
    return intake.submit(site=site, by=by, files=files, **options)


@nobody_acting()
def run(sent: Upload) -> None:
    intake.run(sent.pk)


def upload(site, by, files, **options) -> Upload:
    sent = submit(site, by, files, **options)
    run(sent)
    return as_it_stands(sent)


@acting_as_system("tests", reason="looking on")
def as_it_stands(sent: Upload) -> Upload:
    sent.refresh_from_db()
    return sent


@acting_as_system("tests", reason="looking on")
def patient_count() -> int:
    return Patient.objects.count()


def findings(sent: Upload) -> list[tuple]:
    return [
        (file.topic, found.row, found.column, found.code) for file in sent.files.all() for found in file.findings.all()
    ]


def codes(sent: Upload) -> list[str]:
    return [code for *_, code in findings(sent)]


def counts(sent: Upload) -> dict[str, tuple[int, int, int]]:
    return {file.topic: (file.new_rows, file.changed_rows, file.same_rows) for file in sent.files.all()}


def lab(**values) -> bytes:
    return csv_file("lab", {"value": "500", "unit": "ng/mL", **values})


def test_alice_uploads_a_new_case_and_it_belongs_to_sevilla(alice, sev):
    sent = upload(sev, alice, {**one_case(), "lab.csv": csv_file("lab", {"value": "500", "unit": "pmol/L"})})
    assert findings(sent) == []
    assert sent.state == UploadState.DONE
    assert counts(sent) == {"patient": (1, 0, 0), "infusion_course": (1, 0, 0), "lab": (1, 0, 0)}
    patient = Patient.objects.get()
    assert (patient.site_id, patient.study_id, patient.age_at_infusion) == (sev.pk, "A-1", 61)
    assert InfusionCourse.objects.get().product_id == "AXI"
    assert str(LabResult.objects.get().canonical_value) == "222.500000"


def test_the_audit_trail_says_who_why_and_that_it_was_an_upload(alice, sev):
    upload(sev, alice, one_case(), reason="first visit")
    context = event_model_of(Patient).objects.get().pgh_context
    said = {name: context[name] for name in ("user_label", "source", "reason")}
    assert said == {"user_label": "alice@example.org", "source": "upload", "reason": "first visit"}


def test_uploading_the_same_files_again_changes_nothing(alice, sev):
    files = {**one_case(), "lab.csv": lab()}
    upload(sev, alice, files)
    versions = list(LabResult.objects.values_list("id", "version"))
    again = upload(sev, alice, files)
    assert set(counts(again).values()) == {(0, 0, 1)}
    assert list(LabResult.objects.values_list("id", "version")) == versions
    assert event_model_of(LabResult).objects.count() == event_model_of(Patient).objects.count() == 1


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(
        st.tuples(
            st.sampled_from(["FERRITIN", "CRP", "HB"]),
            st.integers(1, 28),
            st.sampled_from(["", "08:30", "23:59"]),
            st.sampled_from(["", "ND", "7", "12.5"]),
        ),
        unique_by=lambda row: row[:3],
        min_size=1,
        max_size=8,
    ),
    blanks=st.sampled_from(["keep", "overwrite"]),
)
def test_a_second_upload_of_any_file_is_a_no_op(alice, sev, rows, blanks):
    units = {"FERRITIN": "ng/mL", "CRP": "mg/L", "HB": "g/dL"}
    labs = csv_file(
        "lab",
        *(
            {"analyte": a, "sampled_on": f"2021-06-{day:02}", "sampled_at": at, "value": value, "unit": units[a]}
            for a, day, at, value in rows
        ),
    )
    files = {**one_case(), "lab.csv": labs}
    first = upload(sev, alice, files, blank_cells=blanks)
    assert findings(first) == []
    events = event_model_of(LabResult).objects.count()
    again = upload(sev, alice, files, blank_cells=blanks)
    assert counts(again)["lab"] == (0, 0, len(rows))
    assert event_model_of(LabResult).objects.count() == events


def test_a_changed_cell_changes_its_row_alone_and_counts_its_version(alice, sev):
    upload(sev, alice, {**one_case(), "lab.csv": lab()})
    changed = upload(sev, alice, {"lab.csv": lab(value="510")})
    assert counts(changed) == {"lab": (0, 1, 0)}
    result = LabResult.objects.get()
    assert (str(result.value), result.version) == ("510.0000", 2)


def test_an_empty_cell_leaves_the_saved_value_alone(alice, sev):
    upload(sev, alice, one_case(sex="FEMALE"))
    upload(sev, alice, {"patient.csv": csv_file("patient", {"age_at_infusion": "62"})})
    patient = Patient.objects.get()
    assert (patient.sex, patient.age_at_infusion) == ("FEMALE", 62)


def test_an_empty_cell_empties_the_value_where_that_was_chosen(alice, sev):
    upload(sev, alice, one_case(sex="FEMALE"))
    upload(sev, alice, {"patient.csv": csv_file("patient", {"age_at_infusion": "62"})}, blank_cells="overwrite")
    assert Patient.objects.get().sex is None


def test_nd_unk_and_na_become_no_value_with_a_reason(alice, sev):
    disease = csv_file("disease", {"stage": "UNK", "prior_lines": "ND", "diagnosed_on": "2019-03"})
    upload(sev, alice, {**one_case(), "disease.csv": disease})
    row = Disease.objects.get()
    assert (row.stage, row.prior_lines, row.missing) == (None, None, {"stage": "UNK", "prior_lines": "ND"})
    assert (str(row.diagnosed_on), row.diagnosed_on_precision) == ("2019-03-01", "MONTH")
    upload(sev, alice, {"disease.csv": csv_file("disease", {"stage": "", "prior_lines": "3"})})
    row.refresh_from_db()
    assert (row.prior_lines, row.missing) == (3, {"stage": "UNK"})
    upload(sev, alice, {"disease.csv": csv_file("disease", {"prior_lines": "NA"})})
    row.refresh_from_db()
    assert (row.prior_lines, row.missing) == (None, {"stage": "UNK", "prior_lines": "NA"})


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (lambda names: [*names, "site"], ("site", "site_column")),
        (lambda names: [*names, "canonical_value"], ("canonical_value", "computed_column")),
        (lambda names: ["valeu" if name == "value" else name for name in names], ("valeu", "unknown_column_near")),
        (lambda names: [*names, "zzzzzz"], ("zzzzzz", "unknown_column")),
        (lambda names: [name for name in names if name != "unit"], ("unit", "missing_column")),
        (lambda names: [*names, "unit"], ("unit", "column_twice")),
    ],
)
def test_a_header_is_refused_by_the_name_of_its_wrong_column(alice, sev, header, expected):
    names = header(list(topic_named("lab").columns))
    sent = upload(sev, alice, {"lab.csv": ",".join(names).encode() + b"\n"})
    assert (None, *expected) in [found[1:] for found in findings(sent)]
    assert sent.state == UploadState.REFUSED


@pytest.mark.parametrize(
    ("topic", "column", "text", "code"),
    [
        ("patient", "age_at_infusion", "sixty", "not_integer"),
        ("patient", "age_at_infusion", "111", "limits"),
        ("patient", "sex", "FEMAL", "not_listed_near"),
        ("patient", "sex", "?", "not_listed"),
        ("patient", "consented_on", "03/04/2021", "ambiguous_date"),
        ("patient", "consented_on", "2021-02-30", "no_such_day"),
        ("patient", "consented_on", "2021-03", "day_needed"),
        ("patient", "consented_on", "soon", "not_date"),
        ("patient", "consented_on", "2999-01-01", "future"),
        ("patient", "consented_on", "1899-12-31", "before_1900"),
        ("patient", "study_id", "", "key_empty"),
        ("patient", "study_id", "x" * 21, "too_long"),
        ("infusion_course", "weight_kg", "70,5", "decimal_comma"),
        ("infusion_course", "weight_kg", "1,070.5", "thousands"),
        ("infusion_course", "weight_kg", "70.55", "too_many_places"),
        ("infusion_course", "weight_kg", "heavy", "not_decimal"),
        ("infusion_course", "weight_kg", "350.1", "limits"),
        ("infusion_course", "product", "AXY", "not_listed_near"),
        ("infusion_course", "had_gcsf_7d", "maybe", "not_flag"),
        ("infusion_course", "infused_on", "", "required"),
        ("infusion_course", "infused_on", "UNK", "missing_not_allowed"),
        ("infusion_course", "apheresis_on", "12.2020", "not_partial_date"),
        ("infusion_course", "kps", "85", "constraint"),
        ("infusion_course", "ld_started_on", "2021-06-10", "constraint"),
        ("lab", "sampled_at", "8h30", "not_time"),
        ("lab", "unit", "mg/L", "unit_not_allowed"),
        ("lab", "value", "2000000", "lab_limits"),
        ("lab", "analyte", "NA", "key_missing_code"),
    ],
)
def test_a_wrong_cell_is_named_by_row_and_column_in_words(alice, sev, topic, column, text, code):
    usual = {"lab": {"value": "5", "unit": "ng/mL"}, "patient": {"race": "WHITE"}}.get(topic, {})
    files = {**one_case(), f"{topic}.csv": csv_file(topic, {**usual, column: text})}
    sent = upload(sev, alice, files)
    found = [found for found in findings(sent) if found[0] == topic]
    assert [found[3] for found in found] == [code]
    assert found[0][1] == 2
    assert column in found[0][2]
    assert sent.state == UploadState.REFUSED
    assert Patient.objects.count() == 0
    words = findings_csv(sent).decode("utf-8-sig")
    assert "%(" not in words
    assert "None" not in words


def test_all_problems_of_a_file_are_told_at_once(alice, sev):
    rows = [{"study_id": f"A-{number}", "sex": "X", "age_at_infusion": "old"} for number in range(5)]
    sent = upload(sev, alice, {"patient.csv": csv_file("patient", *rows)})
    assert sent.files.get().problems == len(findings(sent)) == 10


def test_endless_problems_are_counted_but_not_all_kept(alice, sev):
    rows = [{"study_id": f"A-{number}", "sex": "X"} for number in range(1200)]
    file = upload(sev, alice, {"patient.csv": csv_file("patient", *rows)}).files.get()
    assert (file.problems, file.findings.count(), len(file.rejected_rows)) == (1200, 1000, 1200)


def test_decimal_commas_are_read_where_the_person_chose_them(alice, sev):
    course = csv_file("infusion_course", {"weight_kg": "70,5"}, separator=";")
    patient = csv_file("patient", separator=";")
    sent = upload(sev, alice, {"patient.csv": patient, "infusion_course.csv": course}, number_style="comma")
    assert findings(sent) == []
    assert str(InfusionCourse.objects.get().weight_kg) == "70.5"


def test_a_file_with_the_other_separator_says_so(alice, sev):
    assert codes(upload(sev, alice, {"patient.csv": csv_file("patient", separator=";")})) == ["wrong_separator"]


def test_the_same_key_twice_is_refused_in_both_rows(alice, sev):
    sent = upload(sev, alice, {"patient.csv": csv_file("patient", {"sex": "MALE"}, {"sex": "FEMALE"})})
    assert findings(sent) == [("patient", 2, "study_id", "duplicate"), ("patient", 3, "study_id", "duplicate")]


def test_two_results_without_a_clock_time_are_the_same_row(alice, sev):
    rows = csv_file("lab", {"value": "1", "unit": "ng/mL"}, {"value": "2", "unit": "ng/mL"})
    assert codes(upload(sev, alice, {**one_case(), "lab.csv": rows})) == ["duplicate", "duplicate"]


def test_a_row_without_its_parent_names_what_is_missing(alice, sev):
    sent = upload(sev, alice, {"lab.csv": lab()})
    assert findings(sent) == [("lab", 2, "study_id", "parent_missing")]
    assert "“Patients” has no row with study_id=A-1" in findings_csv(sent).decode("utf-8-sig")


def test_a_row_whose_parent_has_problems_says_so_instead(alice, sev):
    files = {**one_case(age_at_infusion="old"), "lab.csv": lab()}
    assert sorted(codes(upload(sev, alice, files))) == ["not_integer", "parent_refused", "parent_refused"]


def test_bob_cannot_tell_whether_alices_patient_exists(alice, bob, sev, hou):
    upload(sev, alice, one_case())
    hers = findings(upload(hou, bob, {"lab.csv": lab(study_id="A-1")}))
    nobodys = findings(upload(hou, bob, {"lab.csv": lab(study_id="A-9")}))
    assert hers == nobodys == [("lab", 2, "study_id", "parent_missing")]


def test_bobs_patient_of_the_same_number_is_another_patient(alice, bob, sev, hou):
    upload(sev, alice, one_case(sex="FEMALE"))
    upload(hou, bob, one_case(sex="MALE"))
    assert set(Patient.objects.values_list("site__code", "sex")) == {("SEV", "FEMALE"), ("HOU", "MALE")}


@pytest.mark.parametrize("name", ["bob", "ivan", "dana", "adam", "eve"])
def test_only_a_coordinator_of_the_site_may_upload(cast, name):
    with pytest.raises(PermissionDenied):
        submit(cast.sev, cast[name], one_case())


def test_a_right_that_has_ended_meanwhile_saves_nothing(alice, sev):
    sent = submit(sev, alice, one_case())
    with acting_as_system("tests", reason="the role ends"):
        Membership.objects.filter(user=alice).update(ends_on=timezone.localdate() - timedelta(days=1))
    run(sent)
    sent.refresh_from_db()
    assert (sent.state, sent.error_code, Patient.objects.count()) == (UploadState.FAILED, "right_ended", 0)


def test_one_bad_row_keeps_everything_out(alice, sev):
    sent = upload(
        sev, alice, {**one_case(), "lab.csv": csv_file("lab", {"value": "5"}, {"value": "x", "analyte": "CRP"})}
    )
    assert sent.state == UploadState.REFUSED
    assert Patient.objects.count() == LabResult.objects.count() == 0


def test_good_rows_only_saves_the_good_ones_and_gives_the_others_back(alice, sev):
    labs = csv_file("lab", {"value": "5", "unit": "ng/mL"}, {"value": "x", "analyte": "CRP"})
    sent = upload(sev, alice, {**one_case(), "lab.csv": labs}, mode="good_rows_only")
    assert sent.state == UploadState.DONE
    assert counts(sent)["lab"] == (1, 0, 0)
    rejected = list(csv.DictReader(io.StringIO(rejected_csv(sent.files.get(topic="lab")).decode("utf-8-sig"))))
    assert [(row["analyte"], row["value"]) for row in rejected] == [("CRP", "x")]


def test_a_check_leaves_no_trace_until_alice_decides(alice, sev):
    sent = upload(sev, alice, one_case(), commit=False)
    assert (sent.state, counts(sent)["patient"]) == (UploadState.CHECKED, (1, 0, 0))
    assert Patient.objects.count() == event_model_of(Patient).objects.count() == 0
    assert nobody_acting()(intake.commit)(sent, by=alice)
    run(sent)
    sent.refresh_from_db()
    assert (sent.state, Patient.objects.count()) == (UploadState.DONE, 1)
    assert not nobody_acting()(intake.commit)(sent, by=alice)


def test_bytes_are_gone_once_all_is_saved_and_when_it_is_discarded(alice, sev):
    assert upload(sev, alice, one_case()).files.filter(content__isnull=False).count() == 0
    sent = upload(sev, alice, one_case(sex="X"), commit=False)
    assert nobody_acting()(intake.discard)(sent, by=alice)
    assert sent.files.filter(content__isnull=False).count() == 0
    assert findings(sent) == []


def test_a_finished_upload_is_not_run_again(alice, sev):
    sent = upload(sev, alice, one_case())
    run(sent)
    sent.refresh_from_db()
    assert (sent.state, sent.attempts) == (UploadState.DONE, 1)


def test_an_upload_whose_worker_died_is_taken_up_again_and_given_up_after_three(alice, sev):
    sent = submit(sev, alice, one_case())
    gone = timezone.now() - timedelta(minutes=1)
    Upload.objects.filter(pk=sent.pk).update(state=UploadState.COMMITTING, lease_until=gone, attempts=1)
    assert nobody_acting()(intake.sweep)() == 1
    Upload.objects.filter(pk=sent.pk).update(attempts=3)
    assert nobody_acting()(intake.sweep)() == 0
    sent.refresh_from_db()
    assert (sent.state, sent.error_code) == (UploadState.FAILED, "gave_up")


def test_an_error_of_ours_ends_with_a_reference_and_saves_nothing(alice, sev, monkeypatch, caplog):
    def broken(*_args, **_kwargs):
        raise RuntimeError("A-1 in the message")

    monkeypatch.setattr("registry.intake.batch.derive_patients", broken)
    sent = upload(sev, alice, one_case())
    assert (sent.state, sent.error_code, len(sent.error_reference)) == (UploadState.FAILED, "crashed", 8)
    assert Patient.objects.count() == 0
    assert "A-1" not in caplog.text


def test_what_only_the_database_refuses_becomes_a_finding_of_its_row(alice, sev, monkeypatch):
    monkeypatch.setattr("registry.services.merging.Merge.constraints", {})
    rows = csv_file("infusion_course", {"kps": "85"}, {"course_no": "2", "kps": "90"})
    files = {"patient.csv": csv_file("patient"), "infusion_course.csv": rows}
    sent = upload(sev, alice, files, mode="good_rows_only")
    assert findings(sent) == [("infusion_course", 2, "", "constraint")]
    assert InfusionCourse.objects.get().kps == 90


def test_files_are_read_from_a_zip_and_under_the_sites_name(alice, sev):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in one_case().items():
            archive.writestr(f"SEV/SEV_{name}", b"\xef\xbb\xbf" + content)
    assert upload(sev, alice, {"all.zip": out.getvalue()}).state == UploadState.DONE


@pytest.mark.parametrize(
    ("files", "code"),
    [
        ({}, "no_files"),
        ({"patient.csv": b""}, "empty_file"),
        ({"patient.xlsx": b"PK\x03\x04"}, "not_csv"),
        ({"patient.csv": b"PK\x03\x04"}, "not_csv"),
        ({"people.csv": b"a"}, "unknown_topic"),
        ({"death_review.csv": b"a"}, "unknown_topic"),
        ({"HOU_patient.csv": b"a"}, "other_site"),
        ({"SEV_patient.csv": b"a", "patient.csv": b"a"}, "topic_twice"),
        ({"all.zip": b"PK\x03\x04 broken"}, "bad_zip"),
        ({"patient.csv": b"a" * (20 * 1024 * 1024 + 1)}, "too_large"),
    ],
)
def test_what_cannot_be_an_upload_is_refused_before_it_is_stored(files, code):
    with pytest.raises(intake.UploadRefused) as refused:
        unpack(files, site_code="SEV")
    assert refused.value.code == code
    assert "%(" not in str(refused.value)


def test_a_zip_bomb_is_refused_before_it_is_opened():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("patient.csv", b"0" * (60 * 1024 * 1024))
    with pytest.raises(intake.UploadRefused) as refused:
        unpack({"bomb.zip": out.getvalue()}, site_code="SEV")
    assert refused.value.code == "zip_too_big"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (csv_file("patient").replace(b"A-1", b"A-\xf1"), "not_utf8"),
        (csv_file("patient").replace(b"A-1", b"A\x00"), "nul_byte"),
        (csv_file("patient") + b'"A-2', "bad_csv"),
        (b"\n", "no_header"),
    ],
)
def test_a_damaged_file_says_in_which_line(alice, sev, content, code):
    assert codes(upload(sev, alice, {"patient.csv": content})) == [code]


def test_a_row_with_too_few_cells_is_named(alice, sev):
    assert findings(upload(sev, alice, {"patient.csv": csv_file("patient") + b"A-2,FEMALE\n"})) == [
        ("patient", 3, "", "cell_count")
    ]


@pytest.mark.parametrize("text", ["=1+1", "+A1", "-A1", "@SUM(A1)", "\t=1", " =1", "＝1"])
def test_cells_that_a_spreadsheet_would_run_are_defused(text):
    assert safe_cell(text) == f"'{text}"


@pytest.mark.parametrize("text", ["-1.5", "+3", "A-1", "2021-06-01", ""])
def test_plain_cells_go_back_as_they_came(text):
    assert safe_cell(text) == text


def test_every_topic_that_people_enter_has_a_template_that_uploads(alice, sev):
    assert {topic.code for topic in upload_topics()} >= {"patient", "lab", "death", "identity"}
    files = {f"{topic.code}.csv": template_csv(topic) for topic in upload_topics()}
    assert findings(upload(sev, alice, files)) == []


def test_carol_uploads_for_either_site_and_the_site_is_the_one_she_names(carol, hou):
    upload(hou, carol, one_case())
    assert Patient.objects.get().site_id == hou.pk


def test_staging_leaves_no_table_behind(alice, sev):
    upload(sev, alice, one_case())
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_tables WHERE tablename ~ '^(stage|merge)_'")
        assert cursor.fetchone() == (0,)


@pytest.mark.django_db(transaction=True)
def test_progress_is_seen_from_outside_and_a_discarded_upload_stops_its_worker(alice, sev, monkeypatch):
    seen: list[tuple] = []
    aside = connection.copy()

    def meanwhile(*_args, **_kwargs):
        with aside.cursor() as cursor:
            cursor.execute(f"SELECT set_config('app.sites', {ALL_SITES}, false)")
            cursor.execute("SELECT state, step, steps FROM registry_upload")
            seen.append(cursor.fetchone())
            cursor.execute("UPDATE registry_upload SET state = 'CANCELLED', finished_at = now()")

    monkeypatch.setattr("registry.intake.batch.derive_patients", meanwhile)
    try:
        sent = upload(sev, alice, one_case())
    finally:
        aside.close()
    assert seen == [("COMMITTING", 3, 3)]
    assert (sent.state, patient_count()) == (UploadState.CANCELLED, 0)


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_dies_in_the_middle_leaves_nothing_and_the_next_one_finishes(alice, sev, monkeypatch):
    class Killed(BaseException):
        pass

    def die(*_args, **_kwargs):
        raise Killed

    sent = submit(sev, alice, one_case())
    with monkeypatch.context() as patch:
        patch.setattr("registry.intake.batch.derive_patients", die)
        with pytest.raises(Killed):
            run(sent)
    assert (as_it_stands(sent).state, patient_count()) == (UploadState.COMMITTING, 0)
    run(sent)
    assert patient_count() == 0
    with acting_as_system("tests", reason="the lease runs out"):
        Upload.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    run(sent)
    assert (as_it_stands(sent).state, sent.attempts, patient_count()) == (UploadState.DONE, 2, 1)
