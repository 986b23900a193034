"""The list of releases, and the page on which a new one is asked for."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from exports import services
from exports.freeze.eligibility import Exclusion
from exports.models import Release
from exports.selectors import preview, releases_visible
from exports.web.forms import NewReleaseForm
from exports.web.person import person
from sites.access import can, guard
from sites.models import User
from sites.roles import Permission


@require_GET
@guard(Permission.RELEASE_VIEW)
def releases(request: HttpRequest) -> HttpResponse:
    """List the releases that the person may know of."""
    user = person(request)
    facts = {"releases": releases_visible(user), "may_freeze": can(user, Permission.RELEASE_FREEZE)}
    return render(request, "exports/releases.html", facts)


@require_http_methods(["GET", "POST"])
@guard(Permission.RELEASE_FREEZE)
def release_new(request: HttpRequest) -> HttpResponse:
    """Show what a release would hold and leave out, and ask for it."""
    user = person(request)
    leaving, left_out = preview(user, timezone.localdate())
    form = NewReleaseForm(request.POST or None, blocked=left_out[Exclusion.BLOCKED])
    if request.method == "POST" and form.is_valid():
        return redirect("release", pk=_request(form, user).pk)
    reasons = [(reason.label, n) for reason, n in left_out.items()]
    facts = {"form": form, "leaving": leaving, "reasons": reasons, "left_out": sum(left_out.values())}
    facts["blocked"] = left_out[Exclusion.BLOCKED]
    return render(request, "exports/release_new.html", facts)


def _request(form: NewReleaseForm, user: User) -> Release:
    cleaned = form.cleaned_data
    project = cleaned["project"] or services.project_create(title=cleaned["title"], by=user)
    leaves_out = cleaned.get("leaves_out_blocked", False)
    return services.release_request(project=project, name=cleaned["name"], by=user, leaves_out_blocked=leaves_out)
