"""What the pages of runs show, as plain values: of what, why and by whom, how far, and what became of queries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from registry.models import CheckRun, RunState, Upload
from registry.selectors.check_work import run_after

TONES: Mapping[str, str] = {
    RunState.QUEUED: "busy",
    RunState.RUNNING: "busy",
    RunState.DONE: "good",
    RunState.FAILED: "bad",
}
CODES_TOLD = 3


@dataclass(frozen=True)
class RunLine:
    """One run, with what is said of it."""

    run: CheckRun
    title: str
    tone: str

    @property
    def is_under_way(self) -> bool:
        """Tell whether a worker has it or will take it."""
        return self.run.state in (RunState.QUEUED, RunState.RUNNING)

    @property
    def so_far(self) -> str:
        """Return how many of its checks are done, in words."""
        total = self.run.total
        words = ngettext("%(done)s of %(total)s check", "%(done)s of %(total)s checks", total)
        return words % {"done": self.run.done, "total": total}

    @property
    def seconds(self) -> int | None:
        """Return how long it took, None while it has not ended."""
        if not (self.run.started_at and self.run.finished_at):
            return None
        return round((self.run.finished_at - self.run.started_at).total_seconds())


def run_line(run: CheckRun) -> RunLine:
    """Return a run as it is shown."""
    return RunLine(run, run_title(run), TONES[run.state])


def run_title(run: CheckRun) -> str:
    """Return what a run is about: which checks, and of which hospital."""
    told = {"checks": _checks(run.codes), "site": run.about_site.code if run.about_site else _("all hospitals")}
    return _("%(checks)s, %(site)s") % told


def _checks(codes: list[str]) -> str:
    if not codes:
        return _("All checks")
    if len(codes) > CODES_TOLD:
        return ngettext("%(count)s check", "%(count)s checks", len(codes)) % {"count": len(codes)}
    return ", ".join(codes)


def checks_after(upload: Upload) -> dict[str, Any]:
    """Return what is said, on the page of an upload, of the checks that ran on what it saved; nothing before."""
    run = run_after(upload)
    if run is None:
        return {}
    return {
        "is_under_way": run.state in (RunState.QUEUED, RunState.RUNNING),
        "has_failed": run.state == RunState.FAILED,
        "asked": run.opened + run.reopened,
        "url": f"{reverse('queries')}?state=open&site={upload.site.code}",
    }


def run_address(run: CheckRun) -> str:
    """Return the address of the page of a run."""
    return reverse("check_run", args=[run.pk])
