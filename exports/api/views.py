"""What every address of releases has in common: who comes in, how a refusal is told, and what has not changed."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any, ClassVar, cast

from django.core.serializers.json import DjangoJSONEncoder
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView, set_rollback

from exports.api.problems import CONTENT_TYPE, Refused, unknown_parameter
from sites.models import User
from sites.roles import Permission

_TAG = re.compile(r'(?:W/)?"([^"]*)"')


class Address(APIView):
    """One address: the methods it takes and, for each, the permissions of which a person needs one to come in."""

    http_method_names = ["get", "head", "post"]
    permissions: ClassVar[Mapping[str, tuple[Permission, ...]]]
    parameters: ClassVar[tuple[str, ...]] = ()

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Let in whoever may, and refuse a parameter that is not known, because it would narrow nothing."""
        super().initial(request, *args, **kwargs)
        for name in request.query_params:
            if name not in self.parameters:
                raise Refused(unknown_parameter(name, self.parameters))

    def handle_exception(self, failure: Exception) -> Response:
        """Answer what releases refuse in their own words, everything else like the rest of the interface."""
        if not isinstance(failure, Refused):
            return super().handle_exception(failure)
        set_rollback()
        problem = failure.problem
        return Response(problem.as_data(), status=problem.status, content_type=CONTENT_TYPE)


def person(request: Request) -> User:
    """Return the signed-in person; the frame has seen to it that there is one."""
    return cast(User, request.user)


def told(request: Request, data: Any) -> Response:
    """Return an answer under the tag of its content; 304 without content where the program has it already."""
    tag = hashlib.sha256(json.dumps(data, cls=DjangoJSONEncoder, sort_keys=True).encode()).hexdigest()[:32]
    headers = {"ETag": f'"{tag}"', "Cache-Control": "private, no-cache"}
    if has(request, tag):
        return Response(status=status.HTTP_304_NOT_MODIFIED, headers=headers)
    return Response(data, headers=headers)


def has(request: Request, tag: str) -> bool:
    """Tell whether the program says that it has the content of a tag."""
    return tag in _TAG.findall(request.headers.get("If-None-Match", ""))
