"""Makes the folder that leaves from the folder of a frozen release."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from exports.freeze.errors import FreezeError
from exports.freeze.folder import read_facts, write_facts
from exports.freeze.policy import NUMBERS, k_of
from exports.leaving.counted import counted_path, write_counted
from exports.leaving.facts import leaving_facts
from exports.leaving.order import AGREEMENT, TWIN, LeavingOrder
from exports.leaving.people import choose_people, refuse_or_go_on
from exports.leaving.plan import plans_of
from exports.leaving.twin import make_twin
from exports.leaving.verify import counted_again
from exports.leaving.whole import remove, whole_folder
from exports.leaving.write import write_sheets
from exports.sheets import sheets_of


def leave(folder: Path, out: Path, order: LeavingOrder) -> dict[str, Any]:
    """Write what leaves of a release into `out`, a folder of the same shape, and return its facts.

    The same folder and order give the same bytes. `out` is whole or not there; what was there before is replaced.
    Raises FreezeError, with words for people, where the order cannot be carried out, a level is refused, or a written
    sheet is not complete.
    """
    order.check()
    return _twin(folder, out, order) if order.level == TWIN else _leave(folder, out, order)


def _leave(folder: Path, out: Path, order: LeavingOrder) -> dict[str, Any]:
    facts = read_facts(folder)
    sheets = sheets_of(folder, facts)
    every_plan = plans_of(sheets, order)
    plans = [plan for plan in every_plan if plan.leaves]
    if not plans:
        raise FreezeError("Nothing of this release would leave: no variable is left.")
    people = choose_people(sheets, plans, order, order.k_min or k_of(order.level, numbers_of(facts)))
    refuse_or_go_on(people, order)
    with whole_folder(out) as part:
        written = write_sheets(plans, people, order, part)
        found = [counted_again(plan, people, written, part) for plan in plans]
        after = leaving_facts(facts, order, every_plan, people, found)
        write_facts(part, after)
    write_counted(out, people, written)
    return after


def numbers_of(facts: Mapping[str, Any]) -> dict[str, int]:
    """Return the numbers of the policy that counted at the freeze."""
    return {name: number.value for name, number in NUMBERS.items()} | dict(facts.get("policy", {}))


def _twin(folder: Path, out: Path, order: LeavingOrder) -> dict[str, Any]:
    """Make the twin of what the same order would get under an agreement."""
    real = out.with_name(f"{out.name}.real")
    try:
        _leave(folder, real, replace(order, level=AGREEMENT))
        return make_twin(real, out, order.seed)
    finally:
        remove(real)
        counted_path(real).unlink(missing_ok=True)
