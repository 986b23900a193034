"""Why a value is absent: the three coded reasons that stand in for a number, never inside it."""

from __future__ import annotations

from registry.rules.coding import Coded, gettext_noop


class MissingReason(Coded):
    """The reason stored beside an empty value."""

    ND = "ND", gettext_noop("not done")
    UNK = "UNK", gettext_noop("unknown")
    NA = "NA", gettext_noop("not applicable")
