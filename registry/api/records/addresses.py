"""What stands in the address of something that is no list."""

from __future__ import annotations

from collections.abc import Collection

from django.utils.translation import gettext as _
from rest_framework.request import Request

from sites.api.addresses import AFTER, LIMIT, parameters
from sites.api.problems import FieldError, Refused, wrong_address


def parameters_of_one(request: Request, known: Collection[str] = ()) -> dict[str, str]:
    """Return the parameters of an address; Refused for one that is not known, those of lists among them."""
    asked = parameters(request, known)
    remedy = _("Leave it out. The parameters are: %(names)s.") % {"names": ", ".join(known) or "-"}
    if errors := [FieldError(n, _("There is no such parameter here."), remedy) for n in (LIMIT, AFTER) if n in asked]:
        raise Refused(wrong_address(errors))
    return asked
