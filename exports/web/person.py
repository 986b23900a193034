"""The person behind a request, for views that only people who are signed in reach."""

from __future__ import annotations

from typing import cast

from django.http import HttpRequest

from sites.models import User


def person(request: HttpRequest) -> User:
    """Return the signed-in person; a guard has seen to it that there is one."""
    return cast(User, request.user)
