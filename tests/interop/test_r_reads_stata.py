"""R's haven and readstata13 read what was written for Stata."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.interop.hard_sheets import COLUMNS, frame, hard_sheets, sheet, written
from tests.interop.programs import needs_r, r_lines, r_rows

pytestmark = pytest.mark.interop


@pytest.fixture
def file(tmp_path: Path) -> Path:
    files, _losses = written([sheet(tmp_path, frame(), COLUMNS)], "STATA", tmp_path)
    return files["tables/hard.dta"]


def test_haven_finds_a_to_d_with_their_words(file: Path, tmp_path: Path):
    needs_r("haven")
    lines = r_lines(
        """
        library(haven); x <- read_dta("tables/hard.dta")
        cat(nrow(x), ncol(x), "\\n")
        cat(na_tag(x$grade), "\\n"); cat(na_tag(x$dose), "\\n"); cat(na_tag(x$is_severe), "\\n")
        cat(as.character(as_factor(x$grade)), sep = "|"); cat("\\n")
        cat(as.character(as_factor(x$product)), sep = "|"); cat("\\n")
        cat(attr(x$day, "label"), "\\n")
        """,
        tmp_path,
    )
    assert [line.strip() for line in lines] == [
        "6 14",
        "NA b a NA c NA",
        "NA c NA NA NA d",
        "NA b NA NA NA d",
        "grade 3|unknown|not done|grade 0|not applicable|grade 5",
        "axicabtagene ciloleucel|withheld by de-identification|MERGED|tisagenlecleucel, “Kymriah”|NA"
        "|axicabtagene ciloleucel",
        "Day from infusion (d)",
    ]


def test_readstata13_reads_values_words_and_kinds_of_missing_without_a_warning(file: Path, tmp_path: Path):
    needs_r("readstata13")
    rows = r_rows(
        """
        library(readstata13)
        x <- read.dta13("tables/hard.dta", convert.factors = FALSE, missing.type = TRUE)
        stopifnot(length(attr(x, "var.labels")) == 14, attr(x, "time.stamp") == "04 May 2026 03:02")
        labels <- attr(x, "label.table")$grade
        stopifnot(labels[["grade 3"]] == 3, labels[["not done"]] == 2147483622)
        write.csv(data.frame(day = x$day, grade = x$grade, why = attr(x, "missing")$grade, dose = x$dose,
                             site = gsub("\\n", "~", x$site), never = x$never), row.names = FALSE, na = "")
        """,
        tmp_path,
    )
    assert [row["day"] for row in rows] == ["-9", "", "-6", "", "999", "0"]
    assert [row["grade"] for row in rows] == ["3", "", "", "0", "", "5"]
    assert [row["why"] for row in rows] == ["", "2", "1", "", "3", ""]
    assert [row["dose"] for row in rows] == ["-0.1", "", "123456.78", "", "0.01", ""]
    assert [row["site"] for row in rows] == ["Clínic", 'a "b"~c', "", "", "ß µ", "o'neill"]


def test_readstata13_makes_factors_of_coded_columns(file: Path, tmp_path: Path):
    needs_r("readstata13")
    lines = r_lines(
        """
        library(readstata13)
        x <- read.dta13("tables/hard.dta", convert.factors = TRUE, nonint.factors = FALSE, select.cols =
                        c("subject_key", "product", "organism", "grade_code"))
        cat(as.character(x$product), sep = "|"); cat("\\n")
        cat(as.character(x$organism), sep = "|"); cat("\\n")
        """,
        tmp_path,
    )
    assert lines[0].startswith("axicabtagene ciloleucel|")
    assert lines[1].split("|")[0:2] == ["organism number 0", "organism number 149"]


def test_haven_reads_every_file_even_an_empty_one(tmp_path: Path):
    needs_r("haven")
    sheets = hard_sheets(tmp_path)
    written(sheets, "STATA", tmp_path)
    names = ", ".join(f'"{one.kind}s/{one.name}.dta"' for one in sheets)
    script = f'library(haven); for (name in c({names})) cat(nrow(read_dta(name)), "")'
    assert "".join(r_lines(script, tmp_path)).split() == [str(one.rows) for one in sheets]
