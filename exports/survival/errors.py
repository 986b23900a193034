"""The one error of this package: no number is better than a plausible wrong one."""

from __future__ import annotations

from typing import Final

NO_EVENT: Final = "NO_EVENT"
ONE_GROUP: Final = "ONE_GROUP"
MONOTONE: Final = "MONOTONE"
NOT_CONVERGED: Final = "NOT_CONVERGED"
SINGULAR: Final = "SINGULAR"
TOO_FEW: Final = "TOO_FEW"
BAD_INPUT: Final = "BAD_INPUT"


class NotEstimable(ValueError):  # noqa: N818 - the statisticians' word for it, as printed in the report
    """The data do not determine the number that was asked for.

    `code` is stable (one of the constants of this module); `message` says what is the matter, `advice` what to do about
    it; both are English sentences.
    """

    def __init__(self, code: str, message: str, advice: str) -> None:
        """Keep the three parts; the text of the error is message and advice together."""
        super().__init__(f"{message} {advice}")
        self.code = code
        self.message = message
        self.advice = advice

    def __reduce__(self) -> tuple[type[NotEstimable], tuple[str, str, str]]:
        """Allow the error to cross a process boundary (Celery, multiprocessing) with its parts."""
        return type(self), (self.code, self.message, self.advice)
