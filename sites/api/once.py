"""Doing what a program asks only once: it gives its request a key, and gets the first answer again for the second."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.db import IntegrityError, transaction
from django.http import HttpResponse
from django.utils import timezone
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.encoders import JSONEncoder

from sites.access import visible_site_ids
from sites.api.problems import FieldError, Refused, key_used, wrong_address
from sites.models import ApiReply

HEADER = "Idempotency-Key"
REPLAYED = "Idempotency-Replayed"
KEPT_FOR = timedelta(hours=24)
KEPT_HEADERS = ("ETag", "Location")
FAILED = 400
_KEY = re.compile(r"[\x21-\x7e]{1,128}")


def does_once(view: Any, request: Request) -> None:
    """Make a view answer a POST with a key from its first answer, where it has given one."""
    if request.method != "POST" or HEADER not in request.headers or not hasattr(view, "post"):
        return
    key, act = request.headers[HEADER].strip(), view.post
    if not _KEY.fullmatch(key):
        remedy = _("Send 1 to 128 letters, digits and signs, another one for each thing to be done: a UUID.")
        raise Refused(wrong_address([FieldError(HEADER, _("This is no key."), remedy)]))

    def once(*args: Any, **kwargs: Any) -> HttpResponse:
        return _once(request, key, lambda: act(*args, **kwargs))

    view.post = once


def forget_replies() -> int:
    """Delete the answers that have been kept long enough; return how many."""
    return ApiReply.objects.filter(created_at__lt=timezone.now() - KEPT_FOR).delete()[0]


def _once(request: Request, key: str, act: Callable[[], HttpResponse]) -> HttpResponse:
    asked = _asked(request)
    ApiReply.objects.filter(owner=request.user, key=key, created_at__lt=timezone.now() - KEPT_FOR).delete()
    reply = ApiReply(owner=request.user, key=key, asked=asked)
    try:
        with transaction.atomic():
            # Waits here while the same request is still being worked on.
            reply.save(force_insert=True)
    except IntegrityError:
        return _again(request, key, asked)
    response = act()
    if response.status_code >= FAILED or not isinstance(response, Response):
        reply.delete()
        return response
    reply.status, reply.sealed = response.status_code, _sealed(response)
    reply.save(force_update=True)
    return response


def _again(request: Request, key: str, asked: str) -> Response:
    reply = ApiReply.objects.get(owner=request.user, key=key)
    if reply.asked != asked:
        raise Refused(key_used())
    try:
        kept = json.loads(_cipher().decrypt(reply.sealed.encode()))
    except InvalidToken as changed:
        raise Refused(key_used()) from changed
    return Response(kept["data"], status=reply.status, headers={**kept["headers"], REPLAYED: "true"})


def _asked(request: Request) -> str:
    """Return the digest of what is asked for: method, address, what was sent (files by name and bytes), and reach."""
    # A token for other hospitals asks for something else: it gets no answer that was given to a wider one.
    reach = ",".join(sorted(map(str, visible_site_ids(request.user))))
    digest = hashlib.sha256(f"{request.method} {request.get_full_path()}\n{reach}\n".encode())
    digest.update(json.dumps(_sent(request.data), sort_keys=True, default=_of_a_file).encode())
    return digest.hexdigest()


def _sent(data: Any) -> Any:
    """Return what was sent; of a form every value of a field, which it would give the last one of."""
    return dict(data.lists()) if isinstance(data, MultiValueDict) else data


def _of_a_file(value: Any) -> list[str]:
    digest = hashlib.sha256()
    for part in value.chunks():
        digest.update(part)
    value.seek(0)
    return [value.name, digest.hexdigest()]


def _sealed(response: Response) -> str:
    headers = {name: response.headers[name] for name in KEPT_HEADERS if name in response.headers}
    kept = json.dumps({"data": response.data, "headers": headers}, cls=JSONEncoder)
    return _cipher().encrypt(kept.encode()).decode()


def _cipher() -> Fernet:
    secret = settings.SECRET_KEY.encode()
    derived = HKDF(hashes.SHA256(), 32, salt=None, info=b"quell replies of the interface").derive(secret)
    return Fernet(base64.urlsafe_b64encode(derived))
