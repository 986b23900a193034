"""Treatment of the toxicities other than anakinra: drugs, doses, corticosteroid equivalents."""

from __future__ import annotations

from registry.rules.coding import Coded, gettext_noop


class TherapyDrug(Coded):
    """Drug or procedure against toxicity; anakinra is absent because it has courses of its own."""

    TOCILIZUMAB = "TOCILIZUMAB", gettext_noop("tocilizumab")
    SILTUXIMAB = "SILTUXIMAB", gettext_noop("siltuximab")
    DEXAMETHASONE = "DEXAMETHASONE", gettext_noop("dexamethasone")
    METHYLPREDNISOLONE = "METHYLPREDNISOLONE", gettext_noop("methylprednisolone")
    PREDNISONE = "PREDNISONE", gettext_noop("prednisone or prednisolone")
    HYDROCORTISONE = "HYDROCORTISONE", gettext_noop("hydrocortisone")
    BETAMETHASONE = "BETAMETHASONE", gettext_noop("betamethasone")
    LEVETIRACETAM = "LEVETIRACETAM", gettext_noop("levetiracetam")
    OTHER_ANTISEIZURE = "OTHER_ANTISEIZURE", gettext_noop("other antiseizure drug")
    RUXOLITINIB = "RUXOLITINIB", gettext_noop("ruxolitinib")
    EMAPALUMAB = "EMAPALUMAB", gettext_noop("emapalumab")
    ETOPOSIDE = "ETOPOSIDE", gettext_noop("etoposide")
    CYCLOPHOSPHAMIDE = "CYCLOPHOSPHAMIDE", gettext_noop("cyclophosphamide")
    DASATINIB = "DASATINIB", gettext_noop("dasatinib")
    ATG = "ATG", gettext_noop("antithymocyte globulin")
    IVIG = "IVIG", gettext_noop("intravenous immunoglobulin")
    BELIMUMAB = "BELIMUMAB", gettext_noop("belimumab")
    LENALIDOMIDE = "LENALIDOMIDE", gettext_noop("lenalidomide")
    INTRATHECAL_STEROID = "INTRATHECAL_STEROID", gettext_noop("intrathecal corticosteroid")
    INTRATHECAL_CHEMO = "INTRATHECAL_CHEMO", gettext_noop("intrathecal chemotherapy")
    PLASMA_EXCHANGE = "PLASMA_EXCHANGE", gettext_noop("plasma exchange")
    CYTOKINE_ADSORPTION = "CYTOKINE_ADSORPTION", gettext_noop("cytokine adsorption")
    OTHER = "OTHER", gettext_noop("other")


class TherapyReason(Coded):
    """What the treatment was given for."""

    CRS = "CRS", gettext_noop("CRS")
    ICANS = "ICANS", gettext_noop("ICANS")
    BOTH = "BOTH", gettext_noop("CRS and ICANS")
    IEC_HS = "IEC_HS", gettext_noop("IEC-HS")
    PROPHYLAXIS = "PROPHYLAXIS", gettext_noop("prophylaxis")
    OTHER = "OTHER", gettext_noop("other")


class Route(Coded):
    """Route of administration."""

    IV = "IV", gettext_noop("intravenous")
    SC = "SC", gettext_noop("subcutaneous")
    PO = "PO", gettext_noop("by mouth")
    IT = "IT", gettext_noop("intrathecal")
    OTHER = "OTHER", gettext_noop("other")


class DoseUnit(Coded):
    """Unit in which a dose was written."""

    MG = "MG", gettext_noop("mg")
    G = "G", gettext_noop("g")
    MG_PER_KG = "MG_PER_KG", gettext_noop("mg/kg")
    G_PER_KG = "G_PER_KG", gettext_noop("g/kg")
    MG_PER_M2 = "MG_PER_M2", gettext_noop("mg/m²")
    SESSION = "SESSION", gettext_noop("session")
