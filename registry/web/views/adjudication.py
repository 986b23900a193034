"""Adjudication: the data manager assigns deaths, the adjudicators judge them by coded facts."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from registry.models import Death
from registry.selectors.deaths import deaths_visible
from registry.services.adjudication import (
    DeathState,
    adjudicators,
    death_states,
    review_assign,
    review_facts,
    review_record,
    reviews_assigned,
)
from registry.services.locks import WriteRefused
from registry.web.forms.adjudication import AssignForm, JudgeForm
from sites.access import guard
from sites.models import User
from sites.roles import Permission

ON_A_PAGE = 50


@guard(Permission.DEATH_ASSIGN)
@require_GET
@never_cache
def adjudication(request: HttpRequest) -> HttpResponse:
    """List the deaths with their judgements, those that want an adjudicator first."""
    found = deaths_visible(request.user).select_related("patient", "site").prefetch_related("reviews__adjudicator")
    page, people = Paginator(found, ON_A_PAGE).get_page(request.GET.get("page")), adjudicators()
    rows = [(state, _left(state, people) if state.wants else []) for state in death_states(page)]
    return render(request, "registry/adjudication/deaths.html", {"page": page, "rows": rows, "people": people})


def _left(state: DeathState, people: list[User]) -> list[User]:
    asked = {review.adjudicator_id for review in state.reviews}
    return [person for person in people if person.pk not in asked]


@guard(Permission.DEATH_ASSIGN)
@require_POST
def death_assign(request: HttpRequest, death_id: UUID) -> HttpResponse:
    """Ask one more adjudicator to judge a death."""
    death = get_object_or_404(Death.objects.visible_to(request.user), pk=death_id)
    form = AssignForm(adjudicators(), request.POST)
    if not form.is_valid():
        messages.error(request, _("Choose an adjudicator."))
    else:
        try:
            review_assign(death=death, adjudicator=form.cleaned_data["adjudicator"], by=request.user)
        except WriteRefused as refused:
            messages.error(request, " ".join(refused.messages))
    return redirect("adjudication")


@guard(Permission.DEATH_ADJUDICATE)
@require_GET
@never_cache
def reviews(request: HttpRequest) -> HttpResponse:
    """List the deaths that were assigned to the adjudicator."""
    return render(request, "registry/adjudication/reviews.html", {"reviews": reviews_assigned(request.user)})


@guard(Permission.DEATH_ADJUDICATE)
@require_http_methods(["GET", "POST"])
@never_cache
def review(request: HttpRequest, review_id: UUID) -> HttpResponse:
    """Show the coded facts of one death and take the judgement, which stands once it is given."""
    found = review_facts(review_id=review_id, user=request.user)
    if found is None:
        raise Http404
    form = JudgeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if review_record(review_id=review_id, user=request.user, **form.cleaned_data):
            messages.success(request, _("Your judgement is recorded."))
        else:
            messages.warning(request, _("Nothing was done: this death was judged already."))
        return redirect("reviews")
    return render(request, "registry/adjudication/review.html", {"review": found[0], "facts": found[1], "form": form})
