"""The agreement of the grades that clinicians give with those that the registry computes."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from registry.rules.crs import RULE_VERSION
from registry.web.grade_asked import AgreementAsked
from registry.web.grade_page import agreement_sections, rule_versions
from registry.web.grade_rows import LIMIT, rows_page
from sites.access import guard
from sites.models import Site
from sites.roles import Permission


@guard(Permission.CASE_VIEW)
@require_GET
@never_cache
def grade_agreement(request: HttpRequest) -> HttpResponse:
    """Show how computed and reported grades agree by day and by episode, or the rows that a number stands for."""
    sites = list(Site.objects.visible_to(request.user).order_by("code").values_list("code", flat=True))
    asked = AgreementAsked.read(request.GET, sites)
    facts = {"asked": asked, "sites": sites if len(sites) > 1 else [], "printed_at": timezone.now()}
    if asked.toxicity is not None:
        found = rows_page(request.user, asked)
        back = AgreementAsked(asked.site).url
        return render(
            request, "registry/quality/grade_rows.html", {**facts, "found": found, "limit": LIMIT, "back": back}
        )
    facts |= {"sections": agreement_sections(request.user, asked.site), "versions": rule_versions()}
    return render(request, "registry/quality/grades.html", {**facts, "in_force": RULE_VERSION})
