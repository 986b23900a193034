"""The scripts of a package really load it, in the programs that they were written for."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from exports.package import build_package
from tests.unit.package_folder import write_folder

RSCRIPT = shutil.which("Rscript")
needs_r = pytest.mark.skipif(RSCRIPT is None, reason="R is not installed")
pytestmark = pytest.mark.interop

SHAPES = [
    "tables/patient.csv: 3 rows, 6 columns",
    "tables/lab.csv: 4 rows, 7 columns",
    "datasets/adsl.csv: 3 rows, 2 columns",
    "datasets/adtte.csv: 3 rows, 4 columns",
]
R_FACTS = """
source(commandArgs(TRUE)[1])
release <- load_release()
stopifnot(
  identical(names(release), c("patient", "lab", "adsl", "adtte")),
  identical(as.character(release$patient$sex), c("FEMALE", "MALE", NA)),
  identical(levels(release$patient$race), c("WHITE", "MERGED")),
  identical(attr(release$patient$sex, "label"), "Sex"),
  identical(attr(release$patient$sex, "codes"), c(female = "FEMALE", male = "MALE")),
  identical(as.character(release$patient$age_at_infusion__mr), c(NA, "UNK", NA)),
  is.integer(release$patient$age_at_infusion), is.na(release$patient$age_at_infusion[2]),
  identical(as.numeric(release$lab$value), c(12.5, 0.1, NA, 7)),
  identical(attr(release$lab$value, "unit"), "ug/L"),
  identical(as.integer(release$lab$is_first), c(1L, 0L, 1L, 1L)),
  identical(as.integer(release$adtte$EVSTAT), c(0L, 0L, 1L)),
  identical(attr(release$adtte$EVSTAT, "codes"), c(censored = "0", event = "1", competing = "2")),
  identical(as.character(release$adtte$PARAMCD), c("OS", "TRM28", "OS"))
)
worded <- load_release(words = TRUE)
stopifnot(identical(as.character(worded$lab$analyte[3]), "Ferrit\\u00edn, \\u00b5g"))
cat("as declared\\n")
"""
PY_FACTS = """
import sys
sys.path.insert(0, sys.argv[1])
from load import CODES, LABELS, UNITS, load_release
release = load_release(library=sys.argv[2])
assert list(release) == ["patient", "lab", "adsl", "adtte"]
patient, lab, adtte = release["patient"], release["lab"], release["adtte"]
def values(column):
    return [None if str(value) in ("nan", "<NA>", "None") else value for value in column.to_list()]
assert values(patient["sex"]) == ["FEMALE", "MALE", None]
assert values(patient["age_at_infusion"]) == [61, None, 90]
assert values(patient["age_at_infusion__mr"]) == [None, "UNK", None]
assert values(lab["value"]) == [12.5, 0.1, None, 7.0]
assert values(lab["is_first"]) == [1, 0, 1, 1]
assert values(adtte["EVSTAT"]) == [0, 0, 1]
if sys.argv[2] == "pandas":
    assert list(patient["race"].cat.categories) == ["WHITE", "MERGED"] and patient["race"].cat.ordered
    assert str(patient["age_at_infusion"].dtype) == "Int64"
else:
    assert patient["race"].dtype.categories.to_list() == ["WHITE", "MERGED"]
