"""What stands in the address of a list: which parameters are known, how many rows, from where on."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from django.utils.translation import gettext as _
from rest_framework.request import Request

from sites.api.problems import FieldError, Refused, wrong_address

LIMIT, AFTER = "limit", "after"
ROWS, ROWS_AT_MOST = 100, 200


def parameters(request: Request, known: Collection[str], *, is_paged: bool = True) -> dict[str, str]:
    """Return the parameters of an address; Refused for one that is not known, because it would narrow nothing."""
    asked, all_known = request.query_params, (*known, *((LIMIT, AFTER) if is_paged else ()))
    errors = [error for name in asked for error in _errors(name, asked.getlist(name), all_known)]
    if errors:
        raise Refused(wrong_address(errors))
    return {name: asked[name] for name in asked}


def rows_wanted(asked: Mapping[str, str]) -> int:
    """Return how many rows a page has; Refused for what is no number of rows."""
    text = asked.get(LIMIT, str(ROWS))
    if text.isascii() and text.isdigit() and len(text) < 4 and 1 <= int(text) <= ROWS_AT_MOST:
        return int(text)
    words = _("Send a number from 1 to %(most)s, or leave it out.") % {"most": ROWS_AT_MOST}
    raise Refused(wrong_address([FieldError(LIMIT, _("This is no number of rows."), words)]))


def page_after(request: Request, place: str) -> str:
    """Return the address of the page that goes on after a place, otherwise as this one was asked for."""
    asked = request.query_params.copy()
    asked[AFTER] = place
    return str(request.build_absolute_uri(f"{request.path}?{asked.urlencode()}"))


def one_of(name: str, value: str, known: Collection[str]) -> str:
    """Return the value of a parameter that takes one of a list; Refused, with the list, for any other."""
    if value in known:
        return value
    remedy = _("Use one of: %(values)s.") % {"values": ", ".join(known)}
    raise Refused(wrong_address([FieldError(name, _("This is none of the values known here."), remedy)]))


def no_place() -> Refused:
    """Return the refusal of what is no place in a list."""
    remedy = _("Follow the address under “next” as it is.")
    return Refused(wrong_address([FieldError(AFTER, _("This is no place in the list."), remedy)]))


def _errors(name: str, values: Sequence[str], known: Sequence[str]) -> Iterator[FieldError]:
    remedy = _("Leave it out. The parameters are: %(names)s.") % {"names": ", ".join(known) or "-"}
    if name not in known:
        yield FieldError(name, _("There is no such parameter here."), remedy)
    if len(values) > 1:
        yield FieldError(name, _("It is given twice."), _("Give it once."))
    if any("\0" in value for value in values):
        yield FieldError(name, _("It holds a character that no text has."), remedy)
