"""Setting a number of the release policy: a new line in its history."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from exports.freeze.policy import NUMBERS
from exports.models import PolicySetting
from sites.access import require
from sites.models import User
from sites.roles import Permission


@transaction.atomic
def policy_set(*, name: str, value: int, reason: str, by: User) -> PolicySetting:
    """Give a number of the policy another value, for releases and counts from now on; ValidationError says why not."""
    require(by, Permission.RELEASE_FREEZE)
    number = NUMBERS.get(name)
    if number is None:
        raise ValidationError({"name": _("The policy has no such number.")})
    if not number.least <= value <= number.most:
        words = _("Write a number from %(least)s to %(most)s.")
        raise ValidationError({"value": words % {"least": number.least, "most": number.most}})
    if not reason.strip():
        raise ValidationError({"reason": _("Say why the number changes.")})
    return PolicySetting.objects.create(name=name, value=value, reason=reason.strip(), set_by=by)