assert (LABELS["patient"]["sex"], CODES["patient"]["sex"]["MALE"], UNITS["lab"]["value"]) == ("Sex", "male", "ug/L")
worded = load_release(words=True, library=sys.argv[2])
assert values(worded["lab"]["analyte"])[2] == "Ferrit\\u00edn, \\u00b5g"
print("as declared")
"""


@pytest.fixture
def unpacked(tmp_path: Path) -> Path:
    package = build_package(write_folder(tmp_path / "release"))
    with zipfile.ZipFile(package.path) as archive:
        archive.extractall(tmp_path / "a folder")
    return tmp_path / "a folder"


def run(*command: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    # A script that was found through PYTHONPATH would not be the one of the package.
    plain = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "COV"))}
    return subprocess.run(
        command, cwd=cwd, env={**plain, **environment}, capture_output=True, text=True, timeout=120, check=False
    )


def python(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return run(sys.executable, "-W", "error", "-B", *arguments, cwd=cwd)


def rscript(*arguments: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return run(str(RSCRIPT), "--vanilla", *arguments, cwd=cwd, **environment)


def break_row(folder: Path) -> None:
    path = folder / "tables" / "lab.csv"
    path.write_bytes(path.read_bytes().replace(b"12.50", b"12.51"))


def drop_row(folder: Path) -> None:
    """Take a row away and write the checksums anew, as somebody would who edits a release by hand."""
    import hashlib

    path, manifest_path = folder / "tables" / "lab.csv", folder / "manifest.json"
    content = path.read_bytes().rsplit(b"\n", 2)[0] + b"\n"
    path.write_bytes(content)
    manifest = json.loads(manifest_path.read_text(encoding="utf-8"))
    [told] = [entry for entry in manifest["files"] if entry["path"] == "tables/lab.csv"]
    told |= {"sha256": hashlib.sha256(content).hexdigest(), "md5": hashlib.md5(content).hexdigest()}
    manifest_path.write_text(json.dumps(manifest, indent=1), encoding="utf-8")
    digest = hashlib.sha256(manifest_path.read_bytes()).hexdigest()
    (folder / "checksums.txt").write_text(f"{digest}  manifest.json\n")


def test_python_prints_the_shapes_from_any_folder(unpacked: Path, tmp_path: Path):
    done = python(str(unpacked / "load.py"), cwd=tmp_path)
    assert (done.stdout.splitlines(), done.stderr) == (SHAPES, "")


@pytest.mark.parametrize("library", ["pandas", "polars"])
def test_python_gives_every_column_its_type_codes_and_labels(unpacked: Path, tmp_path: Path, library: str):
    done = python("-c", PY_FACTS, str(unpacked), library, cwd=tmp_path)
    assert (done.stdout, done.stderr) == ("as declared\n", "")


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (break_row, "tables/lab.csv is not the file that was released."),
        (drop_row, "tables/lab.csv has 3 rows, the manifest says 4."),
        (lambda folder: (folder / "datasets" / "adsl.csv").unlink(), "datasets/adsl.csv is missing or cannot be read."),
    ],
)
class TestWhatIsWrong:
    def test_python_says_which_file_is_wrong(self, unpacked: Path, tmp_path: Path, spoil, words: str):
        spoil(unpacked)
        done = python(str(unpacked / "load.py"), cwd=tmp_path)
        assert (done.returncode, done.stdout, done.stderr.strip()) == (1, "", words)

    @needs_r
    def test_r_says_which_file_is_wrong(self, unpacked: Path, tmp_path: Path, spoil, words: str):
        spoil(unpacked)
        done = rscript(str(unpacked / "load.R"), cwd=tmp_path)
        assert done.returncode != 0
        assert words in done.stderr.replace("\n", " ").replace("  ", " ")


def test_python_notices_a_manifest_that_was_changed(unpacked: Path, tmp_path: Path):
    path = unpacked / "manifest.json"
    path.write_bytes(path.read_bytes().replace(b"QUELL-2026.1", b"QUELL-2026.2", 1))
    done = python(str(unpacked / "load.py"), cwd=tmp_path)
    assert done.stderr.strip() == "manifest.json is not the file that was released."


@needs_r
@pytest.mark.parametrize("locale", ["C", "C.UTF-8"])
def test_r_prints_the_shapes_from_any_folder_under_any_locale(unpacked: Path, tmp_path: Path, locale: str):
    done = rscript(str(unpacked / "load.R"), cwd=tmp_path, LC_ALL=locale)
    assert done.stdout.splitlines() == SHAPES, done.stderr


@needs_r
def test_r_gives_every_column_its_type_codes_and_labels(unpacked: Path, tmp_path: Path):
    (tmp_path / "facts.R").write_text(R_FACTS, encoding="utf-8")
    done = rscript(str(tmp_path / "facts.R"), str(unpacked / "load.R"), cwd=tmp_path)
    assert done.stdout == "as declared\n", done.stderr


@needs_r
def test_r_finds_its_files_however_it_is_sourced(unpacked: Path, tmp_path: Path):
    told = ["--vanilla", "-e", 'source("a folder/load.R", chdir = TRUE); cat(nrow(load_release()$lab))']
    assert run(str(RSCRIPT), *told, cwd=tmp_path).stdout == "4"
    told = ["--vanilla", "-e", 'source("load.R"); cat(nrow(load_release()$lab))']
    assert run(str(RSCRIPT), *told, cwd=unpacked).stdout == "4"
