"""The edit checks: a list of all, and of each its settings, what another setting would do, and what it has asked."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from registry.selectors.check_work import run_latest
from registry.services.check_settings import check_set, thresholds_of
from registry.web.check_page import check_facts
from registry.web.check_proposal import limits_in, proposal_facts
from registry.web.checks_csv import checks_csv
from registry.web.checks_list import STANDINGS, ChecksWanted, checks_lines, groups_of, severity_choices
from registry.web.forms.checks import DecideForm, SettingForm, seen_mark
from sites.access import guard
from sites.models import AccessKind
from sites.reads import access_record
from sites.roles import Permission


@guard(Permission.CHECK_MANAGE)
@require_GET
@never_cache
def checks(request: HttpRequest) -> HttpResponse:
    """List the checks by form; search and filters are kept in the address."""
    wanted = ChecksWanted.read(request.GET)
    lines = checks_lines(request.user, wanted)
    facts = {"wanted": wanted, "groups": groups_of(lines), "count": len(lines), "latest": run_latest()}
    facts |= {"severities": list(severity_choices()), "standings": STANDINGS.items()}
    return render(request, "registry/checks/list.html", facts)


@guard(Permission.CHECK_MANAGE)
@require_GET
@never_cache
def checks_file(request: HttpRequest) -> HttpResponse:
    """Download the list of checks as it is filtered."""
    content = checks_csv(checks_lines(request.user, ChecksWanted.read(request.GET)))
    access_record(AccessKind.DOWNLOAD, object_type="checks", detail="checks.csv")
    headers = {"Content-Disposition": 'attachment; filename="checks.csv"', "Cache-Control": "no-store"}
    return HttpResponse(content, content_type="text/csv; charset=utf-8", headers=headers)


@guard(Permission.CHECK_MANAGE)
@require_http_methods(["GET", "POST"])
@never_cache
def check(request: HttpRequest, code: str) -> HttpResponse:
    """Show one check. A proposal stands in the address and is tried out on the page; a decision is sent."""
    try:
        thresholds_of(code)
    except LookupError:
        raise Http404 from None
    is_sent = request.method == "POST"
    form = (
        DecideForm(code, request.POST) if is_sent else SettingForm(code, request.GET if "dry" in request.GET else None)
    )
    if is_sent and _decided(request, form):
        return redirect("check", code)
    facts: dict[str, Any] = {**check_facts(request.user, code), "form": form, "limits": limits_in(form)}
    if form.is_bound and (form.is_valid() or form.setting):
        facts |= proposal_facts(request.user, form)
    return render(request, "registry/checks/check.html", facts, status=422 if is_sent else 200)


def _decided(request: HttpRequest, form: DecideForm) -> bool:
    """Save what was decided; False, with the reason in the form, where that is not to be done yet."""
    if not form.is_valid():
        return False
    setting, since = form.setting, form.cleaned_data["since"]
    if since is None or form.cleaned_data["seen"] != seen_mark(setting, since):
        form.refuse(ValidationError(_("Look at what these values would do, then save.")))
        return False
    try:
        row = check_set(
            code=setting.code, is_on=setting.is_on, thresholds=setting.limits, reason=form.cleaned_data["reason"],
            by=request.user, since=since,
        )  # fmt: skip
    except ValidationError as refused:
        form.refuse(refused)
        return False
    if row is None:
        messages.info(request, _("Nothing was changed: this is how the check is set already."))
    else:
        messages.success(request, _("Saved. The check runs over all hospitals now."))
    return True
