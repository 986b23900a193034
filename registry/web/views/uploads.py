"""Uploads: hand in files, see what is wrong with them, decide what becomes of them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from registry import intake
from registry.intake.downloads import findings_csv, rejected_csv, template_csv
from registry.intake.topics import topic_of_code, upload_topics
from registry.models import Upload, UploadFile
from registry.models.uploads import UploadMode
from registry.selectors.uploads import uploads_visible
from registry.web.forms.uploads import UploadForm
from registry.web.upload_page import upload_page
from sites.access import guard
from sites.models import AccessKind
from sites.reads import access_record
from sites.roles import Permission

ON_A_PAGE = 25


@guard(Permission.CASE_UPLOAD)
@require_GET
def uploads(request: HttpRequest) -> HttpResponse:
    """List the uploads of the person's sites, the newest first."""
    page = Paginator(uploads_visible(request.user), ON_A_PAGE).get_page(request.GET.get("page"))
    return render(request, "registry/uploads.html", {"page": page})


@guard(Permission.CASE_UPLOAD)
@require_http_methods(["GET", "POST"])
def upload_new(request: HttpRequest) -> HttpResponse:
    """Take in files; they are checked first, and saved only after the person has seen the result."""
    form = UploadForm(request.user, request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        sent = _submitted(request, form)
        if sent is not None:
            intake.enqueue(sent)
            return redirect("upload", sent.pk)
    return render(request, "registry/upload_new.html", {"form": form, "topics": upload_topics()})


def _submitted(request: HttpRequest, form: UploadForm) -> Upload | None:
    given: dict[str, Any] = dict(form.cleaned_data)
    files = {file.name: file.read() for file in given.pop("files")}
    try:
        return intake.submit(by=request.user, files=files, commit=False, **given)
    except intake.UploadRefused as refused:
        form.add_error("files", str(refused))
        return None


@guard(Permission.CASE_UPLOAD)
@require_GET
@never_cache
def upload(request: HttpRequest, upload_id: UUID) -> HttpResponse:
    """Show how far an upload is and what was found; while work goes on the page asks again every 3 seconds."""
    return render(request, "registry/upload.html", upload_page(_visible(request, upload_id)))


@guard(Permission.CASE_UPLOAD)
@require_POST
def upload_decide(request: HttpRequest, upload_id: UUID) -> HttpResponse:
    """Save a checked upload, all of it or its good rows, or discard it."""
    sent, act = _visible(request, upload_id), request.POST.get("act")
    if act == "discard":
        was_there = intake.discard(sent, by=request.user)
    elif act in set(UploadMode.values):
        was_there = intake.commit(sent, by=request.user, mode=act)
    else:
        raise Http404
    if not was_there:
        messages.warning(request, _("Nothing was done: somebody has decided on this upload already."))
    return redirect("upload", sent.pk)


@guard(Permission.CASE_UPLOAD)
@require_GET
def upload_findings(request: HttpRequest, upload_id: UUID) -> HttpResponse:
    """Download the findings."""
    sent = _visible(request, upload_id)
    name = "findings.csv"
    access_record(AccessKind.DOWNLOAD, object_type="upload", object_id=sent.pk, site=sent.site_id, detail=name)
    return _download(findings_csv(sent), name)


@guard(Permission.CASE_UPLOAD)
@require_GET
def upload_rejected(request: HttpRequest, upload_id: UUID, file_id: UUID) -> HttpResponse:
    """Download the rows of one file that were left out."""
    files = UploadFile.objects.select_related("upload").filter(upload=_visible(request, upload_id))
    file = get_object_or_404(files, pk=file_id, content__isnull=False)
    name = f"rejected_{file.topic}.csv"
    access_record(AccessKind.DOWNLOAD, object_type="upload", object_id=upload_id, site=file.site_id, detail=name)
    return _download(rejected_csv(file), name)


@guard(Permission.CASE_UPLOAD)
@require_GET
def upload_template(request: HttpRequest, code: str) -> HttpResponse:
    """Download an empty file of a topic."""
    topic = topic_of_code(code)
    if topic is None:
        raise Http404
    return _download(template_csv(topic), f"{topic.code}.csv")


def _visible(request: HttpRequest, upload_id: UUID) -> Upload:
    return get_object_or_404(uploads_visible(request.user), pk=upload_id)


def _download(content: bytes, name: str) -> HttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return HttpResponse(content, content_type="text/csv; charset=utf-8", headers=headers)
