"""What stands in the addresses of lists: by what they are narrowed, and how that is described."""

from __future__ import annotations

from typing import TypeVar
from uuid import UUID

from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request

from exports.models import ReleaseState
from sites.api.addresses import one_of
from sites.api.problems import FieldError, Refused, wrong_address

M = TypeVar("M", bound=Model)
FILTERS = (
    OpenApiParameter("state", enum=ReleaseState.values, description="Releases in this state alone."),
    OpenApiParameter("project", OpenApiTypes.UUID, description="Releases of this project alone."),
)


def narrowed(request: Request, releases: QuerySet[M]) -> QuerySet[M]:
    """Return the releases that fit what the address says; Refused where it says what there is not."""
    asked = request.query_params
    if "state" in asked:
        releases = releases.filter(state=one_of("state", asked["state"], ReleaseState.values))
    if "project" in asked:
        releases = releases.filter(project_id=_key("project", asked["project"]))
    return releases


def _key(name: str, value: str) -> UUID:
    try:
        return UUID(value)
    except ValueError as error:
        words = _("This is not of the kind that belongs here.")
        remedy = _("Send the key of a project, as the list of projects has it.")
        raise Refused(wrong_address([FieldError(name, words, remedy)])) from error
