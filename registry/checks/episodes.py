"""The three kinds of toxicity episodes, for checks that say the same of each of them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, F, Value, When
from django.db.models.functions import Coalesce

from registry.models import CrsAssessment, CrsEpisode, IcansAssessment, IcansEpisode, IecHsEpisode
from registry.rules.outcome import Toxicity


@dataclass(frozen=True)
class EpisodeKind:
    """One kind: its model and number, and, where recorded, its days and its grade when anakinra starts."""

    toxicity: Toxicity
    model: type[Any]
    number: str
    assessments: type[Any] | None = None
    grade_at_start: str = ""

    @property
    def name(self) -> str:
        """Return the end of the codes of its checks."""
        return self.toxicity.value.replace("_", "")

    @property
    def related_name(self) -> str:
        """Return the lookup from an infusion course to its episodes of this kind."""
        return str(self.model._meta.get_field("course").related_query_name())


CRS = EpisodeKind(Toxicity.CRS, CrsEpisode, "crs_no", CrsAssessment, "crs_grade_at_start")
ICANS = EpisodeKind(Toxicity.ICANS, IcansEpisode, "icans_no", IcansAssessment, "icans_grade_at_start")
IECHS = EpisodeKind(Toxicity.IEC_HS, IecHsEpisode, "iechs_no")
EPISODE_KINDS = (CRS, ICANS, IECHS)
GRADED_BY_DAY = (CRS, ICANS)
# An episode that is marked not resolved has not ended; one of which nobody says so has an unknown end.
END = Coalesce(F("resolved_on"), Case(When(is_resolved=False, then=Value(dt.date.max))))
