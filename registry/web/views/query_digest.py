"""The e-mail about data queries: how often one wants it, and what it would say today."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from registry.selectors.query_digest import digest_choice, digest_of
from registry.services.digest import digest_choose, digest_letter
from registry.web.forms.digest import DigestForm
from sites.access import guard
from sites.roles import Permission


@guard(Permission.CASE_VIEW)
@require_http_methods(["GET", "POST"])
@never_cache
def query_digest(request: HttpRequest) -> HttpResponse:
    """Show the choice with a preview of today's letter, and keep a new choice."""
    choice = digest_choice(request.user)
    posted = request.POST if request.method == "POST" else None
    form = DigestForm(posted, initial={"frequency": choice.frequency})
    if request.method == "POST" and form.is_valid():
        digest_choose(frequency=form.cleaned_data["frequency"], by=request.user)
        messages.success(request, _("Your choice is kept."))
        return redirect("query_digest")
    parts = digest_of(request.user, timezone.now())
    subject, text = digest_letter(parts) if parts else ("", "")
    context = {"form": form, "choice": choice, "subject": subject, "letter": text, "to": request.user.email}
    return render(request, "registry/queries/digest.html", context)
