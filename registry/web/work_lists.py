"""The lists of the home page: what waits for a person, each row one act and its link."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.timesince import timesince
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from registry.metadata.forms import case_form
from registry.models import CheckRun, Draft, InfusionCourse, QueryState
from registry.selectors.check_work import runs_failed
from registry.selectors.queries import queries_waiting
from registry.selectors.query_filters import QueryFilters
from registry.selectors.worklist import (
    COVARIATES,
    LATEST,
    QUIET_DAYS,
    complete_unsigned,
    covariates_missing,
    drafts_to_finish,
    follow_ups_due,
    quiet_sites,
)
from registry.web.case_links import draft_address, form_address
from registry.web.check_runs_page import run_address, run_title
from registry.web.query_page import list_address, query_address
from registry.web.query_ranks import age_words
from registry.web.query_threads import words_of
from sites.access import grants_of
from sites.roles import Role

SHOWN_AT_MOST = 10
COVARIATE_WORDS = {
    "no_age": gettext_noop("age at first infusion"),
    "no_ferritin": gettext_noop("ferritin before lymphodepletion"),
    "no_kps": gettext_noop("Karnofsky status"),
    "no_dose": gettext_noop("anakinra start dose per kg"),
}


@dataclass(frozen=True)
class WorkRow:
    """One thing to do: of which case or site, what, and what is known about it."""

    url: str
    subject: str
    act: str
    detail: str = ""


@dataclass(frozen=True)
class WorkList:
    """One list: its rows as far as shown, where the others are, and what the list does not look at."""

    code: str
    title: str
    rows: list[WorkRow]
    more_url: str = ""
    note: str = ""


def work_lists(user: Any) -> list[WorkList]:
    """Return the lists of a person's roles that hold anything."""
    held = grants_of(user).roles()
    makers = [maker for role, own in MAKERS.items() if role in held for maker in own]
    return [found for maker in makers for found in maker(user) if found.rows]


def queries_to_answer(user: Any) -> Iterator[WorkList]:
    """Tell a coordinator what their hospitals are asked, the most urgent first."""
    yield _queries(user, QueryState.OPEN, _("Queries to answer"))


def queries_to_settle(user: Any) -> Iterator[WorkList]:
    """Tell a data manager which answers wait for a decision, the most urgent first."""
    yield _queries(user, QueryState.ANSWERED, _("Answered queries"))


def _queries(user: Any, state: QueryState, title: str) -> WorkList:
    found = queries_waiting(user, state, SHOWN_AT_MOST + 1)
    words, now, filters = words_of(found), timezone.now(), QueryFilters(state=state.lower())
    rows = [
        WorkRow(query_address(query, filters), query.patient.study_id, words[query.pk], age_words(query, now))
        for query in found
    ]
    return _list(f"queries-{state.lower()}", title, rows, list_address(filters))


def drafts(user: Any) -> Iterator[WorkList]:
    """Tell a coordinator what they have typed and not saved."""
    found = drafts_to_finish(user, SHOWN_AT_MOST + 1)
    more = reverse("cases") + "?standing=drafts"
    yield _list("drafts", _("Drafts to finish"), [_draft(draft) for draft in found], more)


def _draft(draft: Draft) -> WorkRow:
    ago = _("typed %(time)s ago") % {"time": timesince(draft.saved_at, depth=1)}
    return WorkRow(draft_address(draft), draft.patient.study_id, _form_label(draft.form), ago)


def follow_ups(user: Any) -> Iterator[WorkList]:
    """Tell a coordinator whose contact after a month or two is not recorded."""
    today = timezone.localdate()
    rows = [
        _follow_up(course, (today - course.infused_on).days)
        for course in follow_ups_due(user, today, SHOWN_AT_MOST + 1)
    ]
    yield _list("follow-ups", _("Follow-up due"), rows, reverse("cases") + "?sort=-infused_on")


