"""A new case: three fields, a look for duplicates, and on to its first form."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from registry.models import Patient
from registry.services.cases import case_create
from registry.web.case_links import form_address
from registry.web.forms.cases import NewCaseForm
from sites.access import guard
from sites.roles import Permission


@sensitive_post_parameters("local_record_number")
@guard(Permission.CASE_EDIT)
@require_http_methods(["GET", "POST"])
@never_cache
def case_new(request: HttpRequest) -> HttpResponse:
    """Ask for a case and create it; cases infused alike are shown once before it is entered all the same."""
    form = NewCaseForm(request.user, request.POST if request.method == "POST" else None)
    is_ready = form.is_bound and form.is_valid() and form.is_decided(request.POST.get("act", ""))
    if is_ready and (created := _created(request, form)):
        messages.success(request, _("Case %(case)s has been entered.") % {"case": created.study_id})
        return redirect(form_address(created.pk, "patient"))
    return render(request, "registry/cases/new.html", {"form": form})


def _created(request: HttpRequest, form: NewCaseForm) -> Patient | None:
    given = {name: value for name, value in form.cleaned_data.items() if name != "seen"}
    try:
        return case_create(**given, by=request.user)
    except ValidationError as refused:
        by_field = refused.error_dict if hasattr(refused, "error_dict") else {None: refused.error_list}
        for name, errors in by_field.items():
            form.add_error(name if name in form.fields else None, errors)
        return None
