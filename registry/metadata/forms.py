"""The forms of a case as people see them: each is a page of one or more topics, in the order of the rail.

A form is either one page a case, one page for each row of its head topic (an episode, a course), or one page with the
rows of its topic as a list. Completing and locking go by topic (`registry.selectors.status`); a page stands for all of
its topics.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from registry.metadata.topics import Topic, topic_named
from registry.rules.coding import gettext_noop


class Shape(Enum):
    """How many pages a form has and what stands on one."""

    SINGLE = "one page a case"
    REPEATED = "one page for each row of the head topic"
    LIST = "one page with all rows"


@dataclass(frozen=True)
class CaseForm:
    """One form of a case.

    `heads` are the topics of which the page shows one row as fields, `lists` those whose rows stand as a grid below;
    `none_words` is what is recorded where nothing of the kind occurred, empty where that is no answer.
    """

    code: str
    label: str
    shape: Shape
    heads: tuple[str, ...] = ()
    lists: tuple[str, ...] = ()
    none_words: str = ""

    @property
    def head_topics(self) -> tuple[Topic, ...]:
        """Return the topics shown as fields."""
        return tuple(map(topic_named, self.heads))

    @property
    def list_topics(self) -> tuple[Topic, ...]:
        """Return the topics shown as grids."""
        return tuple(map(topic_named, self.lists))

    @property
    def topics(self) -> tuple[Topic, ...]:
        """Return all topics of the page."""
        return (*self.head_topics, *self.list_topics)

    @property
    def first(self) -> Topic:
        """Return the topic by which the form is started: its first row starts the form."""
        return self.topics[0]


FORMS: tuple[CaseForm, ...] = (
    CaseForm("patient", gettext_noop("Patient"), Shape.SINGLE, heads=("patient",)),
    CaseForm("disease", gettext_noop("Disease"), Shape.SINGLE, heads=("disease",)),
    CaseForm(
        "infusion_course",
        gettext_noop("Infusion course"),
        Shape.REPEATED,
        heads=("infusion_course",),
        lists=("further_infusion",),
    ),
    CaseForm("lab", gettext_noop("Laboratory"), Shape.LIST, lists=("lab",)),
    CaseForm(
        "crs_episode",
        gettext_noop("CRS episode"),
        Shape.REPEATED,
        heads=("crs_episode",),
        lists=("crs_assessment",),
        none_words=gettext_noop("No CRS occurred"),
    ),
    CaseForm(
        "icans_episode",
        gettext_noop("ICANS episode"),
        Shape.REPEATED,
        heads=("icans_episode",),
        lists=("icans_assessment",),
        none_words=gettext_noop("No ICANS occurred"),
    ),
    CaseForm(
        "iechs_episode",
        gettext_noop("IEC-HS episode"),
        Shape.REPEATED,
        heads=("iechs_episode",),
        none_words=gettext_noop("No IEC-HS occurred"),
    ),
    CaseForm(
        "toxicity_therapy",
        gettext_noop("Toxicity therapy"),
        Shape.LIST,
        lists=("toxicity_therapy",),
        none_words=gettext_noop("No therapy but anakinra was given"),
    ),
    CaseForm(
        "anakinra_course",
        gettext_noop("Anakinra course"),
        Shape.REPEATED,
        heads=("anakinra_course",),
        lists=("anakinra_segment",),
        none_words=gettext_noop("No anakinra was given"),
    ),
    CaseForm(
        "adverse_event",
        gettext_noop("Adverse events"),
        Shape.LIST,
        lists=("adverse_event",),
        none_words=gettext_noop("No adverse event occurred"),
    ),
    CaseForm(
        "stay",
        gettext_noop("Hospital and intensive care"),
        Shape.LIST,
        lists=("stay",),
        none_words=gettext_noop("No stay in hospital occurred"),
    ),
    CaseForm(
        "infection",
        gettext_noop("Infections"),
        Shape.LIST,
        lists=("infection",),
        none_words=gettext_noop("No infection occurred"),
    ),
    CaseForm("response", gettext_noop("Response assessments"), Shape.LIST, lists=("response",)),
    CaseForm(
        "relapse",
        gettext_noop("Relapse and progression"),
        Shape.LIST,
        lists=("relapse",),
        none_words=gettext_noop("No relapse or progression occurred"),
    ),
    CaseForm("follow_up", gettext_noop("Follow-up and death"), Shape.SINGLE, heads=("follow_up", "death")),
)
_BY_CODE = {form.code: form for form in FORMS}


def case_form(code: str) -> CaseForm:
    """Return a form by its code; LookupError for what is none."""
    try:
        return _BY_CODE[code]
    except KeyError:
        raise LookupError(f"No form {code}.") from None


def form_of_topic(code: str) -> CaseForm:
    """Return the form on whose page a topic stands; LookupError for a topic that is on none."""
    for form in FORMS:
        if code in (*form.heads, *form.lists):
            return form
    raise LookupError(f"The topic {code} is on no form.")


def none_topics() -> Iterator[str]:
    """Yield the topics of which "none occurred" can be recorded."""
    return (form.first.code for form in FORMS if form.none_words)