def _follow_up(course: InfusionCourse, day: int) -> WorkRow:
    act = _("Record the contact of day +%(day)s") % {"day": course.due_day}
    url = form_address(course.patient_id, "follow_up")
    return WorkRow(url, course.patient.study_id, act, _("today is day +%(day)s") % {"day": day})


def covariates(user: Any) -> Iterator[WorkList]:
    """Tell a coordinator which cases lack what the study's models need."""
    rows = [
        WorkRow(
            form_address(course.patient_id, COVARIATES[missing[0]]),
            course.patient.study_id,
            _("Enter %(what)s") % {"what": _(COVARIATE_WORDS[missing[0]])},
            _("also missing: %(what)s") % {"what": ", ".join(_(COVARIATE_WORDS[name]) for name in missing[1:])}
            if missing[1:]
            else "",
        )
        for course, missing in covariates_missing(user, SHOWN_AT_MOST + 1)
    ]
    note = _("Of the %(count)s latest infusions.") % {"count": LATEST}
    yield _list("covariates", _("Covariates missing"), rows, reverse("cases") + "?sort=-infused_on", note)


def unsigned(user: Any) -> Iterator[WorkList]:
    """Tell an investigator which cases are complete and wait for a signature."""
    rows = [
        WorkRow(
            reverse("case", args=[course.patient_id]),
            course.patient.study_id,
            _("Review and sign"),
            _("infused %(day)s") % {"day": course.infused_on.isoformat()},
        )
        for course in complete_unsigned(user, SHOWN_AT_MOST + 1)
    ]
    note = _("Of the %(count)s latest infusions.") % {"count": LATEST}
    yield _list("unsigned", _("Complete and not signed"), rows, reverse("cases") + "?standing=open", note)


def failed_runs(user: Any) -> Iterator[WorkList]:
    """Tell a data manager which runs of the checks failed and were not made good since."""
    rows = [_failed_run(run) for run in runs_failed(SHOWN_AT_MOST + 1)]
    yield _list("failed-runs", _("Runs of the checks"), rows, reverse("check_runs"))


def _failed_run(run: CheckRun) -> WorkRow:
    ago = _("%(time)s ago") % {"time": timesince(run.created_at, depth=1)}
    return WorkRow(run_address(run), run_title(run), _("A run of the checks failed"), ago)


def quiet(user: Any) -> Iterator[WorkList]:
    """Tell a data manager which sites seem to have stopped."""
    today = timezone.localdate()
    rows = []
    for found in quiet_sites(user, today, SHOWN_AT_MOST + 1):
        url = f"{reverse('cases')}?site={found.site.code}&sort=-infused_on"
        rows.append(WorkRow(url, found.site.code, found.site.name, _since(found.infused_on, today)))
    title = _("Sites quiet for more than %(days)s days") % {"days": QUIET_DAYS}
    yield _list("quiet", title, rows, "", _("Judged by the latest infusion and the latest upload."))


def _since(infused_on: Any, today: Any) -> str:
    if infused_on is None:
        return _("no case yet")
    days = (today - infused_on).days
    return ngettext("latest infusion %(count)s day ago", "latest infusion %(count)s days ago", days) % {"count": days}


def _list(code: str, title: str, rows: list[WorkRow], more_url: str, note: str = "") -> WorkList:
    """Return a list of the rows that are shown; one more than those says that there are others."""
    return WorkList(code, title, rows[:SHOWN_AT_MOST], more_url if len(rows) > SHOWN_AT_MOST else "", note)


def _form_label(code: str) -> str:
    try:
        return _(case_form(code).label)
    except LookupError:
        return code


MAKERS: dict[Role, tuple[Callable[[Any], Iterator[WorkList]], ...]] = {
    Role.COORDINATOR: (queries_to_answer, drafts, follow_ups, covariates),
    Role.INVESTIGATOR: (unsigned,),
    Role.DATA_MANAGER: (failed_runs, queries_to_settle, quiet),
}
