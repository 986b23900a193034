"""Runs R and PSPP, or skips where they are absent."""

from __future__ import annotations

import csv
import io
import shutil
import subprocess
from functools import cache
from pathlib import Path

import pytest

SECONDS = 120


@cache
def _has_package(name: str) -> bool:
    if shutil.which("Rscript") is None:
        return False
    found = subprocess.run(
        ["Rscript", "-e", f'quit(status = !requireNamespace("{name}", quietly = TRUE))'], check=False
    )
    return found.returncode == 0


def needs_r(*packages: str) -> None:
    """Skip unless R is there with these packages."""
    missing = [name for name in packages if not _has_package(name)]
    if missing:
        pytest.skip(f"R packages {', '.join(missing)} are not installed")


def needs_pspp() -> None:
    """Skip unless PSPP is there."""
    if shutil.which("pspp") is None:
        pytest.skip("PSPP is not installed")


def r_lines(script: str, folder: Path) -> list[str]:
    """Run R in a folder, warnings as errors, and return what it wrote, line by line."""
    path = folder / "script.R"
    path.write_text(f"options(warn = 2)\n{script}", encoding="utf-8")
    command = ["Rscript", "--vanilla", "--encoding=UTF-8", str(path)]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=SECONDS, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def r_rows(script: str, folder: Path) -> list[dict[str, str]]:
    """Run R that writes a CSV to its output, and return the rows."""
    return list(csv.DictReader(io.StringIO("\n".join(r_lines(script, folder)))))


def pspp(syntax: str, folder: Path) -> str:
    """Run a program of PSPP in a folder and return its listing; a warning fails."""
    (folder / "run.sps").write_text(syntax, encoding="utf-8")
    command = ["pspp", "-O", "format=csv", "run.sps"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=SECONDS, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "warning" not in (done.stdout + done.stderr).lower()
    return done.stdout
