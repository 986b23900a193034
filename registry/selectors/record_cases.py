"""Whole cases as texts of JSON: the rows of each topic stand below their parents, one statement a topic for a page."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection
from typing import Any
from uuid import UUID

from registry.metadata import Topic, topic_named
from registry.selectors.cases import case_topics
from registry.selectors.record_rows import Head, RowBelow, rows_below, rows_told
from sites.access import visible_site_ids


def included(codes: Collection[str]) -> list[Topic]:
    """Return the topics with these codes below the patient, and those above them, each behind its parent."""
    wanted = {above.code for code in codes for above in (*topic_named(code).ancestors, topic_named(code))}
    return [topic for topic in case_topics() if topic.parent and topic.code in wanted]


def topics_below(topic: Topic, among: Collection[Topic]) -> list[Topic]:
    """Return those of some topics that hang on a topic."""
    return [below for below in among if below.parent_topic is topic]


def cases_told(user: Any, keys: Collection[UUID], topics: Collection[Topic]) -> dict[UUID, str]:
    """Return case -> the whole of it, in the order of the keys; cases that the person may not see are left out.

    The topics are those that `included` returns: each behind its parent, which is among them.
    """
    patient, sites = topic_named("patient"), visible_site_ids(user)
    cases = rows_told(user, patient, keys)
    read = {patient.code: [RowBelow("", str(row.id), row.text) for row in cases]}
    heads = {row.id: _head(row) for row in read[patient.code]}
    for topic in topics:
        above = {row.id: heads[row.id] for row in read[topic.parent_topic.code]}
        read[topic.code] = rows_below(sites, topic, above) if above else []
        if topics_below(topic, topics):
            heads |= {row.id: heads[row.above] for row in read[topic.code]}
    return {row.id: text for row, text in zip(cases, _nested(patient, topics, read), strict=True)}


def _head(row: RowBelow) -> Head:
    told = json.loads(row.text)
    return Head(told["site"], told["case"], row.id)


def _nested(topic: Topic, topics: Collection[Topic], read: dict[str, list[RowBelow]]) -> list[str]:
    """Return the rows of a topic, each with those below it written into it."""
    below = {child.code: _by_parent(child, topics, read) for child in topics_below(topic, topics)}
    return [_with(row, below) for row in read[topic.code]]


def _by_parent(topic: Topic, topics: Collection[Topic], read: dict[str, list[RowBelow]]) -> dict[str, list[str]]:
    found: defaultdict[str, list[str]] = defaultdict(list)
    for row, text in zip(read[topic.code], _nested(topic, topics, read), strict=True):
        found[row.above].append(text)
    return found


def _with(row: RowBelow, below: dict[str, dict[str, list[str]]]) -> str:
    written = [f',"{code}":[{",".join(rows.get(row.id, ()))}]' for code, rows in below.items()]
    return f"{row.text[:-1]}{''.join(written)}}}" if written else row.text
