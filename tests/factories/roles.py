"""People with one more role than the cast gives them."""

from __future__ import annotations

from typing import Any

from sites.context import acting_as_system
from sites.models import Membership, User
from sites.roles import Role
from tests.cast import Cast, long_ago


def with_role(user: User, role: Role, **where: Any) -> User:
    """Give a person a role as of long ago, at a site if one is named."""
    with acting_as_system("tests", reason="a second role"):
        Membership.objects.create(user=user, role=role, starts_on=long_ago(), **where)
    return user


def another_manager(cast: Cast) -> User:
    """Return eve as the second data manager."""
    return with_role(cast.eve, Role.DATA_MANAGER)
