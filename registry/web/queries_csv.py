"""A list of queries as a file: one line a query, safe to open in a spreadsheet program."""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Iterator
from datetime import datetime
from typing import IO, Any

from django.utils import timezone
from django.utils.translation import gettext as _

from registry.intake.downloads import safe_cell
from registry.models import DataQuery
from registry.selectors.queries import last_answers, queries_page
from registry.selectors.query_filters import QueryFilters
from registry.selectors.query_order import Spot
from registry.web.query_links import query_places
from registry.web.query_ranks import rank_look
from registry.web.query_threads import words_of

AT_ONCE = 1_000
IN_MEMORY = 1 << 20


def queries_file(user: Any, filters: QueryFilters) -> IO[bytes]:
    """Return a file of all queries that fit, made part by part so that no list is too long for the memory."""
    out = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 -- the answer closes it when it is sent
    text = io.TextIOWrapper(out, encoding="utf-8-sig", newline="", write_through=True)
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(_header())
    for part in _parts(user, filters):
        writer.writerows([safe_cell(cell) for cell in line] for line in _lines(user, part))
    text.flush()
    text.detach()
    out.seek(0)
    return out


def _header() -> list[str]:
    return [
        _("Query"), _("Study id"), _("Site"), _("Place"), _("Topic"), _("Field"), _("Check"), _("Question"), _("Rank"),
        _("State"), _("Cause"), _("Resolution"), _("Days since asked"), _("Times re-opened"), _("Assigned to"),
        _("Opened (UTC)"), _("Asked (UTC)"), _("First answered (UTC)"), _("Answered (UTC)"), _("Closed (UTC)"),
    ]  # fmt: skip


def _parts(user: Any, filters: QueryFilters) -> Iterator[list[DataQuery]]:
    page = queries_page(user, filters, size=AT_ONCE)
    while page.queries:
        yield page.queries
        if not page.has_following:
            return
        page = queries_page(user, filters, after=Spot.of(page.queries[-1]), size=AT_ONCE)


def _lines(user: Any, queries: list[DataQuery]) -> Iterator[list[str]]:
    words, places, answers, now = words_of(queries), query_places(user, queries), last_answers(queries), timezone.now()
    for query in queries:
        answer = answers.get(query.pk)
        yield [
            str(query.pk), query.patient.study_id, query.site.code, places[query.pk].words, query.topic, query.field,
            query.check_code, words[query.pk], rank_look(query.rank).word, query.get_state_display(),
            answer.get_cause_display() if answer else "", query.get_resolution_display(),
            str((now - query.asked_at).days), str(query.times_reopened), str(query.assignee or ""),
            *(_moment(getattr(query, f"{name}_at")) for name in ("opened", "asked", "first_answered", "answered")),
            _moment(query.closed_at),
        ]  # fmt: skip


def _moment(moment: datetime | None) -> str:
    return moment.strftime("%Y-%m-%d %H:%M:%S") if moment else ""
