"""What is not settled is listed, names a rule that exists, and stands in the page for the clinicians."""

from __future__ import annotations

import ast
import importlib
import sys
from pathlib import Path

import pytest

import registry.rules
from registry.rules.provenance import PROVISIONAL, clinical_review, is_provisional

ROOT = Path(__file__).resolve().parents[2]
RULES = sorted(Path(registry.rules.__path__[0]).glob("*.py"))


@pytest.mark.parametrize("rule", sorted(PROVISIONAL))
def test_a_provisional_rule_exists(rule: str) -> None:
    module, name = rule.split(".")
    assert hasattr(importlib.import_module(f"registry.rules.{module}"), name)


def test_what_is_settled_is_not_provisional() -> None:
    assert is_provisional("icaht.ANC_LATE")
    assert not is_provisional("crs.crs_grade")


def test_the_page_for_clinicians_is_current() -> None:
    written = (ROOT / "docs" / "clinical-review.md").read_text(encoding="utf-8")
    assert written == clinical_review(), "run: python -m registry.rules.provenance > docs/clinical-review.md"


@pytest.mark.parametrize("path", RULES, ids=lambda path: path.stem)
def test_the_rules_import_nothing_but_the_standard_library_and_each_other(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        for name in names:
            assert name.startswith("registry.rules") or name.split(".")[0] in sys.stdlib_module_names


@pytest.mark.parametrize("path", RULES, ids=lambda path: path.stem)
def test_the_rules_have_no_clock_and_no_floating_point(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    attributes = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    numbers = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)]
    assert not attributes & {"now", "today", "utcnow"}
    assert not any(isinstance(number, float) for number in numbers)
