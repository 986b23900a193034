"""Tokens of programs: made by a person for themselves, shown once, looked up by their digest, given up at any time."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from sites.access import Grants, can, grants_of, visible_site_ids
from sites.models import ApiToken, Scope, User
from sites.roles import Permission

# Known to scanners for secrets by how it begins; 32 random bytes follow.
PREFIX = "quell_"
_SHAPE = re.compile(PREFIX + r"[A-Za-z0-9_-]{43}")
DAYS_MOST = 90
LIVING_MOST = 20
# Written at most once a minute, so that a program that reads much writes little.
USE_PRECISION = timedelta(seconds=60)
# What only the person themselves does, on the pages, whatever scope a token has.
NEVER = frozenset(
    {
        Permission.IDENTITY_REVEAL, Permission.CASE_SIGN, Permission.CASE_LOCK, Permission.CHECK_MANAGE,
        Permission.RELEASE_GRANT, Permission.DEATH_ADJUDICATE, Permission.DEATH_ASSIGN, Permission.LINKAGE_RESOLVE,
        Permission.AUDIT_VIEW, Permission.SITE_ADMIN, Permission.PEOPLE_ADMIN, Permission.REFERENCE_ADMIN,
    }
)  # fmt: skip


@transaction.atomic
def token_create(
    *,
    by: User,
    label: str,
    scopes: Collection[str],
    days: int,
    sites: Collection[UUID] = (),
    key: UUID | None = None,
) -> tuple[ApiToken, str]:
    """Make a token for oneself and return it with its secret, which is stored nowhere.

    ValidationError by field: no name, no scope, sites that are not one's own, more than 90 days, too many tokens, a key
    that a token has already.
    """
    secret = PREFIX + secrets.token_urlsafe(32)
    now = timezone.now()
    _refuse_wrong(by, scopes, sites, days)
    token = ApiToken(
        id=key or uuid4(), owner=by, label=label.strip(), scopes=list(scopes), sites=sorted(sites),
        digest=digest_of(secret), hint=secret[-4:], created_at=now, expires_at=now + timedelta(days=days),
    )  # fmt: skip
    token.full_clean()
    token.save(force_insert=True)
    return token, secret


def _refuse_wrong(by: User, scopes: Collection[str], sites: Collection[UUID], days: int) -> None:
    errors = {}
    if not scopes:
        errors["scopes"] = _("Choose what the token is good for.")
    if not set(sites) <= sites_to_name(by):
        errors["sites"] = _("Choose among your own hospitals.")
    if not 1 <= days <= DAYS_MOST:
        errors["days"] = _("A token lasts from 1 to %(most)s days.") % {"most": DAYS_MOST}
    # Waits for another one that is being made, so that the count holds.
    User.objects.select_for_update(no_key=True).get(pk=by.pk)
    if ApiToken.objects.living().filter(owner=by).count() >= LIVING_MOST:
        errors["label"] = _("You have %(most)s tokens. Revoke one that you no longer need.") % {"most": LIVING_MOST}
    if errors:
        raise ValidationError(errors)


def sites_to_name(person: User) -> frozenset[UUID]:
    """Return the sites that a person's token may be narrowed to: all of today, at whichever of them they work now."""
    return visible_site_ids(User.objects.get(pk=person.pk))


@transaction.atomic
def token_revoke(*, token: ApiToken, by: User) -> None:
    """Make a token worthless at once: one's own, or anybody's for an administrator. A second time changes nothing."""
    if token.owner_id != by.pk and not can(by, Permission.PEOPLE_ADMIN):
        raise PermissionDenied("token.revoke")
    ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=timezone.now())


def tokens_end(owner: User) -> None:
    """Make every token of a person worthless at once, when the account is closed or on suspicion."""
    ApiToken.objects.filter(owner=owner, revoked_at=None).update(revoked_at=timezone.now())


def tokens_visible(user: User) -> QuerySet[ApiToken]:
    """Return the tokens that a person may revoke: their own; to an administrator also the living ones of others."""
    own = Q(owner=user)
    if can(user, Permission.PEOPLE_ADMIN):
        own |= Q(revoked_at=None, expires_at__gt=timezone.now())
    return ApiToken.objects.filter(own).select_related("owner")


def token_of(secret: str, at: datetime | None = None) -> ApiToken | None:
    """Return the living token with this secret, of somebody whose account is open; None for anything else."""
    if not _SHAPE.fullmatch(secret):
        return None
    found = ApiToken.objects.living(at).select_related("owner").filter(digest=digest_of(secret)).first()
    return found if found and found.owner.is_active else None


def token_used(token: ApiToken) -> None:
    """Note that a token was used; roughly, and beside the audit trail."""
    now = timezone.now()
    if token.last_used_at is None or now - token.last_used_at >= USE_PRECISION:
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)


def grants_of_token(token: ApiToken) -> Grants:
    """Return what the person holds today, less what no token does, at the sites of the token."""
    only_at = frozenset(token.sites) if token.sites else None
    return replace(grants_of(token.owner), only_at=only_at, never=NEVER)


def digest_of(secret: str) -> str:
    """Return what is stored of a secret. It is long and random, so a plain hash keeps it."""
    return hashlib.sha256(secret.encode()).hexdigest()


def token_in(request: Any) -> ApiToken | None:
    """Return the token by which a request came in; None for a sign-in of the pages."""
    return getattr(request, "api_token", None)


def reaches(request: Any, scope: Scope) -> bool:
    """Tell whether a request may use a scope: whoever is signed in themselves has them all."""
    token = token_in(request)
    return token is None or token.reaches(scope)
