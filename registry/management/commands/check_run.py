"""`manage.py check_run` runs the edit checks here and now and prints what became of the queries."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from sites.context import acting_as_system

UNKNOWN = 2


class Command(BaseCommand):
    """Run all checks, or one, over all hospitals, or one, in the foreground; no worker is needed."""

    help = (
        "Run the edit checks here and now: open, re-open and close data queries as the data say, and print how many. "
        "Without --site over all hospitals, without --check all checks that are on. A second run changes nothing. "
        "The run is listed on the page of runs like any other."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Add --site and --check."""
        parser.add_argument("--site", metavar="CODE", help="one hospital only")
        parser.add_argument("--check", metavar="CODE", help="one check only")

    def handle(self, *_args: Any, site: str | None, check: str | None, **_options: Any) -> None:
        """Run, print the counts, and fail where the run failed."""
        from registry.models import RunState
        from registry.services.check_runs import run_here

        run = run_here(site=_site(site) if site else None, codes=[_check(check)] if check else [])
        self.stdout.write(
            f"{run.done} of {run.total} checks: {run.found} violations found, {run.opened} queries opened, "
            f"{run.reopened} re-opened, {run.closed} closed."
        )
        if run.state == RunState.FAILED:
            raise CommandError(f"The run failed, reference {run.error_reference}: see the log. Run it again.")


def _site(code: str) -> Any:
    from sites.models import Site

    with acting_as_system("manage.py check_run", reason="look the site up"):
        known = {site.code: site for site in Site.objects.order_by("code")}
    if code not in known:
        raise CommandError(f"No site {code!r}. There are: {', '.join(known)}.", returncode=UNKNOWN)
    return known[code]


def _check(code: str) -> str:
    from registry.checks.catalogue import load
    from registry.checks.declared import check_named

    load()
    try:
        return check_named(code).code
    except LookupError as error:
        raise CommandError(
            f"{error} The page of checks and docs/generated/edit-checks.md list them.", returncode=UNKNOWN
        ) from None
