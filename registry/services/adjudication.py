"""Adjudication of deaths: two people judge each death by coded facts, blind to site and dose; a third one decides.

Adjudicators have no sites, so they see nothing of the record themselves. What they get is read here by the registry in
their stead: the facts below, of deaths assigned to them, and nothing that names a site, a case, a product or a dose.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from registry.models import Death, DeathReview
from registry.rules.outcome import ADJUDICATORS_PER_DEATH, ClassSource, TrmClass, adjudicated_class, settled_class
from registry.services.blinding import Facts, blinded_facts
from registry.services.locks import WriteRefused
from sites.access import can, grants_of, require
from sites.context import acting_as, acting_as_system, acting_at
from sites.models import Membership, User
from sites.roles import Permission, Role

REVIEWS_MAX = ADJUDICATORS_PER_DEATH + 1


@dataclass(frozen=True)
class Assigned:
    """One review as its adjudicator sees it: a label that says nothing, and the judgement once it is given."""

    pk: UUID
    label: str
    trm_class: TrmClass | None


@dataclass(frozen=True)
class DeathState:
    """One death as the data manager sees it."""

    death: Death
    reviews: Sequence[DeathReview]

    @property
    def verdicts(self) -> list[TrmClass | None]:
        """Return the judgements, None for those that are awaited."""
        return [TrmClass(review.trm_class) if review.trm_class else None for review in self.reviews]

    @property
    def agreed(self) -> TrmClass | None:
        """Return the class that two adjudicators share."""
        return adjudicated_class(self.verdicts)

    @property
    def result(self) -> tuple[TrmClass, ClassSource] | None:
        """Return the class to analyse and whose it is: adjudicators before site before algorithm."""
        site, algorithm = (
            TrmClass(code) if code else None for code in (self.death.trm_class_site, self.death.trm_class_algorithm)
        )
        return settled_class(self.agreed, site, algorithm)

    @property
    def wants(self) -> int:
        """Return how many adjudicators are still to be assigned: the third only once two disagree."""
        missing = max(ADJUDICATORS_PER_DEATH - len(self.reviews), 0)
        return missing or int(self.is_split and len(self.reviews) < REVIEWS_MAX)

    @property
    def is_split(self) -> bool:
        """Tell whether all who were asked have judged, and no two agree."""
        judged = len(self.reviews) >= ADJUDICATORS_PER_DEATH and None not in self.verdicts
        return judged and self.agreed is None


def death_states(deaths: Iterable[Death]) -> list[DeathState]:
    """Return where each of these deaths stands."""
    return [DeathState(death, list(death.reviews.all())) for death in deaths]


def adjudicators() -> list[User]:
    """Return the people who hold the role today."""
    held = User.objects.filter(pk__in=Membership.objects.filter(role=Role.ADJUDICATOR).values("user_id"))
    return [person for person in held if can(person, Permission.DEATH_ADJUDICATE)]


def review_assign(*, death: Death, adjudicator: User, by: Any) -> DeathReview:
    """Ask a person to judge a death. Never the same person twice, nobody of the patient's hospital, and a third only
    when two disagree."""
    require(by, Permission.DEATH_ASSIGN, death.site_id)
    with acting_as(by, reason=_("death assigned")), transaction.atomic():
        locked = Death.objects.select_for_update().get(pk=death.pk)
        state = DeathState(locked, list(locked.reviews.all()))
        _refuse_unfit(state, adjudicator)
        number = len(state.reviews) + 1
        return DeathReview.objects.create(
            site_id=death.site_id, death=locked, review_no=number, adjudicator=adjudicator
        )


def _refuse_unfit(state: DeathState, adjudicator: User) -> None:
    if not can(adjudicator, Permission.DEATH_ADJUDICATE):
        raise WriteRefused(_("This person is no adjudicator."))
    if not state.wants:
        raise WriteRefused(_("This death needs no further adjudicator now."))
    if any(review.adjudicator_id == adjudicator.pk for review in state.reviews):
        raise WriteRefused(_("This person judges this death already. Choose somebody else."))
    if any(site_id == state.death.site_id for site_id, _role in grants_of(adjudicator).local):
        raise WriteRefused(_("This person works at the hospital of the case. Choose somebody else."))


def reviews_assigned(user: Any) -> list[Assigned]:
    """Return the reviews of an adjudicator, those to be judged first."""
    require(user, Permission.DEATH_ADJUDICATE)
    with acting_as_system("adjudication", reason="list the reviews of a person"):
        found = [_assigned(review) for review in DeathReview.objects.filter(adjudicator_id=user.pk)]
    return sorted(found, key=lambda review: (review.trm_class is not None, review.label))


def review_facts(*, review_id: UUID, user: Any) -> tuple[Assigned, Facts] | None:
    """Return one review of a person and the facts of its death; None for what was not assigned to them."""
    require(user, Permission.DEATH_ADJUDICATE)
    with acting_as_system("adjudication", reason="show coded facts of a death"):
        review = _own([review_id], user).first()
        return None if review is None else (_assigned(review), blinded_facts(review.death))


def review_record(*, review_id: UUID, user: Any, trm_class: str) -> bool:
    """Record a judgement, once, in the person's name; return whether there was a review of theirs to judge."""
    require(user, Permission.DEATH_ADJUDICATE)
    with acting_as_system("adjudication", reason="find the site of a death"):
        review = _own([review_id], user).first()
    if review is None:
        return False
    given = {"trm_class": TrmClass(trm_class), "reviewed_on": timezone.localdate(), "version": review.version + 1}
    with acting_at(user, [review.site_id], reason=_("death judged")), transaction.atomic():
        return bool(_own([review_id], user).filter(trm_class__isnull=True).update(**given))


def _own(review_ids: Iterable[UUID], user: Any) -> Any:
    return DeathReview.objects.filter(pk__in=review_ids, adjudicator_id=user.pk)


def _assigned(review: DeathReview) -> Assigned:
    """The label comes from the review's random key, so that two adjudicators of one death have different ones."""
    given = TrmClass(review.trm_class) if review.trm_class else None
    return Assigned(review.pk, f"{review.pk.hex[:4]}-{review.pk.hex[4:8]}".upper(), given)
