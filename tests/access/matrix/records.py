"""Rows of the record for programs. What is sent here is no JSON: whoever may write is told so, and that will do.

Who may read and not write is refused before anything is looked up: a foreign row, an own one and none look alike.
"""

from __future__ import annotations

from collections.abc import Iterator

from registry.metadata import Topic
from registry.selectors.cases import case_topics
from tests.access.matrix.row import ALL_SIGNED_IN, CASE_VIEWERS, COORDINATORS, OWN_SITES, Row

# One topic of each depth; that each wall alone holds for the rows of all of them is proven where they are read.
_TRIED_WITH_EACH_WALL = frozenset({"patient", "death", "lab", "crs_assessment"})
_CASE = "api/cases/<uuid:pk>/"


def _of_topic(topic: Topic) -> Iterator[Row]:
    route, own = f"api/records/{topic.code}/", {"objects": f"row of {topic.code}", "reach": OWN_SITES}
    is_tried = topic.code in _TRIED_WITH_EACH_WALL
    may_create, changes = ("GET POST", "GET PATCH DELETE") if topic.parent else ("GET", "GET PATCH")
    yield Row(route, may_create, CASE_VIEWERS, writers=COORDINATORS, is_clinical=is_tried)
    yield Row(f"{route}bulk/", "POST", COORDINATORS, is_clinical=is_tried)
    yield Row(
        f"{route}<uuid:pk>/",
        changes,
        CASE_VIEWERS,
        writers=COORDINATORS,
        refuses_first=True,
        is_clinical=is_tried,
        **own,
    )
    yield Row(f"{route}<uuid:pk>/history/", "GET", CASE_VIEWERS, is_clinical=is_tried, **own)


ROWS = [
    Row("api/", "GET", ALL_SIGNED_IN),
    Row("api/topics/", "GET", CASE_VIEWERS),
    Row("api/topics/<slug:code>/", "GET", CASE_VIEWERS, "topic"),
    Row("api/cases/", "GET POST", CASE_VIEWERS, writers=COORDINATORS, is_clinical=True),
    Row(_CASE, "GET", CASE_VIEWERS, "row of patient", OWN_SITES, is_clinical=True),
    Row(f"{_CASE}history/", "GET", CASE_VIEWERS, "row of patient", OWN_SITES, is_clinical=True),
    *(row for topic in case_topics() for row in _of_topic(topic)),
]
