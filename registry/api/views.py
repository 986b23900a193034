"""What every address of the interface has in common."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, TypeAlias

from rest_framework.views import APIView

from sites.roles import Permission

Permissions: TypeAlias = Mapping[str, tuple[Permission, ...]]


class Address(APIView):
    """One address: the methods it takes and, for each, the permissions of which a person needs one to come in."""

    http_method_names = ["get", "head", "post"]
    permissions: ClassVar[Permissions]
