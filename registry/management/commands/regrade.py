"""`manage.py regrade --rule-version NAME` shows which grades another version of the rule would change; changes none."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from sites.context import acting_as_system

SAMPLES = 20
UNKNOWN = 2
COLUMNS = (
    "toxicity", "rule_version", "site", "study_id", "course_no", "episode_no", "day", "stored_rule", "stored_grade",
    "grade",
)  # fmt: skip


class Command(BaseCommand):
    """Grade every day of CRS and ICANS under a named version and say what would change, by site and pooled."""

    help = "Show which computed grades another version of the rule would change. Nothing is changed."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--rule-version", required=True, metavar="NAME", help="an unknown name lists the known")
        parser.add_argument("--toxicity", choices=["crs", "icans"], help="without it, all that have this version")
        parser.add_argument("--site", metavar="CODE", help="one site only")
        parser.add_argument("--csv", type=Path, metavar="FILE", help="write every day that would change into a file")

    def handle(self, *_args: Any, rule_version: str, toxicity: str | None, site: str | None, **options: Any) -> None:
        from registry.rules.grade_versions import VERSIONS, UnknownVersion, versions_named

        among = [kind for kind in VERSIONS if toxicity in (None, kind.value.lower())]
        try:
            versions = versions_named(rule_version, among)
        except UnknownVersion as unknown:
            raise CommandError(str(unknown), returncode=UNKNOWN) from None
        site_id = _site(site) if site else None
        with _writer(options["csv"]) as write:
            for kind, version in versions.items():
                self._regrade(kind, version, site_id, write)
        self.stdout.write("Nothing was changed.")

    def _regrade(self, toxicity: Any, version: Any, site_id: Any, write: Callable[[list[Any]], None]) -> None:
        from registry.services.regrade import Change, regrade

        samples: list[Change] = []

        def tell(change: Change) -> None:
            write(_line(change, version.name))
            if len(samples) < SAMPLES:
                samples.append(change)

        self.stdout.write(f"{toxicity.label} under {version.name}: {version.says}")
        self._show(regrade(toxicity, version, site=site_id, tell=tell))
        if samples:
            self.stdout.write(f"The first {len(samples)} days that would change:")
        for change in samples:
            where = f"{change.site} {change.study_id}, course {change.course_no}, episode {change.episode_no}"
            self.stdout.write(f"  {where}, day {change.day:+d}: {_move(change.before, change.after)}")
        self.stdout.write("")

    def _show(self, tallies: dict[str, Any]) -> None:
        from registry.services.regrade import Tally

        pooled = Tally()
        for tally in tallies.values():
            pooled.add(tally)
        self.stdout.write(f"  {'site':<10}{'days':>9}{'change':>9}{'episodes':>11}{'change':>9}")
        for code, tally in [*tallies.items(), ("all", pooled)]:
            changing = tally.day_moves.total(), tally.episode_moves.total()
            self.stdout.write(f"  {code:<10}{tally.days:>9}{changing[0]:>9}{tally.episodes:>11}{changing[1]:>9}")
        self.stdout.write(f"  Stored under: {_counted(pooled.stored_rules)}")
        self.stdout.write(f"  Grades of days: {_moves(pooled.day_moves)}")
        self.stdout.write(f"  Highest grades of episodes: {_moves(pooled.episode_moves)}")


def _site(code: str) -> Any:
    from sites.models import Site

    with acting_as_system("regrade", reason="look the site up"):
        known = dict(Site.objects.order_by("code").values_list("code", "pk"))
    if code not in known:
        raise CommandError(f"No site {code!r}. There are: {', '.join(known)}.", returncode=UNKNOWN)
    return known[code]


@contextmanager
def _writer(path: Path | None) -> Iterator[Callable[[list[Any]], None]]:
    if path is None:
        yield lambda _line: None
        return
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(COLUMNS)
        yield rows.writerow


def _line(change: Any, version: str) -> list[Any]:
    where = [change.toxicity.value, version, change.site, change.study_id, change.course_no, change.episode_no]
    return [*where, change.day, change.stored_rule, *map(_grade, (change.before, change.after))]


def _grade(grade: int | None) -> str:
    return "" if grade is None else str(grade)


def _move(before: int | None, after: int | None) -> str:
    return f"{_grade(before) or 'none'} -> {_grade(after) or 'none'}"


def _moves(moves: Counter[tuple[int | None, int | None]]) -> str:
    """Return the moves in words, in the order of the grades, no grade first."""
    ordered = sorted(moves.items(), key=lambda item: [-1 if grade is None else grade for grade in item[0]])
    return ", ".join(f"{_move(*move)}: {count}" for move, count in ordered) or "none would change"


def _counted(rules: Counter[str]) -> str:
    return ", ".join(f"{rule or 'no rule yet'}: {count}" for rule, count in sorted(rules.items())) or "nothing"
