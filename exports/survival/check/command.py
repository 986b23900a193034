"""The command: what it prints and when it fails."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from exports.survival.check.compare import Compared
from exports.survival.check.kinds import RUNNERS, kinds, recomputed, tolerance
from exports.survival.check.vectors import Analysis, DataSet, Unreadable, read

USAGE: Final = (
    "Usage: python -m exports.survival check DIR\nDIR holds reference analyses, one JSON and CSV per data set.\n"
)
SHOWN: Final = 20


@dataclass
class Tally:
    """What was compared of one kind."""

    analyses: int = 0
    numbers: int = 0
    worst: float = 0.0


@dataclass
class Outcome:
    """All that was compared, by kind, and what was wrong."""

    tallies: dict[str, Tally] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)

    def tally(self, kind: str) -> Tally:
        """Return the tally of a kind."""
        return self.tallies.setdefault(kind, Tally())


def main(arguments: list[str]) -> int:
    """Compare a folder, print a line per kind, and return 0 if every number is near enough, else 1 (2: usage)."""
    if len(arguments) != 2 or arguments[0] != "check":
        sys.stderr.write(USAGE)
        return 2
    outcome = check(Path(arguments[1]))
    sys.stdout.writelines(f"{line}\n" for line in report(outcome))
    return 1 if outcome.wrong else 0


def check(folder: Path) -> Outcome:
    """Return what comparing a folder gave; a file that cannot be read does not keep the others from being compared."""
    outcome = Outcome()
    paths = sorted(folder.glob("*.json"))
    if not paths:
        outcome.wrong.append(f"{folder}: there are no reference analyses (*.json).")
    for path in paths:
        try:
            data = read(path)
        except Unreadable as error:
            outcome.wrong.append(str(error))
        else:
            for analysis in data.analyses:
                _add(outcome, path, data, analysis)
    return outcome


def _add(outcome: Outcome, path: Path, data: DataSet, analysis: Analysis) -> None:
    where = f"{path}: {analysis.id}"
    if analysis.kind not in RUNNERS:
        outcome.wrong.append(f"{where}: {analysis.kind} is not a known kind ({', '.join(RUNNERS)}).")
        return
    for kind in kinds(analysis):
        outcome.tally(kind).analyses += 1
    try:
        numbers = recomputed(data.columns, analysis)
    except (ValueError, KeyError, TypeError, ArithmeticError) as error:
        outcome.tally(analysis.kind).worst = math.inf
        outcome.wrong.append(f"{where}: cannot be recomputed ({type(error).__name__}: {error}).")
        return
    for kind, one in numbers:
        _count(outcome, kind, one, where)


def _count(outcome: Outcome, kind: str, one: Compared, where: str) -> None:
    tally = outcome.tally(kind)
    tally.numbers += 1
    tally.worst = max(tally.worst, one.deviation)
    if one.deviation > tolerance(kind):
        outcome.wrong.append(f"{where}: {one.path} is {one.found}, expected {one.expected}.")


def report(outcome: Outcome) -> Iterator[str]:
    """Yield the lines that are printed."""
    if outcome.tallies:
        yield f"{'kind':<22}{'analyses':>9}{'numbers':>9}{'worst':>10}{'allowed':>9}"
    for kind, tally in outcome.tallies.items():
        verdict = "ok" if tally.worst <= tolerance(kind) else "WRONG"
        yield f"{kind:<22}{tally.analyses:>9}{tally.numbers:>9}{tally.worst:>10.1e}{tolerance(kind):>9.0e}  {verdict}"
    yield from outcome.wrong[:SHOWN]
    if len(outcome.wrong) > SHOWN:
        yield f"and {len(outcome.wrong) - SHOWN} more."
    total = sum(tally.numbers for tally in outcome.tallies.values())
    yield "Something is wrong." if outcome.wrong else f"All {total} numbers agree."
