"""Immune effector cell-associated neurotoxicity: components of a day and the ASTCT consensus grade."""

from __future__ import annotations

from registry.rules.coding import Coded, gettext_noop


class IceAssessable(Coded):
    """Whether the patient could be examined with the ICE or CAPD questions."""

    YES = "YES", gettext_noop("yes")
    UNAROUSABLE = "UNAROUSABLE", gettext_noop("no, unarousable")
    OTHER = "OTHER", gettext_noop("no, other reason (sedated, language, not done)")


class Consciousness(Coded):
    """Depressed level of consciousness; the stimulus that wakes the patient."""

    ALERT = "ALERT", gettext_noop("alert")
    SPONTANEOUS = "SPONTANEOUS", gettext_noop("drowsy, awakens spontaneously")
    VOICE = "VOICE", gettext_noop("awakens to voice")
    TACTILE = "TACTILE", gettext_noop("awakens only to touch")
    UNAROUSABLE = "UNAROUSABLE", gettext_noop("unarousable, or only to vigorous or repeated touch")


class Seizure(Coded):
    """The worst seizure of the day."""

    NONE = "NONE", gettext_noop("none")
    CLINICAL_RESOLVING = "CLINICAL_RESOLVING", gettext_noop("clinical, resolving rapidly")
    NONCONVULSIVE_RESOLVING = "NONCONVULSIVE_RESOLVING", gettext_noop("non-convulsive on EEG, resolving with treatment")
    PROLONGED = "PROLONGED", gettext_noop("longer than 5 minutes, life-threatening")
    REPETITIVE = "REPETITIVE", gettext_noop("repeated without return to baseline")


class Motor(Coded):
    """Deep focal motor weakness."""

    NONE = "NONE", gettext_noop("none")
    FOCAL_WEAKNESS = "FOCAL_WEAKNESS", gettext_noop("hemiparesis or paraparesis")


class Oedema(Coded):
    """Cerebral oedema on imaging."""

    NONE = "NONE", gettext_noop("none")
    FOCAL = "FOCAL", gettext_noop("focal")
    DIFFUSE = "DIFFUSE", gettext_noop("diffuse")


class IcpSign(Coded):
    """Clinical sign of raised intracranial pressure."""

    NONE = "NONE", gettext_noop("none")
    POSTURING = "POSTURING", gettext_noop("decerebrate or decorticate posturing")
    CN6_PALSY = "CN6_PALSY", gettext_noop("sixth cranial nerve palsy")
    PAPILLOEDEMA = "PAPILLOEDEMA", gettext_noop("papilloedema")
    CUSHING = "CUSHING", gettext_noop("Cushing triad")
