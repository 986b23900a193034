"""CAR-T products: what they are made of and where, when and for what they were approved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from registry.rules.coding import Coded, gettext_noop
from registry.rules.disease import DiseaseGroup
from registry.rules.patient import ADULT_FROM_YEARS


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


@dataclass(frozen=True, slots=True)
class Product:
    """One CAR-T product; what is None is not established and has to be stated by the site."""

    code: str
    generic_name: str
    brand_name: str = ""
    code_names: tuple[str, ...] = ()
    target: Target | None = None
    costimulatory_domain: CostimulatoryDomain | None = None
    vector: Vector | None = None
    is_split_dose: bool = False
    is_verified: bool = True
    source: str = ""


@dataclass(frozen=True, slots=True)
class Approval:
    """One indication of a product: disease group, earlier lines needed, age in years, and the day it took effect.

    `from_on` is None where an approval is known but not its date, `min_prior_lines` where the label gives no number.
    `is_verified` speaks of the date.
    """

    product: str
    disease_group: DiseaseGroup
    min_prior_lines: int | None
    from_on: date | None
    jurisdiction: Jurisdiction = Jurisdiction.US
    age_from: int | None = ADULT_FROM_YEARS
    age_to: int | None = None
    is_verified: bool = False
    source: str = ""

    @property
    def line(self) -> str:
        """Return the place in treatment as people write it."""
        if self.min_prior_lines is None:
            return "relapsed or refractory"
        return f"after {self.min_prior_lines} or more lines"


LABEL = "US label"
REVIEW = "PMC9617572, table 1; DOI 10.1186/s13046-022-02327-z, table 1"
REPORTED = "reported, to be checked with the label"
ASIA = "approved in China or India only, as reported"
EXEMPTION = "hospital exemption, Spain"

_CD28 = (Target.CD19, CostimulatoryDomain.CD28, Vector.GAMMA_RETROVIRAL)
_CD19 = (Target.CD19, CostimulatoryDomain.FOUR_1BB, Vector.LENTIVIRAL)
_BCMA = (Target.BCMA, CostimulatoryDomain.FOUR_1BB, Vector.LENTIVIRAL)

PRODUCTS: tuple[Product, ...] = (
    Product("TISA", "tisagenlecleucel", "Kymriah", ("CTL019",), *_CD19, source=LABEL),
    Product("AXI", "axicabtagene ciloleucel", "Yescarta", ("KTE-C19",), *_CD28, source=LABEL),
    Product("BREXU", "brexucabtagene autoleucel", "Tecartus", ("KTE-X19",), *_CD28, source=LABEL),
    Product("LISO", "lisocabtagene maraleucel", "Breyanzi", ("JCAR017",), *_CD19, source=LABEL),
    Product("IDE", "idecabtagene vicleucel", "Abecma", ("bb2121",), *_BCMA, source=LABEL),
    Product("CILTA", "ciltacabtagene autoleucel", "Carvykti", ("JNJ-68284528", "LCAR-B38M"), *_BCMA, source=LABEL),
    Product("OBE", "obecabtagene autoleucel", "Aucatzyl", ("AUTO1",), *_CD19, True, False, REPORTED),
    Product("VARNI", "varnimcabtagene autoleucel", "", ("ARI-0001",), *_CD19, source=EXEMPTION),
    Product("CESNI", "cesnicabtagene autoleucel", "", ("ARI-0002h",), *_BCMA, False, False, EXEMPTION),
    Product("ANITO", "anitocabtagene autoleucel", "", ("CART-ddBCMA",), *_BCMA, source="not approved on 2026-11-22"),
    Product("RELMA", "relmacabtagene autoleucel", "Carteyva", (), *_CD19, False, False, ASIA),
    Product("EQUE", "equecabtagene autoleucel", "Fucaso", (), *_BCMA, False, False, ASIA),
    Product("ZEVOR", "zevorcabtagene autoleucel", "", (), *_BCMA, False, False, ASIA),
    Product("INATI", "inaticabtagene autoleucel", "", (), Target.CD19, is_verified=False, source=ASIA),
    Product("TALI", "talicabtagene autoleucel", "NexCAR19", (), *_CD19, False, False, ASIA),
    Product("INVEST", "investigational product", is_verified=False),
    Product("OTHER", "other product", is_verified=False),
)


def _verified(product: str, group: DiseaseGroup, lines: int | None, from_on: str, source: str = REVIEW) -> Approval:
    return Approval(product, group, lines, date.fromisoformat(from_on), is_verified=True, source=source)


def _reported(product: str, group: DiseaseGroup, lines: int | None, from_on: str) -> Approval:
    return Approval(product, group, lines, date.fromisoformat(from_on), source=REPORTED)


APPROVALS: tuple[Approval, ...] = (
    Approval(
        "TISA", DiseaseGroup.B_ALL, None, date(2017, 8, 30), age_from=None, age_to=25, is_verified=True, source=REVIEW
    ),
    _verified("TISA", DiseaseGroup.LBCL, 2, "2018-05-01"),
    _reported("TISA", DiseaseGroup.FL, 2, "2022-05-27"),
    _verified("AXI", DiseaseGroup.LBCL, 2, "2017-10-18"),
    _verified("AXI", DiseaseGroup.FL, 2, "2021-03-05"),
    _reported("AXI", DiseaseGroup.LBCL, 1, "2022-04-01"),
    _verified("BREXU", DiseaseGroup.MCL, None, "2020-07-24"),
    _reported("BREXU", DiseaseGroup.B_ALL, None, "2021-10-01"),
    _verified("LISO", DiseaseGroup.LBCL, 2, "2021-02-05"),
    _reported("LISO", DiseaseGroup.LBCL, 1, "2022-06-24"),
    _reported("LISO", DiseaseGroup.CLL_SLL, 2, "2024-03-14"),
    _verified("LISO", DiseaseGroup.FL, 2, "2024-05-15", LABEL),
    _reported("LISO", DiseaseGroup.MCL, 2, "2024-05-30"),
    _verified("LISO", DiseaseGroup.MZL, 2, "2025-12-04", LABEL),
    _verified("IDE", DiseaseGroup.MM_PCL, 4, "2021-03-26"),
    # Only the month of this extension is reported: the first day of it stands in until someone reads the label.
    _reported("IDE", DiseaseGroup.MM_PCL, 2, "2024-04-01"),
    _reported("CILTA", DiseaseGroup.MM_PCL, 4, "2022-02-28"),
    _reported("CILTA", DiseaseGroup.MM_PCL, 1, "2024-04-05"),
    _reported("OBE", DiseaseGroup.B_ALL, None, "2024-11-08"),
    Approval("VARNI", DiseaseGroup.B_ALL, None, date(2021, 2, 10), Jurisdiction.ES, is_verified=True, source=EXEMPTION),
    Approval("CESNI", DiseaseGroup.MM_PCL, None, None, Jurisdiction.ES, source=EXEMPTION),
)

TARGET_GROUPS: Mapping[Target, frozenset[DiseaseGroup]] = {
    Target.BCMA: frozenset({DiseaseGroup.MM_PCL}),
    Target.GPRC5D: frozenset({DiseaseGroup.MM_PCL}),
    Target.CD19: frozenset(DiseaseGroup) - {DiseaseGroup.MM_PCL},
}


def first_approved_on(product: str, jurisdiction: Jurisdiction = Jurisdiction.US) -> date | None:
    """Return the day of the first approval of a product, or nothing when there is none or its date is not known."""
    days = (a.from_on for a in APPROVALS if a.product == product and a.jurisdiction == jurisdiction and a.from_on)
    return min(days, default=None)


def approvals_on(product: str, group: DiseaseGroup, on: date, jurisdiction: Jurisdiction) -> tuple[Approval, ...]:
    """Return the approvals of a product for a group of diseases that were in force on a day."""
    return tuple(
        approval
        for approval in APPROVALS
        if (approval.product, approval.disease_group, approval.jurisdiction) == (product, group, jurisdiction)
        and approval.from_on is not None
        and approval.from_on <= on
    )


def target_fits(target: Target, group: DiseaseGroup) -> bool:
    """Tell whether diseases of the group carry the target; targets without a declared list fit every group."""
    return group in TARGET_GROUPS.get(target, frozenset(DiseaseGroup))


@dataclass(frozen=True, slots=True)
class CellDose:
    """What a product's label gives: CAR-positive cells in 10⁶, in total or per kg of body weight."""

    product: str
    low: Decimal
    high: Decimal
    is_per_kg: bool = False


# All indications of a product together (provisional: to be checked with the labels). A product that is split over
# infusions is absent: no single row holds its dose.
CELL_DOSES = (
    CellDose("TISA", Decimal(10), Decimal(600)),
    CellDose("AXI", Decimal(2), Decimal(2), is_per_kg=True),
    CellDose("BREXU", Decimal(1), Decimal(2), is_per_kg=True),
    CellDose("LISO", Decimal(50), Decimal(110)),
    CellDose("IDE", Decimal(300), Decimal(510)),
    CellDose("CILTA", Decimal("0.5"), Decimal(1), is_per_kg=True),
)
