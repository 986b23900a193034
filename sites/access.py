"""Who may do what, and where. Every page, interface and task asks here; nothing else decides."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import wraps
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.apps import apps
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from sites.roles import ROLE_PERMISSIONS, Permission, Role

if TYPE_CHECKING:
    from sites.models import Site

View = Callable[..., HttpResponse]


@dataclass(frozen=True)
class Grants:
    """The roles that a person holds on one day: those of the whole registry, and those at a site.

    A program that acts for the person may hold less: `only_at` are the sites that it reaches (None: all of them), and
    what is in `never` it may not do at all.
    """

    wide: frozenset[Role] = frozenset()
    local: frozenset[tuple[UUID, Role]] = frozenset()
    only_at: frozenset[UUID] | None = None
    never: frozenset[Permission] = frozenset()

    def roles(self) -> frozenset[Role]:
        """Return every role held, wherever it is held."""
        return self.wide | {role for _, role in self.local}

    def reaches(self, site_id: UUID | None) -> bool:
        """Tell whether a site is among those that are reached at all."""
        return self.only_at is None or site_id is None or site_id in self.only_at

    def allow(self, permission: Permission, site_id: UUID | None) -> bool:
        """Tell whether a role gives the permission: at that site, or at any site when none is named."""
        if permission in self.never or not self.reaches(site_id):
            return False
        if any(permission in ROLE_PERMISSIONS[role] for role in self.wide):
            return True
        return any(
            permission in ROLE_PERMISSIONS[role] and site_id in (None, held_at) and self.reaches(held_at)
            for held_at, role in self.local
        )


def grants_of(user: Any, on: date | None = None) -> Grants:
    """Return the roles that a person holds on a day (today if none is given).

    People who are not signed in or whose account is closed hold none. The answer is read afresh each time,
    except within a web request, where the middleware has read it once.
    """
    if not getattr(user, "is_authenticated", False) or not user.is_active:
        return Grants()
    if on is None and (remembered := getattr(user, "request_grants", None)) is not None:
        return remembered
    return _read_grants(user, on or timezone.localdate())


def _read_grants(user: Any, on: date) -> Grants:
    current = (
        apps.get_model("study_sites", "Membership")
        .objects.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=on), user_id=user.pk, starts_on__lte=on)
        .values_list("site_id", "role")
    )
    held = [(site_id, Role(role)) for site_id, role in current]
    return Grants(
        wide=frozenset(role for site_id, role in held if site_id is None),
        local=frozenset((site_id, role) for site_id, role in held if site_id is not None),
    )


def visible_site_ids(user: Any) -> frozenset[UUID]:
    """Return the sites whose cases a person may see today.

    Coordinators and investigators see their own sites, data managers all; administrators and adjudicators none.
    """
    grants = grants_of(user)
    return frozenset(filter(grants.reaches, _sites_of(grants)))


def _sites_of(grants: Grants) -> frozenset[UUID]:
    if any(Permission.CASE_VIEW in ROLE_PERMISSIONS[role] for role in grants.wide):
        return frozenset(apps.get_model("study_sites", "Site").objects.values_list("id", flat=True))
    return frozenset(site_id for site_id, role in grants.local if Permission.CASE_VIEW in ROLE_PERMISSIONS[role])


def can(user: Any, permission: Permission, site: Site | UUID | None = None) -> bool:
    """Tell whether a person may do something: at the given site, or anywhere at all when none is given."""
    return grants_of(user).allow(permission, getattr(site, "pk", site))


def require(user: Any, permission: Permission, site: Site | UUID | None = None) -> None:
    """Raise PermissionDenied unless the person may do it."""
    if not can(user, permission, site):
        raise PermissionDenied(permission.value)


def guard(permission: Permission) -> Callable[[View], View]:
    """Make a view ask for a permission: people not signed in are sent to sign in, others without it get a 403 page."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not request.user.is_authenticated:
                # Imported late: Django's sign-in views ask for the user model, whose module imports this one.
                from django.contrib.auth.views import redirect_to_login

                return redirect_to_login(request.get_full_path())
            require(request.user, permission)
            return view(request, *args, **kwargs)

        guarded.required_permission = permission  # type: ignore[attr-defined]
        return guarded

    return decorate
