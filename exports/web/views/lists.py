"""The list of releases, and the page on which a new one is asked for."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from exports import services
from exports.freeze.eligibility import Exclusion
from exports.models import Release
from exports.selectors import preview, releases_visible
from exports.selectors.holders import releases_withdrawn_from
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
    may_freeze = can(user, Permission.RELEASE_FREEZE)
    withdrawn = [] if may_freeze else releases_withdrawn_from(user)
    facts = {"releases": releases_visible(user), "withdrawn": withdrawn, "may_freeze": may_freeze}
    return render(request, "exports/releases.html", facts)


@require_http_methods(["GET", "POST"])
@guard(Permission.RELEASE_FREEZE)
def release_new(request: HttpRequest) -> HttpResponse:
    """Show what a release would hold and leave out, and ask for it."""
    user = person(request)
    leaving, left_out = preview(user, timezone.localdate())
    form = NewReleaseForm(request.POST or None, blocked=left_out[Exclusion.BLOCKED])
    if request.method == "POST" and form.is_valid() and (release := _request(form, user)):
        return redirect("release", pk=release.pk)
    reasons = [(reason.label, n) for reason, n in left_out.items()]
    facts = {"form": form, "leaving": leaving, "reasons": reasons, "left_out": sum(left_out.values())}
    facts["blocked"] = left_out[Exclusion.BLOCKED]
    return render(request, "exports/release_new.html", facts)


def _request(form: NewReleaseForm, user: User) -> Release | None:
    """Ask for the release, with its project if that is new: both or nothing. None where the form has to say why not."""
    cleaned = form.cleaned_data
    chosen = {name: cleaned[name] for name in ("name", "profile", "formats", "coarsening")}
    chosen["leaves_out_blocked"] = cleaned.get("leaves_out_blocked", False)
    try:
        with transaction.atomic():
            project = cleaned["project"] or services.project_create(title=cleaned["title"], by=user)
            return services.release_request(project=project, by=user, **chosen)
    except ValidationError as error:
        form.add_error(None, error.messages)
        return None
