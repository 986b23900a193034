"""Who may import whom, and what the pure parts may not know."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def test_the_import_contracts_hold():
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stdout[-4000:] + found.stderr[-2000:]


@pytest.mark.parametrize(
    ("package", "libraries"), [("registry.rules", set()), ("exports.survival", {"numpy", "scipy"})]
)
def test_the_pure_parts_know_nothing_but_themselves(package: str, libraries: set[str]):
    allowed = sys.stdlib_module_names | libraries
    for path in (ROOT / Path(*package.split("."))).glob("**/*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            for name in names:
                is_own = name == package or name.startswith(f"{package}.")
                assert is_own or name.split(".")[0] in allowed, f"{path.name} imports {name}"


def test_nothing_in_the_repository_names_a_machine_path():
    tracked = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False).stdout
    names = [name for name in tracked.decode().split("\0") if name]
    for name in names:
        path = ROOT / name
        if path.suffix in {".py", ".md", ".toml", ".yml", ".html", ".css", ".js", ".in", ".txt"} and path.is_file():
            text = path.read_text("utf-8")
            assert "/wor" + "k/" not in text, name


def test_no_contrib_extension_of_postgresql_is_needed():
    for path in ROOT.glob("*/migrations/*.py"):
        text = path.read_text("utf-8").lower()
        assert "create extension" not in text, path
        assert "extension(" not in text, path
