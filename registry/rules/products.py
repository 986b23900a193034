"""CAR-T products: what they are made of and where, when and for what they were approved."""

from __future__ import annotations

from registry.rules.coding import Coded, gettext_noop


class Target(Coded):
    """Antigen that the receptor binds."""

    CD19 = "CD19", gettext_noop("CD19")
    BCMA = "BCMA", gettext_noop("BCMA")
    CD20 = "CD20", gettext_noop("CD20")
    CD22 = "CD22", gettext_noop("CD22")
    CD19_CD20 = "CD19_CD20", gettext_noop("CD19 and CD20")
    CD19_CD22 = "CD19_CD22", gettext_noop("CD19 and CD22")
    CD19_BCMA = "CD19_BCMA", gettext_noop("CD19 and BCMA")
    GPRC5D = "GPRC5D", gettext_noop("GPRC5D")
    OTHER = "OTHER", gettext_noop("other")


class CostimulatoryDomain(Coded):
    """Costimulatory domain of the receptor."""

    CD28 = "CD28", gettext_noop("CD28")
    FOUR_1BB = "4-1BB", gettext_noop("4-1BB")
    BOTH = "BOTH", gettext_noop("CD28 and 4-1BB")
    OTHER = "OTHER", gettext_noop("other")


class Vector(Coded):
    """How the receptor gene was brought into the cell."""

    LENTIVIRAL = "LENTIVIRAL", gettext_noop("lentiviral")
    GAMMA_RETROVIRAL = "GAMMA_RETROVIRAL", gettext_noop("gamma-retroviral")
    NON_VIRAL = "NON_VIRAL", gettext_noop("non-viral")
    OTHER = "OTHER", gettext_noop("other")


class ProductSetting(Coded):
    """Under which arrangement the product was given."""

    COMMERCIAL = "COMMERCIAL", gettext_noop("commercial")
    TRIAL = "TRIAL", gettext_noop("clinical trial")
    HOSPITAL_EXEMPTION = "HOSPITAL_EXEMPTION", gettext_noop("hospital exemption")
    COMPASSIONATE = "COMPASSIONATE", gettext_noop("expanded access or compassionate use")


class Jurisdiction(Coded):
    """The authority's territory to which an approval applies."""

    US = "US", gettext_noop("United States")
    EU = "EU", gettext_noop("European Union")
    ES = "ES", gettext_noop("Spain")
    CN = "CN", gettext_noop("China")
    IN = "IN", gettext_noop("India")
