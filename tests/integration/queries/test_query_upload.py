"""A file of questions: every line is looked at before anything is asked; good lines alone are an explicit choice."""

from __future__ import annotations

import html
import re

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from registry.intake import query_file
from registry.intake.query_file import key_of, key_words, question_file_read
from registry.metadata import topic_named
from registry.models import CrsAssessment, DataQuery, QueryState, Rank
from registry.services.query_asking import Question, queries_open
from sites.context import acting_as, acting_as_system
from tests.factories.queries import INFUSED, late_episode

pytestmark = pytest.mark.django_db
ADDRESS = "/queries/new/csv/"
HEAD = "study_id,topic,row,field,text"


@pytest.fixture
def episode(cast):
    """A case with one CRS episode of two days."""
    found = late_episode(cast.sev, "SEV-0001")
    with acting_as_system("tests", reason="days"):
        for day in (INFUSED, INFUSED.replace(day=11)):
            CrsAssessment.objects.create(site=cast.sev, episode=found, assessed_on=day)
    return found


def look(user, *lines: str, head: str = HEAD):
    with acting_as(user):
        return question_file_read(user, "\n".join([head, *lines]).encode())


def send(client, *lines: str):
    content = "\n".join([HEAD, *lines]).encode()
    return client.post(ADDRESS, {"file": SimpleUploadedFile("queries.csv", content, "text/csv")})


def decide(client, page, act: str):
    content = re.search(r'name="content" value="([^"]*)"', page.content.decode())[1]
    return client.post(ADDRESS, {"act": act, "content": html.unescape(content)})


def asked() -> list[DataQuery]:
    with acting_as_system("tests", reason="look"):
        return list(DataQuery.objects.filter(check_code="").order_by("text"))


def test_rows_are_named_by_id_by_key_or_not_at_all_where_there_is_one(cast, episode) -> None:
    found = look(
        cast.dana,
        f"SEV-0001,crs_episode,{episode.pk},onset_on,by id",
        "SEV-0001,crs_episode,1/1,onset_on,by key",
        "SEV-0001,crs_assessment,1/1/2021-06-11,,by the day",
        "SEV-0001,patient,,sex,the only one",
        "SEV-0001,crs_episode,,,the only episode",
    )
    assert found.problems == []
    assert [line.question.row_id == episode.pk for line in found.lines] == [True, True, False, False, True]
    assert found.lines[3].question.row_id == episode.course.patient_id


def test_keys_are_written_as_the_page_says(cast, episode) -> None:
    with acting_as(cast.dana):
        day = CrsAssessment.objects.visible_to(cast.dana).order_by("assessed_on").first()
        assert key_words(topic_named("crs_assessment")) == "course_no/crs_no/assessed_on"
        assert key_of(topic_named("crs_assessment"), day) == "1/1/2021-06-10"
        assert key_words(topic_named("patient")) == ""


@pytest.mark.parametrize(
    ("line", "column", "words"),
    [
        ("SEV-0009,patient,,,x", "study_id", "There is no case with this study id."),
        ("SEV-0001,nothing,,,x", "topic", "Write one of the topics listed below."),
        ("SEV-0001,identity,,,x", "topic", "Write one of the topics listed below."),
        ("SEV-0001,crs_episode,1/2,,x", "row", "The case has no such row. Write its id or its key, course_no/crs_no."),
        ("SEV-0001,crs_assessment,,,x", "row", "The case has no such row."),
        ("SEV-0001,death,,,x", "row", "The case has no row of “death”."),
        ("SEV-0001,patient,,onset_on,x", "field", "“patient” has no such field."),
        ("SEV-0001,patient,,sex,", "text", "Say what is to be checked."),
        (f"SEV-0001,patient,,sex,{'x' * 501}", "text", "Use at most 500 characters."),
    ],
)
def test_what_is_wrong_with_a_line_is_told_with_its_number(cast, episode, line, column, words) -> None:
    found = look(cast.dana, "SEV-0001,patient,,sex,good", line)
    ((problem,), (good,)) = (found.problems, found.lines)
    assert (problem.number, problem.column, good.number) == (3, column, 2)
    assert words in problem.words


def test_a_question_is_asked_once(cast, episode, signed_in) -> None:
    found = look(cast.dana, "SEV-0001,patient,,sex,same", "SEV-0001,patient,,sex,same")
    assert [problem.words for problem in found.problems] == ["Line 2 asks the same. Keep one of them."]
    client = signed_in(cast.dana)
    decide(client, send(client, "SEV-0001,patient,,sex,same"), "all")
    found = look(cast.dana, "SEV-0001,patient,,sex,same")
    assert [problem.words for problem in found.problems] == ["This is asked already and not settled."]


