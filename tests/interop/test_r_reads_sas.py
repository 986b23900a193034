"""R's haven and foreign read the SAS transport files."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.interop.hard_sheets import COLUMNS, frame, hard_sheets, sheet, written
from tests.interop.programs import needs_r, r_lines, r_rows

pytestmark = pytest.mark.interop


@pytest.fixture
def file(tmp_path: Path) -> Path:
    files, _losses = written([sheet(tmp_path, frame(), COLUMNS)], "SAS", tmp_path)
    return files["tables/hard.xpt"]


def test_haven_finds_labels_values_and_special_missing_values(file: Path, tmp_path: Path):
    needs_r("haven")
    lines = r_lines(
        """
        library(haven); x <- read_xpt("tables/hard.xpt")
        cat(names(x), "\\n")
        cat(na_tag(x$GRADE), "\\n"); cat(na_tag(x$DOSE), "\\n")
        cat(x$PROD, sep = "|"); cat("\\n"); cat(x$PRODMR, sep = "|"); cat("\\n")
        cat(format(x$DOSE, digits = 15, trim = TRUE), "\\n")
        cat(attr(x$DOSE, "label"), "\\n")
        """,
        tmp_path,
    )
    assert [line.strip() for line in lines] == [
        "SBJCTKEY DAY GRADE GRADCODE DOSE PROD PRODMR ORGANISM ISSEVERE RATIO SITE SITEMR NEVER NEVRCODE IF",
        "NA b a NA c NA",
        "NA c NA NA NA d",
        "AXI||MERGED|TISA||AXI",
        "|WH||||",
        "-0.10 NA 123456.78 NA 0.01 NA",
        "Dose e " + "x" * 33,
    ]


def test_foreign_reads_the_same_values(file: Path, tmp_path: Path):
    needs_r("foreign")
    rows = r_rows(
        """
        library(foreign); x <- read.xport("tables/hard.xpt")
        write.csv(x[c("SBJCTKEY", "DAY", "GRADE", "DOSE", "PROD", "SITE", "RATIO")], row.names = FALSE, na = "")
        """,
        tmp_path,
    )
    assert [row["DAY"] for row in rows] == ["-9", "", "-6", "", "999", "0"]
    assert [row["GRADE"] for row in rows] == ["3", "", "", "0", "", "5"]
    assert [row["DOSE"] for row in rows] == ["-0.1", "", "123456.78", "", "0.01", ""]
    assert [row["SITE"] for row in rows] == ["Clinic", 'a "b" c', "", "", "ss u", "o'neill"]
    assert float(rows[1]["RATIO"]) == pytest.approx(1 / 3, rel=1e-14)


def test_haven_reads_every_file_even_an_empty_one(tmp_path: Path):
    needs_r("haven")
    sheets = hard_sheets(tmp_path)
    written(sheets, "SAS", tmp_path)
    names = ", ".join(f'"{one.kind}s/{one.name}.xpt"' for one in sheets)
    script = f'library(haven); for (name in c({names})) cat(nrow(read_xpt(name)), "")'
    assert "".join(r_lines(script, tmp_path)).split() == [str(one.rows) for one in sheets]
