"""Where a page of uploads or of their findings begins: behind the last row of the page before it."""

from __future__ import annotations

import datetime as dt
from typing import NoReturn
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from registry.models import Upload, UploadFinding
from sites.api.addresses import AFTER
from sites.api.problems import FieldError, Refused, wrong_address

EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
MICROSECOND = dt.timedelta(microseconds=1)
LARGEST_KEY = 2**63 - 1


def place_of_upload(upload: Upload) -> str:
    """Return the place of an upload in the list, the newest first."""
    return f"{(upload.created_at - EPOCH) // MICROSECOND}.{upload.pk}"


def uploads_after(uploads: QuerySet[Upload], text: str) -> QuerySet[Upload]:
    """Return the uploads behind a place, in the order of the list; Refused for what is no place."""
    if text:
        at, key = _instant_and_key(text)
        uploads = uploads.filter(Q(created_at__lt=at) | Q(created_at=at, pk__lt=key))
    return uploads.order_by("-created_at", "-pk")


def findings_after(findings: QuerySet[UploadFinding], text: str) -> QuerySet[UploadFinding]:
    """Return the findings behind a place, in the order in which they were found; Refused for what is no place."""
    if text:
        findings = findings.filter(pk__gt=_number(text))
    return findings.order_by("pk")


def _instant_and_key(text: str) -> tuple[dt.datetime, UUID]:
    try:
        moment, key = text.split(".")
        return EPOCH + int(moment) * MICROSECOND, UUID(key)
    except (ValueError, OverflowError):
        _refuse()


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit()) or len(text) > len(str(LARGEST_KEY)) or int(text) > LARGEST_KEY:
        _refuse()
    return int(text)


def _refuse() -> NoReturn:
    remedy = _("Follow the address under “next” as it is.")
    raise Refused(wrong_address([FieldError(AFTER, _("This is no place in the list."), remedy)])) from None
