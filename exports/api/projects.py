"""Projects for programs: those that a release can be made for."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from exports.api.serializers import ProjectPage
from exports.api.telling import project_line
from exports.api.views import Address, told
from exports.models import Project
from sites.api.paging import PAGING, listed, page
from sites.roles import Permission


class Projects(Address):
    """The projects of the registry."""

    permissions = {"GET": (Permission.RELEASE_FREEZE,)}
    is_paged = True

    @extend_schema(tags=["releases"], operation_id="project_list", parameters=[*PAGING], responses={200: ProjectPage})
    def get(self, request: Request) -> Response:
        """Return them, the latest first; subject keys are alike within a project and cannot be joined across."""
        shown, following = page(request, Project.objects.all())
        return told(request, listed([project_line(project) for project in shown], following))
