"""The page of the release policy: its numbers, how they came to be, and the form that changes one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from exports import services
from exports.freeze.policy import NUMBERS, POLICY_VERSION
from exports.models import PolicySetting
from exports.selectors import policy_history, policy_now
from exports.web.decisions.forms import PolicyForm
from exports.web.person import person
from sites.access import guard
from sites.roles import Permission


@dataclass(frozen=True)
class Change:
    """One line of the history: a number went from one value to another."""

    setting: PolicySetting
    words: str
    before: int


@require_http_methods(["GET", "POST"])
@guard(Permission.RELEASE_FREEZE)
def release_policy(request: HttpRequest) -> HttpResponse:
    """Show the numbers of the policy, and give one of them another value."""
    form = PolicyForm(request.POST or None, initial={"name": request.GET.get("number", "")})
    if request.method == "POST" and form.is_valid() and _set(request, form):
        messages.success(request, _("The number is changed. It counts from now on."))
        return redirect("release_policy")
    return render(request, "exports/policy.html", {"form": form, **_facts()})


def _set(request: HttpRequest, form: PolicyForm) -> bool:
    try:
        services.policy_set(by=person(request), **form.cleaned_data)
    except ValidationError as error:
        form.add_error(None, error)
        return False
    return True


def _facts() -> dict[str, Any]:
    now = policy_now()
    numbers = [(name, _(number.words), now[name], number) for name, number in NUMBERS.items()]
    return {"numbers": numbers, "history": list(reversed(list(_changes()))), "version": POLICY_VERSION}


def _changes() -> Iterator[Change]:
    """Yield the settings from the first to the last, each with the value that it took the place of."""
    values = {name: number.value for name, number in NUMBERS.items()}
    for setting in policy_history().order_by("id"):
        number = NUMBERS.get(setting.name)
        words = _(number.words) if number else setting.name
        yield Change(setting, words, values.get(setting.name, setting.value))
        values[setting.name] = setting.value
