"""What every address of the interface has in common: who comes in, with which scope, and what is done only once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, TypeAlias

from rest_framework.request import Request
from rest_framework.views import APIView

from sites.api.once import does_once
from sites.models import Scope
from sites.roles import Permission

Permissions: TypeAlias = Mapping[str, tuple[Permission, ...]]
SAFE = ("GET", "HEAD")


class Address(APIView):
    """One address: the methods it takes and, for each, the permissions of which a person needs one to come in.

    `scopes` are those that a token needs for a method; reading needs READ and everything else WRITE where nothing
    else is said.
    """

    http_method_names = ["get", "head", "post"]
    permissions: ClassVar[Permissions]
    scopes: ClassVar[Mapping[str, Scope]] = {}

    def scope_for(self, method: str | None) -> Scope:
        """Return the scope that a token needs for a method."""
        asked = "GET" if method in SAFE else str(method)
        return self.scopes.get(asked, Scope.READ if asked == "GET" else Scope.WRITE)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Let in whoever may; a request with a key of its own is done once, however often it is sent."""
        super().initial(request, *args, **kwargs)
        does_once(self, request)
