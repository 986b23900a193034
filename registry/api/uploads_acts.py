"""Deciding on a checked upload, for programs: saved, all of it or its good rows, or discarded."""

from __future__ import annotations

from uuid import UUID

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from registry import intake
from registry.api.serializers.uploads import CommitIn, DiscardIn, UploadWholeOut, modes_open
from registry.api.uploads import MAY, TAGS, answer, visible
from registry.models import Upload
from registry.models.uploads import UploadState
from sites.api.problems import Refused, moved_on
from sites.api.sent import read
from sites.api.views import Address


class Commit(Address):
    """Saving a checked upload."""

    permissions = {"POST": MAY}

    @extend_schema(tags=TAGS, operation_id="upload_commit", request=CommitIn, responses={202: UploadWholeOut})
    def post(self, request: Request, upload_id: UUID) -> Response:
        """Have a worker save all of a checked upload, or its good rows; “may_commit” of the upload says what goes.

        The rows are checked once more then: where one has a problem by now, all or nothing is nothing.
        """
        sent = visible(request, upload_id)
        mode = read(CommitIn, request).get("mode", sent.mode)
        _require_open(sent, mode)
        if not intake.commit(sent, by=request.user, mode=mode):
            raise Refused(moved_on(_decided()))
        response = answer(request, upload_id, status.HTTP_202_ACCEPTED)
        response.headers["Location"] = response.data["url"]
        return response


class Discard(Address):
    """Discarding an upload."""

    permissions = {"POST": MAY}

    @extend_schema(tags=TAGS, operation_id="upload_discard", request=DiscardIn, responses={200: UploadWholeOut})
    def post(self, request: Request, upload_id: UUID) -> Response:
        """Cancel an upload that is not finished: nothing of it is saved, its bytes and findings are deleted."""
        sent = visible(request, upload_id)
        read(DiscardIn, request)
        if not intake.discard(sent, by=request.user):
            raise Refused(moved_on(_("This upload has ended already. Read it once more.")))
        return answer(request, upload_id)


def _require_open(upload: Upload, mode: str) -> None:
    """Raise Refused for what the page does not offer: saving what is not checked, or everything despite problems."""
    modes = modes_open(upload)
    if mode in modes:
        return
    if upload.state != UploadState.CHECKED:
        raise Refused(moved_on(_decided()))
    if not modes:
        raise Refused(moved_on(_("There is nothing to save: no row is new or changed.")))
    words = _("Some rows have problems. Correct the files and send them again, or save with the mode %(mode)s.")
    raise Refused(moved_on(words % {"mode": ", ".join(modes)}))


def _decided() -> str:
    return _("This upload does not wait for a decision. Its “state” says how it stands.")
