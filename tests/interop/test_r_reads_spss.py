"""R's haven and foreign read what was written for SPSS."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.interop.hard_sheets import COLUMNS, frame, hard_sheets, sheet, written
from tests.interop.programs import needs_r, r_lines, r_rows

pytestmark = pytest.mark.interop


@pytest.fixture
def file(tmp_path: Path) -> Path:
    files, _losses = written([sheet(tmp_path, frame(), COLUMNS)], "SPSS", tmp_path)
    return files["tables/hard.sav"]


HAVEN = 'library(haven); x <- read_sav("tables/hard.sav", user_na = TRUE)\n'


def test_haven_finds_labels_value_labels_and_the_range_of_missing_values(file: Path, tmp_path: Path):
    needs_r("haven")
    lines = r_lines(
        HAVEN
        + """
        cat(nrow(x), ncol(x), "\\n")
        cat(attr(x$day, "label"), "\\n")
        cat(attr(x$day, "na_range"), "\\n")
        cat(names(attr(x$product, "labels")), sep = "|"); cat("\\n")
        cat(attr(x$product, "labels"), "\\n")
        cat(length(attr(x$organism, "labels")), attr(x$grade, "format.spss"), "\\n")
        """,
        tmp_path,
    )
    reasons = "not done|unknown|not applicable|withheld by de-identification"
    assert [line.strip() for line in lines] == [
        "6 14",
        "Day from infusion (d)",
        "-9999 -9996",
        f"{reasons}|axicabtagene ciloleucel|tisagenlecleucel, “Kymriah”|MERGED",
        "-9999 -9998 -9997 -9996 1 2 3",
        "150 F8.0",
    ]


def test_haven_finds_every_value_and_reason(file: Path, tmp_path: Path):
    needs_r("haven")
    rows = r_rows(
        HAVEN
        + """
        y <- data.frame(key = x$subject_key, day = unclass(x$day), day_na = is.na(x$day), grade = unclass(x$grade),
                        dose = format(unclass(x$dose), digits = 15, trim = TRUE), site = gsub("\\n", "~", x$site))
        write.csv(y, row.names = FALSE, na = "", fileEncoding = "UTF-8")
        """,
        tmp_path,
    )
    assert [row["day"] for row in rows] == ["-9", "-9999", "-6", "", "999", "0"]
    assert [row["day_na"] for row in rows] == ["FALSE", "TRUE", "FALSE", "TRUE", "FALSE", "FALSE"]
    assert [row["grade"] for row in rows] == ["3", "-9998", "-9999", "0", "-9997", "5"]
    assert [float(row["dose"]) if row["dose"] != "NA" else None for row in rows] == (
        [-0.1, -9997, 123456.78, None, 0.01, -9996]
    )
    assert [row["site"] for row in rows] == ["Clínic", 'a "b"~c', "", "", "ß µ", "o'neill"]


def test_without_user_missing_values_the_reasons_are_plain_na(file: Path, tmp_path: Path):
    needs_r("haven")
    lines = r_lines('library(haven); cat(is.na(read_sav("tables/hard.sav")$grade))', tmp_path)
    assert lines == ["FALSE TRUE TRUE FALSE TRUE FALSE"]


def test_foreign_reads_values_and_words_and_no_phantom_column(file: Path, tmp_path: Path):
    needs_r("foreign")
    rows = r_rows(
        """
        library(foreign)
        x <- suppressWarnings(read.spss("tables/hard.sav", to.data.frame = TRUE, use.missings = FALSE))
        stopifnot(ncol(x) == 14)
        write.csv(data.frame(day = x$day, product = x$product, dose = x$dose), row.names = FALSE, na = "")
        """,
        tmp_path,
    )
    assert [row["product"] for row in rows][:3] == [
        "axicabtagene ciloleucel",
        "withheld by de-identification",
        "MERGED",
    ]
    assert rows[2]["dose"] == "123456.78"


def test_haven_reads_every_file_even_an_empty_one(tmp_path: Path):
    needs_r("haven")
    sheets = hard_sheets(tmp_path)
    written(sheets, "SPSS", tmp_path)
    names = ", ".join(f'"{one.kind}s/{one.name}.sav"' for one in sheets)
    script = f'library(haven); for (name in c({names})) cat(nrow(read_sav(name)), "")'
    assert "".join(r_lines(script, tmp_path)).split() == [str(one.rows) for one in sheets]