def test_two_sites_with_one_study_id_are_told_apart_by_a_column(cast, episode) -> None:
    late_episode(cast.hou, "SEV-0001")
    assert "Add a column “site”." in look(cast.dana, "SEV-0001,patient,,sex,x").problems[0].words
    found = look(cast.dana, "HOU,SEV-0001,patient,,sex,x", head=f"site,{HEAD}")
    assert [line.question.patient.site for line in found.lines] == [cast.hou]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "The first line must hold the column names."),
        (b"study_id,topic,row,field\n", "The column “text” is missing."),
        (b"study_id,topic,row,field,text,colour\n", "There is no column “colour” in this file."),
        (b"study_id,topic,row,field,text,text\n", "The column “text” is there twice."),
        (b"study_id,topic,row,field,text\n\xff", "The file is not UTF-8"),
        (b"x" * 1_000_001, "The file is larger than 1 MB."),
    ],
)
def test_a_file_that_cannot_be_read_says_why(cast, content, words) -> None:
    with acting_as(cast.dana):
        found = question_file_read(cast.dana, content)
    assert found.is_refused
    assert words in " ".join(problem.words for problem in found.problems)


def test_semicolons_are_read_too_and_rows_are_limited(cast, episode, monkeypatch) -> None:
    with acting_as(cast.dana):
        content = HEAD.replace(",", ";") + "\nSEV-0001;patient;;sex;one, two"
        assert question_file_read(cast.dana, content.encode()).lines[0].question.text == "one, two"
    monkeypatch.setattr(query_file, "MOST_ROWS", 1)
    found = look(cast.dana, "SEV-0001,patient,,sex,a", "SEV-0001,patient,,sex,b")
    assert "The file has more than 1 rows." in found.problems[0].words


def test_a_person_finds_no_case_of_another_site_by_a_file(cast, episode) -> None:
    late_episode(cast.hou, "HOU-0001")
    assert "There is no case" in look(cast.alice, "HOU-0001,patient,,sex,x").problems[0].words


def test_nothing_is_asked_before_the_second_act(cast, episode, signed_in) -> None:
    client = signed_in(cast.dana)
    page = send(client, "SEV-0001,patient,,sex,one", "SEV-0001,crs_episode,1/1,onset_on,two")
    assert page.status_code == 200
    assert asked() == []
    answer = decide(client, page, "all")
    assert answer.url == "/queries/?state=open&kind=hand"
    assert [(query.text, query.field, query.state, query.opened_by) for query in asked()] == [
        ("one", "sex", QueryState.OPEN, cast.dana), ("two", "onset_on", QueryState.OPEN, cast.dana)]  # fmt: skip
    assert "2 questions are asked." in client.get(answer.url).content.decode()


def test_with_a_problem_only_the_good_lines_can_be_asked_and_only_on_purpose(cast, episode, signed_in) -> None:
    client = signed_in(cast.dana)
    page = send(client, "SEV-0001,patient,,sex,good", "SEV-0009,patient,,sex,bad")
    text = page.content.decode()
    assert page.status_code == 422
    assert 'value="all"' not in text
    assert "Ask only the 1 good question" in text
    assert decide(client, page, "all").status_code == 422
    assert asked() == []
    assert decide(client, page, "good").status_code == 302
    assert [query.text for query in asked()] == ["good"]


def test_a_file_is_needed_and_what_comes_back_must_be_one(cast, signed_in) -> None:
    client = signed_in(cast.dana)
    assert client.post(ADDRESS, {"x": "y"}).status_code == 422
    assert client.post(ADDRESS, {"act": "all", "content": "not base64!"}).status_code == 404


def test_a_hundred_lines_cost_as_many_reads_as_one(cast, episode) -> None:
    def cost(*lines: str) -> int:
        with acting_as(cast.dana), CaptureQueriesContext(connection) as counted:
            question_file_read(cast.dana, "\n".join([HEAD, *lines]).encode())
        return len(counted)

    one = cost("SEV-0001,patient,,sex,x")
    assert cost(*(f"SEV-0001,patient,,sex,x{number}" for number in range(100))) == one


def test_many_questions_are_asked_as_each_alone_would_be(cast, episode) -> None:
    patient = episode.course.patient
    asking = [Question(patient, "crs_episode", episode.pk, "onset_on", f" words {number} ") for number in range(3)]
    with acting_as(cast.dana), CaptureQueriesContext(connection) as counted:
        assert queries_open(questions=asking, by=cast.dana) == 3
    assert len([query for query in counted if "INSERT" in query["sql"]]) == 1
    assert [(query.text, query.rank, query.opened_by) for query in asked()] == [
        (f"words {number}", Rank.MODEL, cast.dana) for number in range(3)
    ]


def test_many_questions_are_refused_together(cast, episode) -> None:
    other = late_episode(cast.hou, "HOU-0001")
    patient = episode.course.patient
    good = Question(patient, "crs_episode", episode.pk, "onset_on", "x")
    wrong = [
        (cast.alice, good, PermissionDenied),
        (cast.dana, Question(patient, "crs_episode", other.pk, "onset_on", "x"), LookupError),
        (cast.dana, Question(patient, "crs_episode", episode.pk, "sex", "x"), LookupError),
        (cast.dana, Question(patient, "crs_episode", episode.pk, "onset_on", " "), ValidationError),
    ]
    for person, question, error in wrong:
        with acting_as(person), pytest.raises(error), transaction.atomic():
            queries_open(questions=[good, question], by=person)
    assert asked() == []
