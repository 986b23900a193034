"""The haematopoietic cell transplantation comorbidity index from its conditions (weights provisional)."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from registry.rules.bands import ladder, lookup
from registry.rules.coding import Coded, gettext_noop
from registry.rules.infusion import Comorbidity


class HctCiGroup(Coded):
    """Risk group of the index."""

    LOW = "LOW", gettext_noop("low (0)")
    INTERMEDIATE = "INTERMEDIATE", gettext_noop("intermediate (1 to 2)")
    HIGH = "HIGH", gettext_noop("high (3 or more)")


POINTS: Mapping[Comorbidity, int] = {
    Comorbidity.ARRHYTHMIA: 1,
    Comorbidity.CARDIAC: 1,
    Comorbidity.BOWEL: 1,
    Comorbidity.DIABETES: 1,
    Comorbidity.CEREBROVASCULAR: 1,
    Comorbidity.PSYCHIATRIC: 1,
    Comorbidity.HEPATIC_MILD: 1,
    Comorbidity.OBESITY: 1,
    Comorbidity.INFECTION: 1,
    Comorbidity.RHEUMATOLOGIC: 2,
    Comorbidity.PEPTIC_ULCER: 2,
    Comorbidity.RENAL: 2,
    Comorbidity.PULMONARY_MODERATE: 2,
    Comorbidity.SOLID_TUMOUR: 3,
    Comorbidity.HEART_VALVE: 3,
    Comorbidity.PULMONARY_SEVERE: 3,
    Comorbidity.HEPATIC_SEVERE: 3,
}
GROUPS = ladder(HctCiGroup.LOW, ("1", HctCiGroup.INTERMEDIATE), ("3", HctCiGroup.HIGH))

# Two degrees of one organ are never added: the worse one counts.
_DEGREES = (
    (Comorbidity.HEPATIC_MILD, Comorbidity.HEPATIC_SEVERE),
    (Comorbidity.PULMONARY_MODERATE, Comorbidity.PULMONARY_SEVERE),
)
INDEX_MAX = sum(POINTS.values()) - sum(POINTS[milder] for milder, _ in _DEGREES)


def hct_ci(conditions: Collection[Comorbidity]) -> int:
    """Return the index in points from the conditions present (provisional)."""
    counted = set(conditions)
    for milder, worse in _DEGREES:
        counted -= {milder} if worse in counted else set()
    return sum(POINTS[condition] for condition in counted)


def hct_ci_group(points: int) -> HctCiGroup:
    """Return the risk group of the index: low 0, intermediate 1 to 2, high 3 or more (provisional)."""
    return lookup(GROUPS, points)
