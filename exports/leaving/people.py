"""Who leaves: everybody of the release, less those outside the cohort, less those in groups that are too small."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from exports.freeze.errors import FreezeError
from exports.leaving.carriers import SUBJECTS, Place
from exports.leaving.coarsen import LEAVE_OUT
from exports.leaving.cohort import meeting
from exports.leaving.order import SHAREABLE, LeavingOrder
from exports.leaving.plan import SheetPlan, effective_steps
from exports.leaving.quasi import coarse, leaving_carriers, shown_columns
from exports.risk.cells import Codes, alike, smallest
from exports.risk.suggest import Choice, suggestions
from exports.sheets import SUBJECT, SUBJECT_OF, Sheet

PATIENTS, SITE = "patient", "site"
# Where the site stands in the first sheet that says who is in the release.
SITE_COLUMNS = (SITE, "SITEPSEUD")


@dataclass(frozen=True)
class People:
    """Who leaves: `frame` has their subject keys and sites in the order of the keys.

    `counted` are their subject-level rows with quasi-identifiers as they leave, `carriers` the columns that tell
    those; `left_out` says how many do not leave, by reason.
    """

    frame: pl.DataFrame
    counted: pl.DataFrame
    carriers: frozenset[Place]
    left_out: Mapping[str, int]

    @property
    def is_everybody(self) -> bool:
        """Say whether nobody was left out."""
        return not any(self.left_out.values())

    @property
    def sizes(self) -> Codes:
        """Return how many of those who leave look like each of them, that one included."""
        return alike(self.counted, shown_columns(self.carriers))


class TooFewAlike(FreezeError):  # noqa: N818 - says what is wrong
    """A level is refused because its smallest group is too small; `suggestions` has the steps that would help."""

    def __init__(self, k: int, choice: Choice) -> None:
        self.k, self.k_min, self.suggestions = k, choice.k_min, suggestions(choice)
        super().__init__(
            f"The smallest group of cases that look alike has {k}; this level needs {choice.k_min}. {self._help()}"
        )

    def _help(self) -> str:
        reached = [entry for entry in self.suggestions["sequence"] if entry["k"] >= self.k_min]
        if not reached:
            return "No step of coarsening reaches that: there are too few cases."
        steps = ", ".join(reached[0]["steps"])
        return f"These steps would reach {reached[0]['k']} with {reached[0]['people']} cases: {steps}."


def choose_people(sheets: Sequence[Sheet], plans: Sequence[SheetPlan], order: LeavingOrder, k_min: int) -> People:
    """Choose the people of an order; groups below `k_min` go where the order says so.

    Raises FreezeError where the cohort or k cannot be applied to this release.
    """
    everybody, subjects = _everybody(sheets), _subject_level(sheets)
    if subjects is None:
        if order.cohort or order.level == SHAREABLE or LEAVE_OUT in order.coarsening:
            raise FreezeError("This release has no subject-level dataset, so cases cannot be chosen or counted.")
        return People(everybody, pl.DataFrame(schema={SUBJECT: pl.String}), frozenset(), {"COHORT": 0, "RISK": 0})
    places = leaving_carriers(plans)
    cohort = meeting(order.cohort, subjects) if order.cohort else subjects
    counted = coarse(cohort, shown_columns(places), effective_steps(order))
    kept = _large_enough(counted, places, k_min if LEAVE_OUT in order.coarsening else 0)
    outside = everybody.height - cohort.height if order.cohort else 0
    left_out = {"COHORT": outside, "RISK": counted.height - kept.height}
    frame = everybody
    if any(left_out.values()):
        frame = everybody.join(kept.select(SUBJECT), on=SUBJECT, how="semi", maintain_order="left")
    return People(frame, kept, places, left_out)


def refuse_or_go_on(people: People, order: LeavingOrder) -> None:
    """Raise FreezeError where nobody is left, TooFewAlike where a shareable release has a group below `k_min`."""
    if not people.frame.height and not people.is_everybody:
        raise FreezeError("Nobody is left: no case meets the cohort and stands in a group that is large enough.")
    k = smallest(people.sizes)
    if order.level == SHAREABLE and k < order.k_min:
        ordered = tuple(step.code for step in effective_steps(order))
        raise TooFewAlike(k, Choice(people.counted, people.carriers, ordered, order.k_min))


def _large_enough(counted: pl.DataFrame, places: frozenset[Place], k_min: int) -> pl.DataFrame:
    return counted.filter(pl.Series(alike(counted, shown_columns(places))) >= k_min) if k_min else counted


def _everybody(sheets: Sequence[Sheet]) -> pl.DataFrame:
    home = _named(sheets, PATIENTS) or _named(sheets, SUBJECTS)
    if home is None:
        raise FreezeError("This release has neither a patient table nor a subject-level dataset.")
    site = next((pl.col(name) for name in SITE_COLUMNS if name in home.names), pl.lit(None, pl.String))
    return pl.scan_parquet(home.path).select(pl.col(SUBJECT_OF[home.kind]).alias(SUBJECT), site.alias(SITE)).collect()


def _subject_level(sheets: Sequence[Sheet]) -> pl.DataFrame | None:
    sheet = _named(sheets, SUBJECTS)
    return None if sheet is None else sheet.frame().rename({SUBJECT_OF[sheet.kind]: SUBJECT})


def _named(sheets: Sequence[Sheet], name: str) -> Sheet | None:
    return next((sheet for sheet in sheets if sheet.name == name), None)
