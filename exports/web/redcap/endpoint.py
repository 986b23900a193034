"""The address at which REDCap clients read a released level with a token. A signed-in browser gets nothing by it."""

from __future__ import annotations

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from exports.selectors.redcap_tokens import token_sent
from exports.services.downloads import PackageMissingError
from exports.services.redcap_use import (
    Opened,
    Refusal,
    TokenRefusedError,
    project_open,
    records_record,
    refusal_record,
    refusal_words,
    token_use,
)
from exports.web.redcap.answers import records_answer, records_selected
from exports.web.redcap.contents import CONTENTS
from exports.web.redcap.parameters import content_of
from exports.web.redcap.rates import count_stranger, count_token
from exports.web.redcap.refused import RequestRefused, told
from exports.web.redcap.sent import Sent, sent_of
from sites.context import acting_as

SOURCE = "redcap"


# No cookie gives a right here, so there is nothing that another site's form could use.
@csrf_exempt
@require_POST
def redcap_api(request: HttpRequest) -> HttpResponse:
    """Answer a REDCap client; every refusal comes in the format that it asked for."""
    sent = Sent()
    try:
        sent = sent_of(request)
        return _answer(request, sent)
    except RequestRefused as refused:
        return told(refused, sent.return_format)


def _answer(request: HttpRequest, sent: Sent) -> HttpResponse:
    token = token_sent(sent.value("token").strip())
    if token is None:
        count_stranger(request)
        raise _forbidden(Refusal.NOT_VALID)
    count_token(token)
    with acting_as(token.owner, source=SOURCE):
        try:
            return _of_token(token_use(token), sent)
        except TokenRefusedError as refused:
            refusal = refused.refusal
            refusal_record(token, refusal)
    if refusal is Refusal.NOT_VALID:
        # Whoever tries tokens that were good once is counted like whoever guesses.
        count_stranger(request)
    raise _forbidden(refusal)


def _forbidden(refusal: Refusal) -> RequestRefused:
    return RequestRefused(HTTPStatus.FORBIDDEN, refusal_words(refusal))


def _of_token(opened: Opened, sent: Sent) -> HttpResponse:
    """Answer what is asked with a good token. What is wrong with the request is said before anything is logged."""
    content = content_of(sent)
    try:
        project = project_open(opened)
    except PackageMissingError as error:
        words = _("The file of this package is missing or damaged. Tell whoever runs the server.")
        raise RequestRefused(HTTPStatus.GONE, words) from error
    if content != "record":
        return CONTENTS[content](project, sent, opened.token)
    selection = records_selected(project, sent)
    records_record(opened, _asked_words(sent, len(project.subjects)))
    return records_answer(selection, sent)


def _asked_words(sent: Sent, subjects: int) -> str:
    """Return how much was asked for, for the log."""
    records, chosen = sent.array("records"), (*sent.array("forms"), *sent.array("fields"))
    return f"{len(records) or subjects} records, {len(chosen) or 'all'} fields and forms"
