"""How study reports are told to programs, and the plan that one sends to have a report made."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from exports.api.serializers import NEXT
from exports.models import JobState
from exports.report.plan import FIRST_YEAR, LAST_YEAR, LONGEST_FOLLOW_UP_DAYS, DoseRule
from registry.rules.anakinra import Indication
from registry.rules.products import PRODUCTS
from sites.api.fields import Facts

DOSE_RULES = [rule.value for rule in DoseRule]
INDICATIONS = [code.value for code in Indication]
PRODUCT_CODES = [product.code for product in PRODUCTS]


def _year() -> serializers.IntegerField:
    return serializers.IntegerField(min_value=FIRST_YEAR, max_value=LAST_YEAR, allow_null=True, required=False)


class ReportPlan(serializers.Serializer[Any]):
    """Whom a report analyses, and by which dose rule; what is left out limits nothing."""

    dose_rule = serializers.ChoiceField(choices=DOSE_RULES, required=False)
    indications = serializers.ListField(child=serializers.ChoiceField(choices=INDICATIONS), required=False)
    products = serializers.ListField(child=serializers.ChoiceField(choices=PRODUCT_CODES), required=False)
    year_from = _year()
    year_to = _year()
    min_follow_up_days = serializers.IntegerField(min_value=0, max_value=LONGEST_FOLLOW_UP_DAYS, required=False)


class ReportLine(serializers.Serializer[Any]):
    """A study report without its figures."""

    id = serializers.UUIDField()
    release = serializers.CharField(help_text=_("Name of the release."))
    plan = ReportPlan()
    state = serializers.ChoiceField(choices=JobState.choices)
    step = serializers.CharField(help_text=_("What is being done, in words."))
    error = serializers.CharField()
    error_reference = serializers.CharField()
    code_revision = serializers.CharField()
    requested_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)
    report_sha256 = serializers.CharField(help_text=_("Empty until it is done, and for whoever sees less than all."))
    appendix_sha256 = serializers.CharField()
    url = serializers.URLField()
    appendix = serializers.URLField(allow_null=True)


class ReportPage(serializers.Serializer[Any]):
    """One page of the study reports of a release."""

    next = serializers.URLField(allow_null=True, help_text=NEXT)
    results = ReportLine(many=True)


class ReportWhole(ReportLine):
    """A study report, with its figures once it is done."""

    report = Facts(required=False)
