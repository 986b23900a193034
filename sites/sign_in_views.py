"""A person's own sign-ins: which there are, ending them, and how long this one lasts."""

from __future__ import annotations

from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from sites.services import end_other_sign_ins
from sites.sign_in_age import mark_used, seconds_left


@require_http_methods(["GET", "POST"])
def session_state(request: HttpRequest) -> HttpResponse:
    """Tell the page who is signed in and for how long; a POST prolongs it.

    The token lets a page that outlived a sign-in be sent after signing in again in another window.
    """
    if request.method == "POST" and request.user.is_authenticated:
        mark_used(request)
    person = str(request.user.pk) if request.user.is_authenticated else ""
    answer = JsonResponse({"person": person, "seconds": seconds_left(request), "token": get_token(request)})
    answer.headers["Cache-Control"] = "no-store"
    return answer


@login_required
@require_GET
def sign_ins(request: HttpRequest) -> HttpResponse:
    """List where the person is signed in at this moment, the newest first."""
    known = UserSession.objects.purge_and_list(request.user)
    known.sort(key=lambda sign_in: sign_in.created_at, reverse=True)
    here = request.session.session_key
    return render(request, "usersessions/sign_ins.html", {"sign_ins": known, "here": here})


@login_required
@require_POST
def sign_in_end(request: HttpRequest, pk: int) -> HttpResponse:
    """End one sign-in; ending this one is signing out."""
    get_object_or_404(UserSession, user=request.user, pk=pk).end()
    messages.success(request, _("That sign-in has ended."))
    return redirect("sign_ins")


@login_required
@require_POST
def sign_ins_end_others(request: HttpRequest) -> HttpResponse:
    """End all sign-ins but this one."""
    end_other_sign_ins(request)
    messages.success(request, _("All your other sign-ins have ended."))
    return redirect("sign_ins")
