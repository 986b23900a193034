"""What every address of releases has in common: who comes in, how a refusal is told, and what has not changed."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any, ClassVar, cast

from rest_framework import status
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.encoders import JSONEncoder

import sites.api.views
from sites.api.addresses import parameters
from sites.api.preconditions import fits
from sites.api.problems import Refused, no_version, stale
from sites.api.views import SAFE
from sites.models import User

_TAG = re.compile(r'(?:W/)?"([^"]*)"')


class Address(sites.api.views.Address):
    """One address of releases, and the parameters that it knows; a long list is read page by page."""

    parameters: ClassVar[tuple[str, ...]] = ()
    is_paged: ClassVar[bool] = False

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Let in whoever may, and refuse a parameter that is not known, because it would narrow nothing."""
        super().initial(request, *args, **kwargs)
        is_read = request.method in SAFE
        parameters(request, self.parameters if is_read else (), is_paged=self.is_paged and is_read)


class Zip(JSONRenderer):
    """Lets a program ask for an archive by its kind; a refusal comes as a problem all the same."""

    media_type = "application/zip"
    format = "zip"


def person(request: Request) -> User:
    """Return the signed-in person; the frame has seen to it that there is one."""
    return cast(User, request.user)


def told(request: Request, data: Any, code: int = status.HTTP_200_OK) -> Response:
    """Return an answer under the tag of its content; 304 without content where the program has read it already."""
    data = as_sent(data)
    tag = tag_of(data)
    headers = {"ETag": f'"{tag}"', "Cache-Control": "private, no-cache"}
    if request.method in SAFE and has(request, tag):
        return Response(status=status.HTTP_304_NOT_MODIFIED, headers=headers)
    return Response(data, status=code, headers=headers)


def made(request: Request, data: Mapping[str, Any], code: int = status.HTTP_201_CREATED) -> Response:
    """Return the answer that tells a new thing, and where it is from now on."""
    response = told(request, data, code)
    response.headers["Location"] = data["url"]
    return response


def as_sent(data: Any) -> Any:
    """Return a content in the plain values that are sent: what is kept of it for later is the same to the letter."""
    return json.loads(json.dumps(data, cls=JSONEncoder))


def tag_of(data: Any) -> str:
    """Return the tag of a content: the same for the same."""
    return hashlib.sha256(json.dumps(data, cls=JSONEncoder, sort_keys=True).encode()).hexdigest()[:32]


def has(request: Request, tag: str) -> bool:
    """Tell whether the program says that it has the content of a tag."""
    return tag in _TAG.findall(request.headers.get("If-None-Match", ""))


def require_seen(request: Request, present: Mapping[str, Any]) -> None:
    """Raise Refused unless `If-Match` names what is there now: nobody's change is overwritten unseen."""
    if not request.headers.get("If-Match", "").strip():
        raise Refused(no_version())
    if not fits(request, tag_of(present)):
        raise Refused(stale(as_sent(present)))
