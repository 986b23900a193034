"""Working at one of several sites: what a person chose narrows what they hold, for pages and database alike.

The choice is kept in the session. It can only take away: it is cut with the roles held at each request, and
where nothing would be left (the role at that site has ended) all own sites count.
"""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest

from sites.access import Grants, grants_of
from sites.roles import ROLE_PERMISSIONS, Permission
from sites.tokens import grants_of_token, token_in

SESSION_KEY = "chosen_site"


def grants_for_request(request: HttpRequest) -> Grants:
    """Return the roles that count in this request: those held today, at the chosen site or those of the token.

    Notes on the person between which sites they may switch, for the top bar.
    """
    if token := token_in(request):
        return grants_of_token(token)
    held = grants_of(request.user)
    chosen = request.session.get(SESSION_KEY)
    request.user.sites_to_choose = sites_to_choose(held)
    return _narrowed(held, UUID(chosen)) if chosen else held


def sites_to_choose(held: Grants) -> frozenset[UUID]:
    """Return the sites of somebody who has several; whoever sees all cases anyway has nothing to choose."""
    if any(Permission.CASE_VIEW in ROLE_PERMISSIONS[role] for role in held.wide):
        return frozenset()
    own = frozenset(site_id for site_id, _ in held.local)
    return own if len(own) > 1 else frozenset()


def choose_site(request: HttpRequest, site_id: UUID | None) -> bool:
    """Remember a site for this sign-in, or all own sites (None); False where it is no site to choose."""
    if site_id is None:
        request.session.pop(SESSION_KEY, None)
        return True
    if site_id not in request.user.sites_to_choose:
        return False
    request.session[SESSION_KEY] = str(site_id)
    return True


def _narrowed(held: Grants, site_id: UUID) -> Grants:
    if site_id not in sites_to_choose(held):
        return held
    return Grants(held.wide, frozenset((held_at, role) for held_at, role in held.local if held_at == site_id))
