"""Lists of diseases, products, infections and events: whole, consistent, and told apart by date and place."""

from __future__ import annotations

import importlib
import pkgutil
from datetime import date

import pytest

import registry.rules
from registry.rules.adverse import AeOutcome, Relation, is_side_effect, outcome_fits_grade
from registry.rules.coding import Coded
from registry.rules.disease import GROUPS, Diagnosis, DiseaseGroup, Stage, group_of, stages_for
from registry.rules.infections import (
    ORGANISM_CLASSES,
    InfectionClass,
    InfectionRelation,
    InfectionSite,
    InfectionWindow,
    Organism,
    class_of,
    infection_window,
    relation_to_anakinra,
)
from registry.rules.patient import Country
from registry.rules.products import (
    APPROVALS,
    PRODUCTS,
    CostimulatoryDomain,
    Jurisdiction,
    Target,
    approvals_on,
    first_approved_on,
    target_fits,
)


def coded_lists() -> list[type[Coded]]:
    modules = [
        importlib.import_module(f"registry.rules.{m.name}") for m in pkgutil.iter_modules(registry.rules.__path__)
    ]
    values = {value for module in modules for value in vars(module).values() if isinstance(value, type)}
    return sorted((v for v in values if issubclass(v, Coded) and v is not Coded), key=lambda v: v.__name__)


@pytest.mark.parametrize("codes", coded_lists(), ids=lambda codes: codes.__name__)
def test_codes_are_short_ascii_and_labels_are_words_of_their_own(codes: type[Coded]) -> None:
    assert all(code.isascii() and 0 < len(code) <= 24 for code in codes.codes())
    labels = [label for _, label in codes.choices()]
    assert len(labels) == len(set(labels))
    assert all(label.strip() == label and label for label in labels)


def test_a_member_equals_and_prints_its_code() -> None:
    assert CostimulatoryDomain.FOUR_1BB == "4-1BB" == f"{CostimulatoryDomain('4-1BB')}"


def test_every_diagnosis_has_a_group() -> None:
    assert set(GROUPS) == set(Diagnosis)
    assert set(GROUPS.values()) == set(DiseaseGroup)
    assert group_of(Diagnosis.TFL) == DiseaseGroup.LBCL


def test_a_stage_belongs_to_the_system_of_its_disease() -> None:
    assert Stage.R_ISS_II in stages_for(DiseaseGroup.MM_PCL)
    assert Stage.ISS_I in stages_for(DiseaseGroup.MM_PCL)
    assert Stage.ANN_ARBOR_IV not in stages_for(DiseaseGroup.MM_PCL)
    assert stages_for(DiseaseGroup.B_ALL) == frozenset()
    assert stages_for(DiseaseGroup.OTHER) == frozenset(Stage)


def test_product_codes_are_unique_and_approvals_name_a_product() -> None:
    codes = [product.code for product in PRODUCTS]
    assert len(codes) == len(set(codes))
    assert {approval.product for approval in APPROVALS} <= set(codes)
    keys = [(a.product, a.disease_group, a.line, a.jurisdiction) for a in APPROVALS]
    assert len(keys) == len(set(keys))


def test_an_approved_product_targets_the_disease_it_is_approved_for() -> None:
    targets = {product.code: product.target for product in PRODUCTS}
    for approval in APPROVALS:
        target = targets[approval.product]
        assert target is not None
        assert target_fits(target, approval.disease_group)


def test_every_approved_product_has_its_target_and_domain() -> None:
    approved = {approval.product for approval in APPROVALS}
    assert all(p.target and p.costimulatory_domain and p.vector for p in PRODUCTS if p.code in approved)


@pytest.mark.parametrize(
    ("product", "place", "first"),
    [
        ("TISA", Jurisdiction.US, date(2017, 8, 30)),
        ("AXI", Jurisdiction.US, date(2017, 10, 18)),
        ("BREXU", Jurisdiction.US, date(2020, 7, 24)),
        ("LISO", Jurisdiction.US, date(2021, 2, 5)),
        ("IDE", Jurisdiction.US, date(2021, 3, 26)),
        ("CILTA", Jurisdiction.US, date(2022, 2, 28)),
        ("OBE", Jurisdiction.US, date(2024, 11, 8)),
        ("VARNI", Jurisdiction.US, None),
        ("VARNI", Jurisdiction.ES, date(2021, 2, 10)),
        ("CESNI", Jurisdiction.ES, None),
        ("ANITO", Jurisdiction.US, None),
    ],
)
def test_the_first_approval_depends_on_the_place(product: str, place: Jurisdiction, first: date | None) -> None:
    assert first_approved_on(product, place) == first


