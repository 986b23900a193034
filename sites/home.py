"""What a person finds to do, and where the top bar leads: each application registers its own.

The page that shows them stands in `registry.web`; it cannot import from the applications above it, so they come to
it: register in `AppConfig.ready()`. Registering a key again replaces it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise

from sites.access import grants_of
from sites.roles import ROLE_PERMISSIONS, Permission, Role

Text = str | Promise
Counter = Callable[[Any], str]


@dataclass(frozen=True)
class Card:
    """One thing to know or to do: a count if there is one, what it means, and the act it leads to."""

    title: Text
    text: Text
    count: int | None = None
    url: str = ""
    action: Text = ""
    is_urgent: bool = False


@dataclass(frozen=True)
class Link:
    """An item of the top bar; whoever holds none of the permissions does not see it. None: everybody signed in.

    `counter` tells how many things wait there for a person, as a text that may be empty; it is asked on every page.
    """

    title: Text
    view_name: str
    permissions: frozenset[Permission] | None
    order: int
    counter: Counter | None = None

    @property
    def url(self) -> str:
        """Return the address of the page."""
        return reverse(self.view_name)


CardMaker = Callable[[Any], Iterable[Card]]

_cards: dict[str, tuple[int, frozenset[Role], CardMaker]] = {}
_links: dict[str, Link] = {}


def register_cards(key: str, maker: CardMaker, *, roles: Iterable[Role], order: int = 100) -> None:
    """Show on the home page of these roles what `maker(user)` returns, in ascending order."""
    _cards[key] = (order, frozenset(roles), maker)


def register_link(
    key: str,
    title: Text,
    view_name: str,
    *,
    permissions: Iterable[Permission] | None,
    order: int = 100,
    counter: Counter | None = None,
) -> None:
    """Put an item on the top bar of everybody who holds one of the permissions (None: everybody signed in)."""
    needed = None if permissions is None else frozenset(permissions)
    _links[key] = Link(title, view_name, needed, order, counter)


def cards_for(user: Any) -> list[Card]:
    """Return the cards of a person's present roles, in their order."""
    held = grants_of(user).roles()
    makers = sorted((order, key) for key, (order, roles, _) in _cards.items() if roles & held)
    return [card for _, key in makers for card in _cards[key][2](user)]


def links_for(user: Any) -> list[Link]:
    """Return the items of a person's top bar, in their order."""
    allowed = {permission for role in grants_of(user).roles() for permission in ROLE_PERMISSIONS[role]}
    shown = [link for link in _links.values() if link.permissions is None or link.permissions & allowed]
    return sorted(shown, key=lambda link: link.order)
