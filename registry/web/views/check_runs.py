"""Runs of the edit checks: ask for one, and see how far it is and what it did."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from registry.models import RunState
from registry.selectors.check_work import runs, sites_to_check
from registry.services.check_runs import run_again, site_check
from registry.web.check_runs_page import run_line
from registry.web.forms.checks import RunForm
from sites.access import guard
from sites.roles import Permission

ON_A_PAGE = 25


@guard(Permission.CHECK_MANAGE)
@require_http_methods(["GET", "POST"])
@never_cache
def check_runs(request: HttpRequest) -> HttpResponse:
    """List the runs, the newest first, and have the checks of one hospital run, or of all."""
    is_sent = request.method == "POST"
    form = RunForm(sites_to_check(request.user), request.POST if is_sent else None)
    if is_sent and form.is_valid():
        return redirect("check_run", site_check(site=form.cleaned_data["site"], by=request.user).pk)
    page = Paginator(runs(), ON_A_PAGE).get_page(request.GET.get("page"))
    facts = {"form": form, "page": page, "lines": [run_line(run) for run in page]}
    return render(request, "registry/checks/runs.html", facts, status=422 if is_sent else 200)


@guard(Permission.CHECK_MANAGE)
@require_http_methods(["GET", "POST"])
@never_cache
def check_run(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """Show how far a run is; while it goes on the page asks again every 3 seconds. A failed one is asked for again."""
    run = get_object_or_404(runs(), pk=run_id)
    if request.method == "POST":
        if run.state == RunState.FAILED:
            return redirect("check_run", run_again(run=run, by=request.user).pk)
        messages.warning(request, _("Nothing was done: this run has not failed."))
        return redirect("check_run", run.pk)
    return render(request, "registry/checks/run.html", {"line": run_line(run), "run": run})
