"""A new case as programs send it."""

from __future__ import annotations

import re
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from registry.api.records.values import STUDY_ID
from sites.api.fields import Text
from sites.api.sent import Sent

DAY = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
NUMBER_LENGTH = 40


class DayIn(serializers.DateField):
    """A day, in one form alone."""

    def to_internal_value(self, value: Any) -> Any:
        """Read the day; ValidationError for anything else."""
        if not isinstance(value, str) or not re.fullmatch(DAY, value):
            self.fail("invalid", format="2021-03-05")
        return super().to_internal_value(value)


class CaseIn(Sent):
    """What a case begins with."""

    site = Text(trim_whitespace=False, help_text=_("Send the code of a site of your own."))
    study_id = serializers.RegexField(
        STUDY_ID,
        trim_whitespace=False,
        help_text=_("Send a study id: up to 20 letters, digits, hyphens or underscores."),
    )
    infused_on = DayIn(help_text=_("Send the day of the index infusion as 2021-03-05."))
    product = Text(trim_whitespace=False, help_text=_("Send the code of the CAR-T product."))
    local_record_number = Text(
        required=False, default="", allow_blank=True, trim_whitespace=False, max_length=NUMBER_LENGTH,
        help_text=_("Send the number of the hospital, or leave it out. It is kept encrypted and never sent back."),
    )  # fmt: skip