def test_an_approval_holds_from_its_day_on_in_its_place() -> None:
    us = Jurisdiction.US
    assert approvals_on("LISO", DiseaseGroup.FL, date(2024, 5, 14), us) == ()
    assert len(approvals_on("LISO", DiseaseGroup.FL, date(2024, 5, 15), us)) == 1
    assert approvals_on("LISO", DiseaseGroup.FL, date(2024, 5, 15), Jurisdiction.EU) == ()
    lines = [approval.min_prior_lines for approval in approvals_on("AXI", DiseaseGroup.LBCL, date(2023, 1, 1), us)]
    assert lines == [2, 1]


def test_a_bcma_product_does_not_fit_a_lymphoma() -> None:
    assert not target_fits(Target.BCMA, DiseaseGroup.LBCL)
    assert not target_fits(Target.CD19, DiseaseGroup.MM_PCL)
    assert target_fits(Target.OTHER, DiseaseGroup.LBCL)


def test_only_the_split_dose_product_is_marked_so() -> None:
    assert [product.code for product in PRODUCTS if product.is_split_dose] == ["OBE"]


def test_every_organism_has_a_class() -> None:
    assert set(ORGANISM_CLASSES) == set(Organism)
    assert set(InfectionClass) - set(ORGANISM_CLASSES.values()) == {InfectionClass.CLINICAL, InfectionClass.UNKNOWN}
    assert class_of(Organism.CANDIDA) == InfectionClass.YEAST
    assert len(InfectionSite) == 15


@pytest.mark.parametrize(
    ("day", "window"),
    [(-1, "BEFORE_INFUSION"), (0, "D0_30"), (30, "D0_30"), (31, "D31_100"), (100, "D31_100"), (101, "AFTER_D100")],
)
def test_infections_are_reported_by_period(day: int, window: str) -> None:
    assert infection_window(day) == InfectionWindow(window)


@pytest.mark.parametrize(
    ("on", "stopped", "relation"),
    [
        (date(2024, 3, 9), date(2024, 3, 20), "BEFORE"),
        (date(2024, 3, 10), date(2024, 3, 20), "ON"),
        (date(2024, 3, 20), date(2024, 3, 20), "ON"),
        (date(2024, 3, 21), date(2024, 3, 20), "WITHIN_30_D_AFTER"),
        (date(2024, 4, 19), date(2024, 3, 20), "WITHIN_30_D_AFTER"),
        (date(2024, 4, 20), date(2024, 3, 20), "LATER"),
        (date(2024, 4, 20), None, "ON"),
    ],
)
def test_an_infection_is_placed_before_during_or_after_anakinra(on: date, stopped: date | None, relation: str) -> None:
    assert relation_to_anakinra(on, date(2024, 3, 10), stopped) == InfectionRelation(relation)


@pytest.mark.parametrize(
    ("relation", "counts"),
    [
        (None, None),
        (Relation.NA, False),
        (Relation.UNLIKELY, False),
        (Relation.POSSIBLE, True),
        (Relation.DEFINITE, True),
    ],
)
def test_an_event_is_a_side_effect_from_possible_on(relation: Relation | None, counts: bool | None) -> None:
    assert is_side_effect(relation) is counts


@pytest.mark.parametrize(
    ("outcome", "grade", "fits"),
    [
        (AeOutcome.FATAL, 5, True),
        (AeOutcome.FATAL, 4, False),
        (AeOutcome.RESOLVED, 5, False),
        (AeOutcome.ONGOING, 3, True),
    ],
)
def test_fatal_and_grade_5_go_together(outcome: AeOutcome, grade: int, fits: bool) -> None:
    assert outcome_fits_grade(outcome, grade) is fits


def test_countries_are_two_letter_codes_with_spain_and_the_united_states() -> None:
    assert {"ES", "US"} <= Country.codes()
    assert len(Country) > 40
    assert all(len(code) == 2 and code.isupper() for code in Country.codes())
