"""Completing and locking: what is decided on the page of a case, and the board of all locks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from registry.models import Patient
from registry.selectors.cases import case_slice, cases_visible
from registry.selectors.status import case_locks, case_states, form_states, form_topics, site_lock_of, site_locks
from registry.services.blockers import site_blockers_asked
from registry.services.locks import WriteRefused, case_lock, case_unlock, site_lock, site_unlock
from registry.services.signatures import signed_cases
from registry.services.status import form_complete, form_reopen
from registry.web.blocked import blocked_words
from registry.web.forms.locks import FormAct, SiteAct
from sites.access import can, guard
from sites.models import Site
from sites.roles import Permission

ON_A_PAGE = 50
STOPPED_BY_CHECKS: Mapping[str, Promise | str] = {
    "complete": gettext_lazy("Not complete yet. Correct these values, or ask a data manager to let them pass:"),
    "lock": gettext_lazy("Not locked. These values have to be corrected, or let pass with a reason, first:"),
}


def forms_panel(request: HttpRequest, patient: Patient) -> dict[str, Any]:
    """Return what the page of a case shows of its forms, and what this person may do with them."""
    states = form_states(patient)
    return {
        "states": states,
        "complete": sum(state.is_complete for state in states),
        "case_lock": case_locks(patient).get(""),
        "site_lock": site_lock_of(patient),
        "may_edit": can(request.user, Permission.CASE_EDIT, patient.site_id),
        "may_lock": can(request.user, Permission.CASE_LOCK, patient.site_id),
        "form": FormAct(),
    }


@guard(Permission.CASE_EDIT)
@require_POST
def case_forms(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """Complete a form of a case, or open it again."""
    return _decide(request, patient_id, {"complete": _complete, "reopen": form_reopen})


@guard(Permission.CASE_LOCK)
@require_POST
def case_locks_decide(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """Lock or unlock a form of a case, or all of it."""
    return _decide(request, patient_id, {"lock": case_lock, "unlock": case_unlock})


def _complete(*, patient: Patient, topic: str, by: Any, reason: str) -> None:
    form_complete(patient=patient, topic=topic, by=by)


def _decide(request: HttpRequest, patient_id: UUID, acts: Mapping[str, Callable[..., None]]) -> HttpResponse:
    patient = get_object_or_404(cases_visible(request.user).select_related("site"), pk=patient_id)
    form, act = FormAct(request.POST), acts.get(request.POST.get("act", ""))
    if act is None or not form.is_valid():
        raise Http404
    try:
        act(patient=patient, by=request.user, **form.cleaned_data)
    except LookupError:
        messages.error(request, _("Choose a form."))
    except WriteRefused as refused:
        messages.error(request, _refusal(request, patient, form.cleaned_data["topic"], refused))
    return redirect(reverse("case", args=[patient.pk]) + "#forms")


def _refusal(request: HttpRequest, patient: Patient, topic: str, refused: WriteRefused) -> str:
    """Return why not: where checks stop it, each violation with the way to its row."""
    act = request.POST["act"]
    if act not in STOPPED_BY_CHECKS:
        return " ".join(refused.messages)
    found = blocked_words(request.user, patient, [topic] if topic else (), at_lock=act == "lock")
    return format_html("{} {}", STOPPED_BY_CHECKS[act], found) if found else " ".join(refused.messages)


@guard(Permission.CASE_LOCK)
@require_GET
@never_cache
def locks(request: HttpRequest) -> HttpResponse:
    """Show up to which day each site is locked, and case by case what is complete, locked and signed."""
    sites = list(Site.objects.visible_to(request.user))
    site = next((entry for entry in sites if entry.code == request.GET.get("site")), None)
    found = case_slice(request.user, ON_A_PAGE, site_id=site and site.pk, after=_uuid(request.GET.get("after")))
    shown, held = found[:ON_A_PAGE], site_locks()
    signed = signed_cases(shown)
    context = {
        "sites": [(entry, held.get(entry.pk), SiteAct(prefix=entry.code)) for entry in sites],
        "site": site,
        "cases": [(state, signed.get(state.patient.pk)) for state in case_states(shown)],
        "forms": len(form_topics()),
        "following": shown[-1].pk if len(found) > ON_A_PAGE else None,
        "is_further": bool(request.GET.get("after")),
    }
    return render(request, "registry/locks/board.html", context)


@guard(Permission.CASE_LOCK)
@require_POST
def site_lock_decide(request: HttpRequest, site_id: UUID) -> HttpResponse:
    """Lock the cases of a site up to a day, or unlock the site."""
    site = get_object_or_404(Site.objects.visible_to(request.user), pk=site_id)
    form = SiteAct(request.POST, prefix=site.code)
    if form.is_valid():
        _act_on_site(request, site, **form.cleaned_data)
    else:
        messages.error(request, " ".join(error for errors in form.errors.values() for error in errors))
    return redirect("locks")


def _act_on_site(request: HttpRequest, site: Site, *, until_on: Any, reason: str) -> None:
    try:
        if request.POST.get("act") == "unlock":
            site_unlock(site=site, by=request.user, reason=reason)
        else:
            site_lock(site=site, until_on=until_on, by=request.user, reason=reason)
    except WriteRefused as refused:
        if request.POST.get("act") != "unlock":
            site_blockers_asked(site=site, until_on=until_on, by=request.user)
        messages.error(request, _site_refusal(site, refused))


def _site_refusal(site: Site, refused: WriteRefused) -> str:
    """Return why not; several sentences are those of checks, whose queries stand in the list."""
    words = " ".join(refused.messages)
    if len(refused.messages) == 1:
        return words
    url = f"{reverse('queries')}?{urlencode({'site': site.code, 'state': 'all'})}"
    return format_html('{} <a href="{}">{}</a>', words, url, _("See the queries of this site"))


def _uuid(text: str | None) -> UUID | None:
    try:
        return UUID(text or "")
    except ValueError:
        return None
