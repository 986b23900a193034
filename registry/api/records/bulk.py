"""Many rows of a topic in one request: each is judged by itself, and each has its own result, in the order sent."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, ClassVar
from uuid import UUID

from drf_spectacular.utils import extend_schema_view
from rest_framework.request import Request
from rest_framework.response import Response

from registry.api.records.addresses import parameters_of_one
from registry.api.records.bulk_rows import Line, lines_of
from registry.api.records.writing import EDIT
from registry.api.records.writing_described import describe_bulk
from registry.api.records.writing_problems import held, problem_of
from registry.api.serializers.topic_bulk import UPDATE
from registry.api.serializers.topics import bulk_in
from registry.metadata import Topic
from registry.selectors.record_rows import rows_told
from registry.services.refusals import WriteRefused
from registry.services.rows import Became, Outcome
from registry.services.rows_many import rows_save_many
from sites.api.problems import Problem, Refused
from sites.api.sent import read
from sites.roles import Permission


class BulkRows:
    """Many rows of a topic at once."""

    topic: ClassVar[Topic]
    write_permissions: ClassVar[Mapping[str, tuple[Permission, ...]]] = {"POST": EDIT}

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Describe the method for each topic by its own declarations."""
        super().__init_subclass__(**kwargs)
        if "topic" in vars(cls):
            extend_schema_view(post=describe_bulk(cls.topic))(cls)

    def post(self, request: Request) -> Response:
        """Write the rows that can be written, and say of each what came of it."""
        parameters_of_one(request)
        given = read(bulk_in(self.topic), request)
        lines = lines_of(request.user, self.topic, given["rows"])
        outcomes = _saved(request, self.topic, lines, given)
        problems = _problems(request.user, self.topic, lines, outcomes)
        results = [_result(line, outcomes.get(line.index), problems.get(line.index)) for line in lines]
        refused = len(problems)
        return Response({"done": len(lines) - refused, "refused": refused, "results": results})


def _saved(request: Request, topic: Topic, lines: Sequence[Line], given: Mapping[str, Any]) -> dict[int, Outcome]:
    """Write what can be tried and return index -> what became of it; Refused where others keep a case busy."""
    tried = [line for line in lines if line.write is not None and line.patient is not None]
    try:
        outcomes = rows_save_many(
            topic=topic,
            writes=[line.write for line in tried if line.write],
            patients=[line.patient for line in tried if line.patient],
            by=request.user,
            reason=given.get("reason", "").strip(),
            updates=given["on_existing"] == UPDATE,
        )
    except WriteRefused as refused:
        raise Refused(held(refused)) from refused
    return {line.index: outcome for line, outcome in zip(tried, outcomes, strict=True)}


def _problems(user: Any, topic: Topic, lines: Sequence[Line], outcomes: Mapping[int, Outcome]) -> dict[int, Problem]:
    moved = {outcome.record.pk for outcome in outcomes.values() if outcome.became is Became.CONFLICT}
    present: dict[UUID, Any] = (
        {row.id: json.loads(row.text) for row in rows_told(user, topic, sorted(moved))} if moved else {}
    )
    found = {line.index: line.problem for line in lines if line.problem}
    for index, outcome in outcomes.items():
        key = outcome.record.pk if outcome.record is not None else None
        if problem := problem_of(outcome, present.get(key) if key else None):
            found[index] = problem
    return found


def _result(line: Line, outcome: Outcome | None, problem: Problem | None) -> dict[str, Any]:
    if problem is not None or outcome is None:
        told = problem.as_data() if problem else {}
        return {"index": line.index, "status": int(told["status"]), "problem": told}
    status = HTTPStatus.CREATED if outcome.write.record_id is None else HTTPStatus.OK
    return {"index": line.index, "status": int(status), "id": str(outcome.record.pk), "version": outcome.record.version}
