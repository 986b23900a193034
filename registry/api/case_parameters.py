"""What stands in the address of the list of cases, and which rows of a case are asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import OpenApiParameter

from registry.api.records.described import CODE, KEY, STUDY, paging, parameter, several
from registry.api.records.listing import CASE, SITE, site_asked
from registry.api.records.values import code_of, key_of, names_of, refused, study_id_of
from registry.metadata import Topic
from registry.models import Product
from registry.selectors.case_filters import CaseFilter, CasesWanted
from registry.selectors.cases import case_topics, cases_visible
from registry.selectors.record_cases import included
from sites.api.addresses import AFTER

INCLUDE, PRODUCT, STANDING, ALL = "include", "product", "standing", "all"
CASES = (SITE, CASE, PRODUCT, STANDING, INCLUDE)
INCLUDE_WORDS = gettext_lazy("With the rows of these topics and of those above them, or of “all”.")


def include_names() -> list[str]:
    """Return what may be asked for with a case."""
    return [ALL, *(topic.code for topic in case_topics() if topic.parent)]


def include_parameter() -> OpenApiParameter:
    """Return the parameter by which rows below a case are asked for."""
    names = include_names()
    return parameter(INCLUDE, several({"type": "string", "enum": names}, len(names)), INCLUDE_WORDS)


def cases_parameters() -> Sequence[OpenApiParameter]:
    """Return the parameters of the list of cases."""
    standings = {"type": "string", "enum": [one.value for one in CaseFilter]}
    return [
        parameter(SITE, CODE, gettext_lazy("Cases of this site: its code.")),
        parameter(CASE, STUDY, gettext_lazy("Cases whose study id begins so.")),
        parameter(PRODUCT, CODE, gettext_lazy("Cases that first received this product: its code.")),
        parameter(STANDING, standings, gettext_lazy("Cases that stand so as a whole.")),
        include_parameter(),
        *paging(KEY),
    ]


def topics_asked(asked: Mapping[str, str], *, otherwise: Sequence[str]) -> list[Topic]:
    """Return the topics of the rows that are asked for, each behind the one above it; Refused for unknown ones."""
    names = names_of(INCLUDE, asked[INCLUDE], include_names()) if INCLUDE in asked else otherwise
    return included([name for one in names for name in (include_names()[1:] if one == ALL else [one])])


def wanted_cases(user: Any, asked: Mapping[str, str]) -> CasesWanted:
    """Return what a list of cases asks for; Refused for values that cannot be read."""
    standings = [one.value for one in CaseFilter]
    return CasesWanted(
        prefix=study_id_of(CASE, asked[CASE]) if CASE in asked else "",
        site_id=site_asked(user, asked),
        product=_product(asked[PRODUCT]) if PRODUCT in asked else "",
        standing=CaseFilter(code_of(STANDING, asked[STANDING], standings)) if STANDING in asked else None,
        after=_after(user, asked[AFTER]) if AFTER in asked else None,
    )


def _product(text: str) -> str:
    return code_of(PRODUCT, text, list(Product.objects.order_by("code").values_list("code", flat=True)))


def _after(user: Any, text: str) -> UUID:
    """Return the case from which the list goes on; Refused for one that the person does not see, as for none."""
    key = key_of(AFTER, text)
    if not cases_visible(user).filter(pk=key).exists():
        raise refused(AFTER, _("Follow the address under “next” as it is."))
    return key
