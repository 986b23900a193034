"""Acting on what one has seen: `ETag` says which version it is, `If-Match` that the act holds for that one alone."""

from __future__ import annotations

import re

from django.utils.translation import gettext as _
from rest_framework.request import Request

from sites.api.problems import FieldError, Refused, wrong_address

ANY = "*"
_TAGS = re.compile(r'\s*(?:W/)?"[^"]*"\s*(?:,\s*(?:W/)?"[^"]*"\s*)*')
_TAG = re.compile(r'(W/)?"([^"]*)"')


def etag(version: int | str) -> str:
    """Return the tag of a version."""
    return f'"{version}"'


def fits(request: Request, version: int | str) -> bool:
    """Tell whether the request is meant for this version; Refused for a header that cannot be read."""
    sent = request.headers.get("If-Match", "").strip()
    if sent in ("", ANY):
        return True
    if not _TAGS.fullmatch(sent):
        raise Refused(wrong_address([FieldError("If-Match", _("It holds no ETag."), _remedy())]))
    # Weak tags never match: an act needs the very version.
    return str(version) in {tag for weak, tag in _TAG.findall(sent) if not weak}


def _remedy() -> str:
    return _("Send the ETag as it came, with its quotation marks, or leave the header out.")
