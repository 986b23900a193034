"""The steps of a job, above all of making a release, each told to the job's row in words before it starts."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext_noop

from exports.services.jobs import Claim, ClaimLost

STEPS: Final = (
    gettext_noop("checking rights and keys"),
    gettext_noop("choosing the cases that may leave"),
    gettext_noop("replacing dates with day numbers"),
    gettext_noop("deriving the analysis datasets"),
    gettext_noop("leaving out what was not asked for"),
    gettext_noop("assessing the risk of re-identification"),
    gettext_noop("writing the packages"),
    gettext_noop("reading the packages back"),
    gettext_noop("publishing"),
)
RIGHTS, CASES, FREEZING, DERIVING, CHOOSING, RISK, WRITING, READING, PUBLISHING = range(1, len(STEPS) + 1)


@dataclass(frozen=True)
class Teller:
    """Tells the job's row how far the work is, and stops the work once the claim is lost."""

    claim: Claim
    lost: threading.Event
    words: tuple[str, ...] = STEPS

    def step(self, number: int, **figures: int) -> None:
        """Say that a step begins or goes on; ClaimLost when the job is not ours any more."""
        if self.lost.is_set():
            raise ClaimLost
        self.claim.note(step=number, steps=len(self.words), step_words=self.words[number - 1], figures=figures)
