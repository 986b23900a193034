"""The page on which a data manager decides on a request: what was asked, what is known, what can be done next."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from exports import services
from exports.models import DataRequest, RequestState
from exports.selectors import blocked_cases, requests_visible
from exports.services.held import report_mark
from exports.services.jobs import NotAllowedNowError
from exports.services.requests import approval_obstacle, no_use
from exports.web.decisions.asked import asked_facts
from exports.web.decisions.forms import APPROVE, AssessForm, DecisionForm
from exports.web.decisions.held import held_facts
from exports.web.decisions.stages import Stage, release_of, stage_of
from exports.web.decisions.waiting import has_changed
from exports.web.person import person
from sites.access import guard
from sites.models import User
from sites.roles import Permission


@require_http_methods(["GET", "POST"])
@guard(Permission.REQUEST_DECIDE)
def request_decide(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show a request with all that is known of it, and take the decision."""
    asked, user = _asked(request, pk), person(request)
    if request.method == "GET":
        return _shown(request, asked)
    _not_ones_own(asked, user)
    form = DecisionForm(request.POST, obstacle=approval_obstacle(asked))
    if not (form.is_valid() and _decided(request, asked, form)):
        return _shown(request, asked, decision=form)
    return redirect("request_decide", pk=pk)


@require_POST
@guard(Permission.REQUEST_DECIDE)
def request_assess(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Have the data of a request frozen and their risk assessed."""
    asked, user = _asked(request, pk), person(request)
    _not_ones_own(asked, user)
    form = AssessForm(request.POST, asked=asked, blocked=_blocked(user))
    if not (form.is_valid() and _assessed(request, asked, form)):
        return _shown(request, asked, assess=form)
    return redirect("request_decide", pk=pk)


def _asked(request: HttpRequest, pk: UUID) -> DataRequest:
    """Return a request that was submitted; a draft is nobody's but its author's."""
    asked: DataRequest = get_object_or_404(requests_visible(person(request)), pk=pk)
    if asked.state == RequestState.DRAFT:
        raise Http404
    return asked


def _not_ones_own(asked: DataRequest, user: User) -> None:
    if asked.requested_by_id == user.pk:
        raise PermissionDenied("request.own")


def _blocked(user: User) -> int:
    return len(blocked_cases(user, timezone.localdate()))


def _shown(
    request: HttpRequest, asked: DataRequest, *, assess: AssessForm | None = None, decision: DecisionForm | None = None
) -> HttpResponse:
    user, release, stage = person(request), release_of(asked), stage_of(asked, person(request))
    facts: dict[str, Any] = {"stage": stage.name, "release": release, "may_freeze": True, **asked_facts(asked)}
    facts["is_own"] = asked.requested_by_id == user.pk
    facts["useless"] = no_use(asked) if stage in Stage.open_ones() else ""
    if release is not None:
        facts["job"] = release.job
    if release is not None and release.risk:
        facts |= held_facts(release, user)
    if stage in Stage.assessable():
        blocked = _blocked(user)
        facts |= {"assess": assess or AssessForm(asked=asked, blocked=blocked), "blocked": blocked}
    if stage in Stage.open_ones():
        obstacle = approval_obstacle(asked)
        seen = report_mark(release) if release is not None and release.risk else ""
        facts |= {"decision": decision or DecisionForm(obstacle=obstacle, seen=seen), "obstacle": obstacle}
    return render(request, "exports/decide.html", facts)


def _assessed(request: HttpRequest, asked: DataRequest, form: AssessForm) -> bool:
    """Queue the assessment, with a new project if one is wanted; False where the form has to say why not."""
    cleaned, user = form.cleaned_data, person(request)
    leaves_out = cleaned.get("leaves_out_blocked", False)
    try:
        with transaction.atomic():
            project = cleaned["project"] or services.project_create(title=cleaned["title"], by=user)
            services.request_assess(request=asked, by=user, project=project, leaves_out_blocked=leaves_out)
    except NotAllowedNowError:
        has_changed(request)
    except ValidationError as error:
        form.add_error(None, error.messages)
        return False
    return True


def _decided(request: HttpRequest, asked: DataRequest, form: DecisionForm) -> bool:
    """Approve or refuse; False where the form has to say why not."""
    cleaned, user = form.cleaned_data, person(request)
    try:
        if cleaned["decision"] == APPROVE:
            told = {name: cleaned[name] for name in ("reason", "valid_until", "seen")}
            services.request_approve(request=asked, by=user, **told)
            messages.success(request, _("Approved. The packages are being made; then the person may download them."))
        else:
            services.request_refuse(request=asked, by=user, reason=cleaned["reason"])
            messages.success(request, _("Refused. The person who asked reads the reason."))
    except NotAllowedNowError:
        has_changed(request)
    except ValidationError as error:
        form.add_error(None, error)
        return False
    return True
