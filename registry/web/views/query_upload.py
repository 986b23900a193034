"""A file of questions: looked through first, asked only after the person has seen what it says."""

from __future__ import annotations

import base64
import binascii

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from registry.intake.query_file import COLUMNS, QuestionFile, key_words, question_file_read
from registry.selectors.cases import case_topics
from registry.services.query_asking import queries_open
from registry.web.forms.queries import QueryFileForm
from sites.access import guard
from sites.roles import Permission

UNDONE = 422
ALL, GOOD = "all", "good"
PAGE, PREVIEW = "registry/queries/upload.html", "registry/queries/upload_preview.html"


@guard(Permission.QUERY_OPEN)
@require_http_methods(["GET", "POST"])
@never_cache
def queries_csv_upload(request: HttpRequest) -> HttpResponse:
    """Take a file, show what it asks and what is wrong with it, and ask on a second act."""
    if request.method == "POST" and request.POST.get("act") in (ALL, GOOD):
        return _decide(request, request.POST["act"])
    form = QueryFileForm(request.POST or None, request.FILES or None)
    if form.is_bound and form.is_valid():
        content = form.cleaned_data["file"].read()
        return _preview(request, content, question_file_read(request.user, content))
    return render(request, PAGE, _facts(form), status=UNDONE if form.is_bound else 200)


def _facts(form: QueryFileForm) -> dict[str, object]:
    topics = [(topic, key_words(topic)) for topic in case_topics()]
    return {"form": form, "topics": topics, "columns": COLUMNS}


def _preview(request: HttpRequest, content: bytes, found: QuestionFile, *, status: int = 200) -> HttpResponse:
    context = {**_facts(QueryFileForm()), "found": found, "content": base64.b64encode(content).decode("ascii")}
    context["may_ask_all"] = bool(found.lines) and not found.problems
    context["may_ask_good"] = bool(found.lines) and bool(found.problems)
    return render(request, PREVIEW, context, status=UNDONE if found.problems else status)


def _decide(request: HttpRequest, act: str) -> HttpResponse:
    """Look through the file once more, as it came back from the page, and ask; a problem that is new is shown first."""
    try:
        content = base64.b64decode(request.POST.get("content", ""), validate=True)
    except binascii.Error as error:
        raise Http404 from error
    found = question_file_read(request.user, content)
    if found.is_refused or not found.lines or (found.problems and act == ALL):
        return _preview(request, content, found)
    count = queries_open(questions=[line.question for line in found.lines], by=request.user)
    words = ngettext("%(count)s question is asked.", "%(count)s questions are asked.", count)
    messages.success(request, words % {"count": count})
    if found.problems:
        left = ngettext("%(count)s line was left out.", "%(count)s lines were left out.", len(found.problems))
        messages.warning(request, left % {"count": len(found.problems)})
    return redirect(f"{reverse('queries')}?state=open&kind=hand")
