"""About how many cases a cohort has, told while it is being put together."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from exports.cohorts.checking import CohortError
from exports.selectors.feasibility import feasibility_count
from exports.web.requests.forms import CohortForm
from sites.access import guard
from sites.roles import Permission


@require_POST
@guard(Permission.REQUEST_CREATE)
def request_count(request: HttpRequest) -> HttpResponse:
    """Return the part of the page that tells the count of the cohort as it is chosen now."""
    return render(request, "exports/requests/count.html", count_facts(CohortForm(request.POST)))


def count_facts(form: CohortForm) -> dict[str, Any]:
    """Return the counts of a form's cohort and of all cases; of a form with a mistake, that of all cases alone."""
    everybody = feasibility_count({})
    if not form.is_bound:
        return {"count": _of(form.initial), "everybody": everybody}
    form.is_valid()
    cohort = form.cleaned_data.get("cohort")
    return {"count": feasibility_count(cohort) if cohort is not None else None, "everybody": everybody}


def _of(initial: Any) -> Any:
    try:
        return feasibility_count(initial.get("cohort", {}))
    except CohortError:
        return None
