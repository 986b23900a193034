"""Whoever changes an operator or a number in the privacy code makes a check fail: nine of ten mutants at least."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable
from copy import copy
from pathlib import Path
from types import ModuleType
from typing import Any

import polars as pl
import pytest

from exports.freeze import privacy
from exports.freeze.errors import FreezeError, PrivacyError
from exports.leaving import coarsen, shareable
from exports.leaving.carriers import carriers
from exports.leaving.counted import counted_path
from exports.leaving.leave import leave
from exports.leaving.order import LeavingOrder
from exports.risk import figures, report
from exports.sheets import Sheet
from registry.metadata import (
    CodedVariable,
    DateVariable,
    DecimalVariable,
    FlagVariable,
    IntegerVariable,
    Privacy,
    TextVariable,
    TimeVariable,
    Transform,
    Variable,
)
from registry.models import InfusionCourse
from registry.rules.patient import Sex
from tests.unit.leaving_release import column, person, write_release
from tests.unit.mutants import mutants_of

LEAST_KILLED = 0.9
KEY = bytes(range(32))


def refused(error: type[Exception], call: Callable[..., Any], *arguments: Any) -> bool:
    try:
        call(*arguments)
    except error:
        return True
    return False


def naive_bin(day: int) -> int:
    low = 0
    while day >= low + (7 if low < 91 else 30):
        low += 7 if low < 91 else 30
    while day < low:
        low -= 7 if low > -91 else 30
    return low


def check_shareable(module: ModuleType) -> None:
    days = list(range(-260, 260))
    frame = pl.DataFrame({"x": [*days, None]})
    found = frame.select(module.binned_day(pl.col("x"), pl.Int64()))["x"].to_list()
    assert found == [*(naive_bin(day) for day in days), None]
    numbers = pl.DataFrame({"x": [1234.0, 0.123, 99.6]}).select(module.rounded(pl.col("x"), pl.Float64()))
    assert numbers["x"].to_list() == [1200.0, 0.12, 100.0]
    digest = hmac.new(KEY, b"shareable-v1|K1", hashlib.sha256).digest()
    assert module.shareable_keys(KEY, ["K1"]) == [base64.b32encode(digest[:16]).decode().rstrip("=")]
    check_what_may_be_shared(module)
    check_shared_values(module)


def sheet(kind: str, name: str) -> Sheet:
    return Sheet(kind, name, "", "", ("USUBJID", "AESEQ"), 0, 0, 0, (), None)  # type: ignore[arg-type]


LISTED = (("A", "a"),)
MAY_BE_SHARED = [
    ("table", "adsl", column("X", "integer", "1"), False),
    ("dataset", "adlb", column("X", "integer", "1"), False),
    ("dataset", "adlb", column("USUBJID", "code"), False),
    ("dataset", "adae", column("AESEQ", "integer"), True),
    ("dataset", "adae", column("X", "integer", "1"), True),
    ("dataset", "adae", column("X", "integer"), False),
    ("dataset", "adae", column("X", "decimal", "h"), False),
    ("dataset", "adae", column("X", "decimal", "d"), True),
    ("dataset", "adae", column("X", "code"), False),
    ("dataset", "adae", column("X", "text"), False),
    ("dataset", "adae", column("X", "code", choices=LISTED), True),
    ("dataset", "adae", column("X", "yes/no"), True),
    ("dataset", "adtte", column("PARAM", "code"), True),
    ("dataset", "adsl", column("AGE", "integer", "a"), False),
    ("dataset", "adsl", column("SITEPSEUD", "code", choices=LISTED), False),
    ("dataset", "adsl", column("SEX", "code"), True),
]


def check_what_may_be_shared(module: ModuleType) -> None:
    for kind, name, entry, may in MAY_BE_SHARED:
        assert (module.why_withheld(sheet(kind, name), entry) == "") is may
    assert refused(PrivacyError, module.check_key, ("adae", "X"), column("X", "integer", "d"))
    assert refused(PrivacyError, module.check_key, ("adae", "X"), column("X", "code"))
    module.check_key(("adae", "X"), column("X", "integer", "1"))
    module.check_key(("adae", "X"), column("X", "code", choices=LISTED))


def check_shared_values(module: ModuleType) -> None:
    frame = pl.DataFrame({"X": [813.7]})
    for place, entry, value in (
        (("adsl", "X"), column("X", "decimal", "d"), 811.0),
        (("adsl", "X"), column("X", "decimal", "mg"), 810.0),
        (("adsl", "X"), column("X", "integer", "1"), 810.0),
        (("adsl", "X"), column("X", "yes/no"), 813.7),
        (("adsl", "DOSE24"), column("X", "decimal", "mg/d"), 810.0),
        (("adtte", "READDY"), column("X", "integer", "d"), 813.7),
        (("adsl", "INFYR"), column("X", "integer", "a"), 813.7),
    ):
        after, expression = module.coarse_value(place, entry, pl.Float64())
        assert frame.select(expression).item() == value
        assert (after.leaves_as != "") is (value != 813.7)
    long = type(column("X", "integer", "d"))("X", "y" * 40, "integer", "d")
    assert module.coarse_value(("adsl", "X"), long, pl.Float64())[0].label == "y" * 31 + " (binned)"


DROPPED = {
    "YEAR_PAIRS": 0, "NO_YEAR": 2, "NO_COUNTRY": 2, "AGE_65": 5, "PRODUCT_DOMAIN": 5, "DISEASE_LINEAGE": 8,
    "NO_DISEASE": 9, "NO_PRODUCT": 7, "NO_AGE": 6, "NO_SEX": 2, "LEAVE_OUT_BELOW_K": 0,
}  # fmt: skip


def check_coarsen(module: ModuleType) -> None:
    assert {code: len(step.drops) for code, step in module.STEPS.items()} == DROPPED
    for step in module.STEPS.values():
        places = {carrier.place for quasi, carrier in carriers() if quasi is step.quasi}
        assert step.drops | step.keeps | step.recodes.keys() == places
    frame = pl.DataFrame({"INFYR": [2018, 2019, 2020, None], "AGEGR": ["LT40", "40_64", "65_74", "GE75"]})
    years, ages = module.YEAR_PAIRS_RECODING, module.AGE_65_RECODING
    assert frame.select(years.expression("INFYR"))["INFYR"].to_list() == [2018, 2018, 2020, None]
    assert frame.select(ages.expression("AGEGR"))["AGEGR"].to_list() == ["LT65", "LT65", "GE65", "GE65"]
    assert ages.column(column("AGEGR", "code")).choices == ages.choices
    unknown = pl.DataFrame({"AGEGR": ["CHILD"]})
    assert refused(pl.exceptions.PolarsError, unknown.select, ages.expression("AGEGR"))
    assert refused(FreezeError, module.steps_of, ["NO_AGE", "NO_SUCH"])
    steps = module.steps_of(["AGE_65", "NO_SEX"])
    assert module.dropped_by(steps, ("adsl", "SEX")) is module.STEPS["NO_SEX"]
    assert module.recoded_by(steps, ("adsl", "AGEGR")) is module.STEPS["AGE_65"]
    assert module.dropped_by(steps, ("adsl", "AGEGR")) is None
    assert module.recoded_by(steps, ("adsl", "SEX")) is None
    assert refused(AttributeError, setattr, steps[0], "keeps", frozenset())
    assert refused(AttributeError, setattr, ages, "codes", ())


def named(field: Any, name: str, model: Any = None) -> Any:
    field.set_attributes_from_name(name)
    return field


def text(expression: Any) -> str:
    return " ".join(expression.as_string(None).split())


FORBIDDEN = [
    IntegerVariable(Variable("No decision", Privacy.QUASI, unit="1")),
    TextVariable(Variable("A name let out", Privacy.DIRECT, transform=Transform.KEEP)),
    DateVariable(Variable("A day as it is", Privacy.DATE, transform=Transform.KEEP)),
    DateVariable(Variable("The year of another date", Privacy.DATE, transform=Transform.YEAR)),
    TimeVariable(Variable("A time turned into days", Privacy.DATE)),
    TextVariable(Variable("Words called clinical", Privacy.CLINICAL)),
    TextVariable(Variable("Words merged", Privacy.QUASI, transform=Transform.MERGE_RARE)),
    DecimalVariable(Variable("A fraction capped", Privacy.QUASI, unit="a", transform=Transform.AGE_TOP_CODED)),
    CodedVariable(None, Sex),
]


def check_privacy(module: ModuleType) -> None:
    for field in FORBIDDEN:
        assert refused(PrivacyError, module.released_columns, named(field, "x_on"))
    withheld = TextVariable(Variable("A name", Privacy.DIRECT))
    assert module.released_columns(named(withheld, "x")) == []
    assert refused(PrivacyError, module.released_name, named(withheld, "x"))
    check_a_wall_behind_the_list(module)
    check_released_values(module)
    check_reasons(module)
    check_product(module)


def check_a_wall_behind_the_list(module: ModuleType) -> None:
    """Even where the list of allowed transforms is wrong, what never leaves does not, nor does what has no recipe."""
    allowed, recipes = module.ALLOWED_TRANSFORMS, module.RECIPES
    named_field = named(TextVariable(Variable("A name let out", Privacy.DIRECT, transform=Transform.KEEP)), "x")
    module.ALLOWED_TRANSFORMS = {**allowed, Privacy.DIRECT: {Transform.KEEP}}
    assert refused(PrivacyError, module.checked_transform, named_field)
    module.ALLOWED_TRANSFORMS = allowed
    module.RECIPES = {}
    kept = named(IntegerVariable(Variable("A number", Privacy.CLINICAL, unit="1")), "x")
    assert refused(PrivacyError, module.checked_transform, kept)
    assert module.checked_transform(named(TextVariable(Variable("A name", Privacy.DIRECT)), "x")) is Transform.WITHHOLD
    module.RECIPES = recipes


def check_released_values(module: ModuleType) -> None:
    year = named(DateVariable(Variable("Infusion", Privacy.DATE, transform=Transform.YEAR)), "infused_on")
    found = module.released_columns(year)[0]
    assert (found.name, found.unit) == ("infusion_year", "a")
    assert '("p".age_at_infusion + "seen".years) < 90 THEN extract(year' in text(found.expression)
    age = named(IntegerVariable(Variable("Age", Privacy.QUASI, unit="a", transform=Transform.AGE_TOP_CODED)), "age")
    assert text(module.released_columns(age)[0].expression) == (
        'CASE WHEN ("p".age_at_infusion + "seen".years) >= 90 THEN 90 ELSE "r"."age" END'
    )
    day = named(DateVariable(Variable("Onset", Privacy.DATE)), "onset_on")
    found = module.released_columns(day)[0]
    assert (found.name, found.unit, text(found.expression)) == ("onset_day", "d", '("r"."onset_on" - "o".infused_on)')
    assert found.choices == ()
    partial = named(DateVariable(Variable("Onset", Privacy.DATE), partial=True), "onset_on")
    exact, _reason, precision = module.released_columns(partial)
    assert "= 'DAY' THEN" in text(exact.expression)
    assert precision.name == "onset_day_precision"
    merged = named(CodedVariable(Variable("Race", Privacy.QUASI, transform=Transform.MERGE_RARE), Sex), "race")
    assert module.released_columns(merged)[0].is_merged
    plain = named(CodedVariable(Variable("Kind", Privacy.CLINICAL), Sex), "kind")
    assert not module.released_columns(plain)[0].is_merged
    flag = named(FlagVariable(Variable("Yes", Privacy.CLINICAL)), "has_it")
    assert [found.type for found in module.released_columns(flag)][:1] == ["yes/no"]
    number = named(DecimalVariable(Variable("Dose", Privacy.CLINICAL, unit="mg"), max_digits=6, decimal_places=2), "d")
    assert module.released_columns(number)[0].dtype == pl.Decimal(6, 2)


def check_reasons(module: ModuleType) -> None:
    for optional, derived, columns in ((True, False, 2), (False, False, 1), (True, True, 1)):
        variable = Variable("Number", Privacy.CLINICAL, unit="1", derived=derived)
        field = named(IntegerVariable(variable, null=optional), "x")
        found = module.released_columns(field)
        assert len(found) == columns
        assert (found[0].missing_reasons != "") is (columns == 2)
    merged = CodedVariable(Variable("Race", Privacy.QUASI, transform=Transform.MERGE_RARE), Sex, null=True)
    assert not module.released_columns(named(merged, "race"))[1].is_merged


def check_product(module: ModuleType) -> None:
    product = InfusionCourse._meta.get_field("product")
    assert [found.name for found in module.released_columns(product)] == ["product", "target", "costimulatory_domain"]
    other = copy(product)
    other.name = "other"
    assert refused(PrivacyError, module._product, other)
    assert refused(PrivacyError, module._days, named(TimeVariable(Variable("A time", Privacy.DATE)), "at"))
    assert refused(PrivacyError, module._merged, named(TextVariable(Variable("Words", Privacy.QUASI)), "w"))


def check_figures(module: ModuleType) -> None:
    frame = pl.DataFrame(
        {
            "key": [f"K{n}" for n in range(20)],
            "A": ["a"] * 11 + ["b"] * 4 + ["c"] * 5 ,
            "B": ["x"] * 19 + [None],
            "S": ["1", "2"] * 5 + ["1"] + ["1"] * 4 + ["1", "2", "1", "1", None],
            "D": [0] * 12 + list(range(1, 9)),
            "E": [0, 1] * 10,
            "site": ["S1"] * 15 + ["S2"] * 5,
        }
    )  # fmt: skip
    asked = module.Question(
        frame, "key", {"QA": ["A"], "QB": ["B"]}, 4, attributes=["E"], sensitive=["S"], intervals=["D"], site="site"
    )
    before = module.Previous("R-0", {"patients": 9, "k": 3, "unique": 2}, [f"K{n}" for n in range(10)])
    report = module.risk_report(asked, before)
    wanted = {
        "patients": 20, "k": 1, "is_enough": False, "unique": 1, "unique_percent": 5.0, "below_k_min": 1,
        "below_5_percent": 45.0, "below_11_percent": 45.0, "risk_max": 1.0, "k_min": 4, "attributes": ["E"],
        "quasi_identifiers": {"QA": ["A"], "QB": ["B"]},
        "diversity": [{"column": "S", "l": 1, "people_with_one_value": 5}],
        "intervals": {"columns": [{"column": "D", "unique": 8}], "unique_together": 8, "unique_with_quasi": 9},
        "sites": [
            {"site": "S1", "people": 15, "k": 4, "unique": 0}, {"site": "S2", "people": 5, "k": 1, "unique": 1},
        ],
        "change": {
            "since": "R-0", "people": [9, 20], "k": [3, 1], "unique": [2, 1], "joined": 10, "left": 0,
            "is_small_difference": True,
        },
        "unique_sets": [{"columns": ["QB"], "people": 1}],
    }  # fmt: skip
    assert {name: report[name] for name in wanted} == wanted
    assert report["risk_mean"] == pytest.approx(4 / 20)
    rare = [(entry["column"], entry["level"], entry["people"], entry["is_below_5"]) for entry in report["rare_levels"]]
    assert rare == [
        ("A", "b", 4, True), ("A", "c", 5, False), ("B", "(missing)", 1, True), ("E", "0", 10, False),
        ("E", "1", 10, False), ("S", "(missing)", 1, True), ("S", "2", 6, False),
    ]  # fmt: skip
    check_edges_of_figures(module, frame)


def check_edges_of_figures(module: ModuleType, frame: pl.DataFrame) -> None:
    bare = module.risk_report(module.Question(frame, "key", {}, 20))
    assert (bare["k"], bare["is_enough"], bare["below_k_min"], bare["sites"]) == (20, True, 0, [])
    assert (bare["unique_sets"], bare["change"], bare["below_11_percent"]) == ([], None, 0.0)
    assert (bare["intervals"]["unique_together"], bare["intervals"]["unique_with_quasi"]) == (0, 0)
    one = module.risk_report(module.Question(frame[:1], "key", {}, 2))
    assert (one["intervals"]["unique_together"], one["intervals"]["unique_with_quasi"]) == (0, 0)
    nobody = module.risk_report(module.Question(frame[:0], "key", {"QA": ["A"]}, 2, sensitive=["S"]))
    assert (nobody["k"], nobody["risk_max"], nobody["unique_percent"]) == (0, 0.0, 0.0)
    third = module.risk_report(module.Question(frame[9:12], "key", {"QA": ["A"]}, 2))
    assert third["unique_percent"] == 33.3
    two = module.risk_report(module.Question(frame[9:11], "key", {"QA": ["A"]}, 2))
    assert (two["k"], two["risk_max"], two["risk_mean"]) == (2, 0.5, 0.5)
    keys = frame["key"].to_list()
    for earlier, is_small in ((keys, False), (keys[:9], False), (keys[:10], True), ([*keys, "X"], True)):
        before = module.Previous("R", {"patients": 0, "k": 0, "unique": 0}, earlier)
        change = module.risk_report(module.Question(frame, "key", {}, 2), before)["change"]
        assert change["is_small_difference"] is is_small
    assert refused(AttributeError, setattr, module.Question(frame, "key", {}, 2), "k_min", 1)
    assert refused(AttributeError, setattr, before, "name", "S")


@pytest.fixture(scope="module", autouse=True)
def folders(tmp_path_factory):
    """Give `check_report` two leaving folders and one that is refused to nobody."""
    root = tmp_path_factory.mktemp("left")
    people = [person(n, SEX="FEMALE" if n < 7 else "MALE", INFYR=2020 + n % 2) for n in range(40)]
    for name, here in (("before", people[:36]), ("now", people)):
        write_release(root / name, here, release=f"R-{name}")
        leave(root / name, root / f"{name}-left", LeavingOrder("AGREEMENT"))
    leave(root / "now", root / "shared", LeavingOrder("SHAREABLE", key=KEY))
    tables = {"tables": {"patient": ["sex"], "infusion_course": ["infusion_year"]}}
    leave(root / "now", root / "tables", LeavingOrder("AGREEMENT", selection=tables, coarsening=("YEAR_PAIRS",)))
    late = [person(n, SEX="FEMALE" if n < 7 else "MALE", INFYR=2020 if n < 35 else 2022) for n in range(40)]
    write_release(root / "late", late)
    for steps in (("NO_SEX",), ("NO_SEX", "YEAR_PAIRS")):
        leave(root / "late", root / "-".join(steps), LeavingOrder("AGREEMENT", coarsening=steps))
    leave(root / "now", root / "labs", LeavingOrder("AGREEMENT", selection={"tables": {"lab": "*"}}))
    counted_path(root / "labs").unlink()
    leave(root / "now", root / "uncounted", LeavingOrder("AGREEMENT", selection=tables))
    counted_path(root / "uncounted").unlink()
    FOLDERS["root"] = root


FOLDERS: dict[str, Path] = {}


def check_report(module: ModuleType) -> None:
    root = FOLDERS["root"]
    report = module.risk_of(root / "now-left", k_min=5, previous=root / "before-left")
    assert (report["patients"], report["k"], report["level"], report["coarsening"]) == (40, 3, "AGREEMENT", [])
    assert report["attributes"] == ["AGE", "RACE", "DIS"]
    assert [entry["column"] for entry in report["diversity"]] == ["DTHFL", "ANAIND"]
    assert [entry["column"] for entry in report["intervals"]["columns"]] == ["FUPDAYS"]
    assert [entry["site"] for entry in report["sites"]] == ["S01"]
    assert report["change"] == {
        "since": "R-before", "people": [36, 40], "k": [3, 3], "unique": [0, 0], "joined": 4, "left": 0,
        "is_small_difference": True,
    }  # fmt: skip
    told = {(entry["sheet"], entry["column"]): entry["class"] for entry in report["columns"]}
    assert len(told) == len(report["columns"]) == 51
    kinds = {("adsl", "SEX"): "QUASI: SEX", ("adsl", "USUBJID"): "KEY", ("adsl", "FUPDAYS"): "DAY"}
    assert {place: told[place] for place in kinds} == kinds
    assert told["adsl", "DOSE24"] == "CLINICAL"
    assert report["suggestions"]["shareable"] == ["NO_SEX"]
    check_other_folders(module, root)


def check_other_folders(module: ModuleType, root: Path) -> None:
    shared = module.risk_of(root / "shared", k_min=11)
    assert (shared["k"], shared["sites"], shared["change"], shared["attributes"]) == (7, [], None, [])
    assert (shared["suggestions"]["shareable"], shared["coarsening"]) == ([], ["NO_YEAR"])
    assert [entry["column"] for entry in shared["intervals"]["columns"]] == ["FUPDAYS"]
    assert module.subjects_of(root / "shared") == {f"K{n:05d}" for n in range(40)}
    tables = module.risk_of(root / "tables", k_min=5)
    assert tables["quasi_identifiers"] == {"SEX": ["SEX"], "YEAR": ["INFYR"]}
    assert (tables["k"], tables["intervals"]["columns"], tables["suggestions"]["shareable"]) == (7, [], [])
    told = {(entry["sheet"], entry["column"]): entry["leaves_as"] for entry in tables["columns"]}
    assert told["infusion_course", "infusion_year"].startswith("first of two calendar years")
    assert module.risk_of(root / "NO_SEX", k_min=5)["suggestions"]["shareable"] == []
    assert module.risk_of(root / "NO_SEX-YEAR_PAIRS", k_min=5)["suggestions"]["shareable"] == ["NO_YEAR"]
    assert module.risk_of(root / "labs", k_min=5)["patients"] == 40
    assert refused(FreezeError, lambda: module.risk_of(root / "uncounted", k_min=5))
    bare = module.risk_of(root / "now", k_min=5)
    assert (bare["k"], bare["patients"]) == (3, 40)


CASES = [
    (report, check_report),
    (shareable, check_shareable),
    (coarsen, check_coarsen),
    (privacy, check_privacy),
    (figures, check_figures),
]


@pytest.mark.parametrize(("module", "check"), CASES, ids=lambda case: getattr(case, "__name__", None))
def test_nine_of_ten_mutants_of_privacy_code_are_killed(module, check):
    check(module)
    survivors, number = [], 0
    for what, mutant in mutants_of(module):
        number += 1
        if mutant is not None and not refused(Exception, check, mutant):
            survivors.append(what)
    assert number >= 10
    assert len(survivors) <= (1 - LEAST_KILLED) * number, "\n".join([f"{number} mutants", *survivors])
