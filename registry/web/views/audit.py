"""The audit trail of the whole registry: search, file, the log of reads, the seal."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

from celery import current_app
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from registry.selectors.history import Place, happenings, searched
from registry.selectors.reads import reads_visible
from registry.web.audit_csv import audit_csv
from registry.web.forms.audit import AuditSearchForm, ReadsForm
from registry.web.history_page import Entry, entry_of
from sites.access import guard
from sites.models import AccessKind, Seal, SealCheck
from sites.reads import access_record
from sites.roles import Permission
from sites.sealing.findings import Break
from sites.tasks import AUDIT_SEAL

logger = logging.getLogger(__name__)
ON_A_PAGE = 50
IN_A_FILE = 20_000
AT_ONCE = 1_000


@guard(Permission.AUDIT_VIEW)
@require_GET
@never_cache
def audit(request: HttpRequest) -> HttpResponse:
    """Search the audit trail, and show how its seal stands."""
    form = AuditSearchForm(request.GET)
    before = Place.read(request.GET.get("before", ""))
    found = happenings(searched(request.user, **form.asked()), ON_A_PAGE + 1, before=before) if form.is_valid() else []
    if form.is_valid() and not before and (words := _words(form)):
        access_record(AccessKind.AUDIT_SEARCH, object_type="audit", detail=words)
    facts: dict[str, Any] = {"form": form, "before": before, "seal": _seal()}
    facts["entries"] = [entry_of(happening, everything=False) for happening in found[:ON_A_PAGE]]
    facts["following"] = found[ON_A_PAGE - 1].place if len(found) > ON_A_PAGE else None
    return render(request, "registry/audit/search.html", facts)


def _words(form: AuditSearchForm) -> str:
    return ", ".join(f"{name}={value}" for name, value in form.cleaned_data.items() if value)


def _seal() -> dict[str, Any]:
    check = SealCheck.objects.order_by("-id").first()
    breaks = [Break(**found) for found in check.breaks] if check else []
    return {"last": Seal.objects.order_by("-number").first(), "check": check, "breaks": breaks}


@guard(Permission.AUDIT_VIEW)
@require_GET
@never_cache
def audit_file(request: HttpRequest) -> HttpResponse:
    """Download what a search finds, up to 20,000 events; the download is logged."""
    form = AuditSearchForm(request.GET)
    if not form.is_valid():
        return redirect("audit")
    access_record(AccessKind.AUDIT_EXPORT, object_type="audit", detail=_words(form))
    content = audit_csv(_entries(searched(request.user, **form.asked())))
    headers = {"Content-Disposition": 'attachment; filename="audit.csv"', "Cache-Control": "no-store"}
    return HttpResponse(content, content_type="text/csv; charset=utf-8", headers=headers)


def _entries(found: list[Any]) -> Iterator[Entry]:
    before: Place | None = None
    for _round in range(IN_A_FILE // AT_ONCE):
        part = happenings(found, AT_ONCE, before=before)
        yield from (entry_of(happening, everything=False) for happening in part)
        if len(part) < AT_ONCE:
            return
        before = part[-1].place


@guard(Permission.AUDIT_VIEW)
@require_POST
def audit_seal(request: HttpRequest) -> HttpResponse:
    """Ask a worker to seal what is new and to examine the whole."""
    transaction.on_commit(_ask_for_seal, robust=True)
    messages.success(request, _("A worker seals and examines the audit trail now. Load this page again in a moment."))
    return redirect("audit")


def _ask_for_seal() -> None:
    try:
        current_app.send_task(AUDIT_SEAL, retry=False)
    except Exception as error:  # the clock seals every night whether or not a broker answers now
        logger.warning("No broker took the message for a seal (%s).", type(error).__name__)


@guard(Permission.AUDIT_VIEW)
@require_GET
@never_cache
def audit_reads(request: HttpRequest) -> HttpResponse:
    """Show the log of reads: identities, downloads, searches."""
    form = ReadsForm(request.GET)
    before = request.GET.get("before", "")
    number = int(before) if before.isdecimal() and len(before) < 19 else None
    found = reads_visible(request.user, ON_A_PAGE + 1, before=number, **form.asked()) if form.is_valid() else []
    following = found[ON_A_PAGE - 1].pk if len(found) > ON_A_PAGE else None
    facts = {"form": form, "reads": found[:ON_A_PAGE], "before": number, "following": following}
    return render(request, "registry/audit/reads.html", facts)
