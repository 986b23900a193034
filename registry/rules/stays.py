"""Care in hospital: stays, intensive care and organ support."""

from __future__ import annotations

from registry.rules.coding import Coded, gettext_noop


class CareKind(Coded):
    """Kind of care during an interval."""

    HOSPITAL = "HOSPITAL", gettext_noop("hospital")
    ICU = "ICU", gettext_noop("intensive care unit")
    VENTILATION = "VENTILATION", gettext_noop("mechanical ventilation")
    RRT = "RRT", gettext_noop("renal replacement therapy")
