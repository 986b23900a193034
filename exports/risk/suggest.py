"""Which declared coarsening steps would make the smallest group larger, one by one and one after the other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from exports.leaving.carriers import Place
from exports.leaving.coarsen import ALL_STEPS, LEAVE_OUT, Step
from exports.leaving.quasi import shown_by, shown_columns
from exports.risk.cells import Codes, codes_of, groups_of, mean_risk, sizes_of, smallest


@dataclass(frozen=True)
class Choice:
    """What may still be coarsened: counted columns as they would leave now, and the carriers that leave."""

    frame: pl.DataFrame
    leaving: frozenset[Place]
    ordered: tuple[str, ...]
    k_min: int


def suggestions(choice: Choice) -> dict[str, Any]:
    """Return the k that each single step would reach, and a sequence that takes the best step until k is enough.

    The sequence ends with leaving people out where no step helps any more.
    """
    coded = _Coded(choice)
    steps = [step for step in ALL_STEPS if _is_open(step, choice)]
    single = [coded.outcome([step]) for step in steps]
    return {"now": coded.outcome([]), "single": single, "sequence": _greedy(coded, steps, choice.k_min)}


def _is_open(step: Step, choice: Choice) -> bool:
    """Say whether a step is not ordered yet and would change something that leaves."""
    if step.quasi is None or step.code in choice.ordered:
        return False
    return bool((step.drops | step.recodes.keys()) & choice.leaving)


def _greedy(coded: _Coded, steps: Sequence[Step], k_min: int) -> list[dict[str, Any]]:
    taken: list[Step] = []
    outcomes = [coded.outcome([])]
    while outcomes[-1]["k"] < k_min and (rest := [step for step in steps if step not in taken]):
        tried = [(step, coded.outcome([*taken, step])) for step in rest]
        step, better = max(tried, key=lambda entry: _worth(entry[1], k_min))
        if _worth(better, k_min) <= _worth(outcomes[-1], k_min):
            break
        taken = [*(mild for mild in taken if not _replaces(step, mild)), step]
        outcomes.append({**better, "steps": [step.code for step in taken]})
    last = outcomes[-1]
    if 0 < last["below_k_min"] < last["people"]:
        outcomes.append(coded.without_small(taken))
    return outcomes[1:]


def _worth(outcome: Mapping[str, Any], k_min: int) -> tuple[float, ...]:
    """Return how good an outcome is: more than enough is no better than enough, so that the milder step wins."""
    is_short = outcome["k"] < k_min
    return min(outcome["k"], k_min), -outcome["below_k_min"], -outcome["risk_mean"] if is_short else 0.0


def _replaces(step: Step, mild: Step) -> bool:
    """Say whether a step makes another unnecessary: all that the other touches is dropped."""
    return mild.drops | mild.recodes.keys() <= step.drops


class _Coded:
    """The counted columns as numbers, each as it is and as each step would make it."""

    def __init__(self, choice: Choice) -> None:
        self._choice = choice
        self._codes: dict[tuple[str, str], Codes] = {}

    def sizes(self, steps: Sequence[Step]) -> Codes:
        """Return group sizes after more steps."""
        dropped: frozenset[Place] = frozenset().union(*(step.drops for step in steps))
        names = shown_columns(self._choice.leaving - dropped)
        columns = [self._column(name, steps) for name in names]
        return sizes_of(groups_of(columns, self._choice.frame.height))

    def outcome(self, steps: Sequence[Step]) -> dict[str, Any]:
        """Return what the release would be after more steps."""
        sizes = self.sizes(steps)
        return {
            "steps": [step.code for step in steps],
            "people": int(sizes.size),
            "k": smallest(sizes),
            "below_k_min": int((sizes < self._choice.k_min).sum()),
            "risk_mean": mean_risk(sizes),
        }

    def without_small(self, steps: Sequence[Step]) -> dict[str, Any]:
        """Return what the release would be if the people in small groups were left out as well."""
        sizes = self.sizes(steps)
        kept = sizes[sizes >= self._choice.k_min]
        codes = [*(step.code for step in steps), LEAVE_OUT]
        return {
            "steps": codes,
            "people": int(kept.size),
            "k": smallest(kept),
            "below_k_min": 0,
            "risk_mean": mean_risk(kept),
        }

    def _column(self, name: str, steps: Sequence[Step]) -> Codes:
        step = next((step for step in steps if shown_by(name) in step.recodes), None)
        key = (name, step.code if step else "")
        if key not in self._codes:
            frame = self._choice.frame
            values = frame.select(step.recodes[shown_by(name)].expression(name)) if step else frame.select(name)
            self._codes[key] = codes_of(values.to_series())
        return self._codes[key]
