"""Cytokine release syndrome: the components of a day and the ASTCT consensus grade."""

from __future__ import annotations

from registry.rules.coding import Coded, gettext_noop


class Oxygen(Coded):
    """The most intensive oxygen support of the day."""

    ROOM_AIR = "ROOM_AIR", gettext_noop("room air")
    LOW_FLOW = "LOW_FLOW", gettext_noop("nasal cannula up to 6 L/min")
    BLOW_BY = "BLOW_BY", gettext_noop("blow-by")
    HIGH_FLOW = "HIGH_FLOW", gettext_noop("nasal cannula above 6 L/min")
    FACE_MASK = "FACE_MASK", gettext_noop("face mask")
    NON_REBREATHER = "NON_REBREATHER", gettext_noop("non-rebreather mask")
    VENTURI = "VENTURI", gettext_noop("venturi mask")
    CPAP = "CPAP", gettext_noop("CPAP")
    BIPAP = "BIPAP", gettext_noop("BiPAP")
    VENTILATION = "VENTILATION", gettext_noop("intubation and mechanical ventilation")
