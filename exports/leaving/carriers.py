"""Where each quasi-identifier stands: every column that tells it, in tidy tables and in analysis datasets.

A quasi-identifier is what somebody may know of a person without the registry. It is counted by the columns of the
subject-level dataset that its carriers show; it counts as long as one carrier leaves. A column derived from a carrier
must be a carrier itself or be judged here: `undeclared` finds those that are neither, and nothing leaves then.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from exports.sheets import Sheet
from registry.rules.coding import gettext_noop

# (sheet, column)
Place = tuple[str, str]
SUBJECTS: Final = "adsl"


@dataclass(frozen=True)
class Carrier:
    """One column that tells a quasi-identifier.

    `shows` is the column of the subject-level dataset by which that is counted. `is_finer`: it tells more than is
    counted (age in years against the age group), so it may not leave where k is promised.
    """

    sheet: str
    column: str
    shows: str
    is_finer: bool = False

    @property
    def place(self) -> Place:
        """Return sheet and column."""
        return self.sheet, self.column


@dataclass(frozen=True)
class QuasiIdentifier:
    """One fact by which a person may be known, and every column that tells it.

    `counted` are the columns of the subject-level dataset that count, finest first; none where the fact is known to
    identify but the policy does not count it (such carriers are always finer).
    """

    code: str
    words: str
    counted: tuple[str, ...]
    carriers: tuple[Carrier, ...]


def _finer(*places: Place, shows: str = "") -> tuple[Carrier, ...]:
    return tuple(Carrier(sheet, column, shows, is_finer=True) for sheet, column in places)


def _telling(shows: str, *places: Place) -> tuple[Carrier, ...]:
    return tuple(Carrier(sheet, column, shows) for sheet, column in places)


AGE: Final = QuasiIdentifier(
    "AGE",
    gettext_noop("age group"),
    ("AGEGR",),
    (
        *_telling("AGEGR", (SUBJECTS, "AGEGR")),
        *_finer(("patient", "age_at_infusion"), (SUBJECTS, "AGE"), shows="AGEGR"),
        # A Lansky status is a child's, and so is a CAPD score.
        *_finer(("infusion_course", "kps_scale"), ("icans_assessment", "capd"), shows="AGEGR"),
        *_finer((SUBJECTS, "PSSCALE"), shows="AGEGR"),
    ),
)
SEX: Final = QuasiIdentifier(
    "SEX", gettext_noop("sex"), ("SEX",), _telling("SEX", ("patient", "sex"), (SUBJECTS, "SEX"))
)
COUNTRY: Final = QuasiIdentifier(
    "COUNTRY",
    gettext_noop("country"),
    ("COUNTRY",),
    _telling("COUNTRY", ("patient", "country"), (SUBJECTS, "COUNTRY")),
)
DISEASE: Final = QuasiIdentifier(
    "DISEASE",
    gettext_noop("disease group"),
    ("DISGR",),
    (
        *_telling("DISGR", (SUBJECTS, "DISGR")),
        *_finer(("disease", "diagnosis"), ("disease", "stage"), (SUBJECTS, "DIS"), shows="DISGR"),
        # Each disease has its own response criteria, and some words of them are of one disease only.
        *_telling("DISGR", ("response", "criteria"), ("response", "response"), ("response", "deauville")),
        *_telling("DISGR", (SUBJECTS, "BESTRESP"), (SUBJECTS, "RESPCRIT")),
    ),
)
PRODUCT: Final = QuasiIdentifier(
    "PRODUCT",
    gettext_noop("CAR-T product"),
    ("PROD", "PRODGR", "TARGET", "COSTIM"),
    (
        *_telling("PROD", ("infusion_course", "product"), (SUBJECTS, "PROD")),
        *_telling("PRODGR", (SUBJECTS, "PRODGR")),
        *_telling("TARGET", ("infusion_course", "target"), (SUBJECTS, "TARGET")),
        *_telling("COSTIM", ("infusion_course", "costimulatory_domain"), (SUBJECTS, "COSTIM")),
    ),
)
YEAR: Final = QuasiIdentifier(
    "YEAR",
    gettext_noop("year of infusion"),
    ("INFYR",),
    _telling("INFYR", ("infusion_course", "infusion_year"), (SUBJECTS, "INFYR")),
)
ORIGIN: Final = QuasiIdentifier(
    "ORIGIN",
    gettext_noop("race or ethnicity"),
    (),
    _finer(("patient", "race"), ("patient", "ethnicity"), (SUBJECTS, "RACE"), (SUBJECTS, "ETHNIC")),
)
SITE: Final = QuasiIdentifier("SITE", gettext_noop("site"), (), _finer(("patient", "site"), (SUBJECTS, "SITEPSEUD")))

QUASI: Final = (AGE, SEX, COUNTRY, DISEASE, PRODUCT, YEAR, ORIGIN, SITE)
# Levels that few people hold are merged, by the freeze and again whenever fewer people leave.
MERGED: Final = frozenset(carrier.place for quasi in (COUNTRY, ORIGIN) for carrier in quasi.carriers)
# Derived from a carrier, but looked at and found to tell nothing of it; each with its reason.
JUDGED: Final[Mapping[Place, str]] = {
    (SUBJECTS, "KPS"): "the scale only says whether the status counts",
    (SUBJECTS, "BESTRDY"): "a day; the criteria only say which response it is of",
    (SUBJECTS, "ORRFL"): "yes or no under every criteria",
    (SUBJECTS, "NRMFL"): "yes or no under every criteria",
    (SUBJECTS, "MVAFL"): "whether values are there, not which",
}


def carriers() -> Iterator[tuple[QuasiIdentifier, Carrier]]:
    """Yield every carrier with what it tells."""
    for quasi in QUASI:
        for carrier in quasi.carriers:
            yield quasi, carrier


def quasi_of(place: Place) -> QuasiIdentifier | None:
    """Return what a column tells, None where it tells no quasi-identifier."""
    return next((quasi for quasi, carrier in carriers() if carrier.place == place), None)


def undeclared(sheets: Iterable[Sheet]) -> list[Place]:
    """Return the columns derived from a carrier that are neither a carrier nor judged."""
    known = {carrier.place for _quasi, carrier in carriers()}
    return [
        (sheet.name, column.column)
        for sheet in sheets
        for column in sheet.columns
        if (sheet.name, column.column) not in known | JUDGED.keys()
        and any(_place(source) in known for source in column.sources)
    ]


def _place(source: str) -> Place:
    sheet, _, column = source.partition(".")
    return sheet, column
