"""How urgent a query is and how long it has waited, as people read it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from registry.models import DataQuery, Rank

# Shape, tone and the word beside them; the whole of what a rank means is told by its label.
RANKS: Mapping[int, tuple[str, str, Promise | str]] = {
    Rank.BLOCKS: ("◆", "bad", gettext_lazy("Blocks")),
    Rank.MODEL: ("▲", "wait", gettext_lazy("Model")),
    Rank.ENDPOINT: ("●", "busy", gettext_lazy("Endpoint")),
    Rank.OTHER: ("○", "plain", gettext_lazy("Other")),
}


@dataclass(frozen=True)
class RankLook:
    """How a rank looks: its shape, its tone, its word and its meaning."""

    shape: str
    tone: str
    word: str
    title: str


def rank_look(rank: int) -> RankLook:
    """Return how a rank looks."""
    shape, tone, word = RANKS[rank]
    return RankLook(shape, tone, str(word), str(Rank(rank).label))


def age_words(query: DataQuery, now: datetime) -> str:
    """Return how long an answer has been owed, in whole days."""
    days = (now - query.asked_at).days
    if not days:
        return _("today")
    return ngettext("%(count)s day", "%(count)s days", days) % {"count": days}
