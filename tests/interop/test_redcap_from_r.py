"""R asks as REDCapR (a form, arrays with commas) and as redcapAPI (multipart, arrays one by one) do, and reads alike.

The two clients themselves are in no package archive of Debian; their ways of sending are those of httr and readr.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache

from tests.cast import Cast
from tests.factories.redcap import redcap_release, token_of
from tests.interop.programs import needs_r, r_lines

pytestmark = [pytest.mark.interop, pytest.mark.django_db(transaction=True)]
SCRIPT = """
suppressMessages({{library(httr); library(readr)}})
ask <- function(body, encode) {{
  sent <- c(list(token = "{token}", format = "csv", returnFormat = "csv"), body)
  answer <- POST("{address}", body = sent, encode = encode)
  list(status = status_code(answer), text = content(answer, "text", encoding = "UTF-8"))
}}
table <- function(...) {{
  found <- ask(...)
  stopifnot(found$status == 200L)
  as.data.frame(read_csv(I(found$text), col_types = cols(.default = col_character()), show_col_types = FALSE))
}}
dictionary <- table(list(content = "metadata", forms = "", fields = ""), "form")
ids <- unique(table(list(content = "record", type = "flat", fields = dictionary$field_name[1], records = "", forms = "",
  events = "", filterLogic = "", rawOrLabel = "raw", rawOrLabelHeaders = "raw", exportCheckboxLabel = "false",
  exportSurveyFields = "false", exportDataAccessGroups = "true", dateRangeBegin = "", dateRangeEnd = "",
  exportBlankForGrayFormStatus = "false"), "form")[[1]])
slices <- lapply(split(ids, c(1, 1, 2)), function(slice) table(list(content = "record", type = "flat",
  records = paste(slice, collapse = ","), fields = "", forms = "patient,lab", exportDataAccessGroups = "true"), "form"))
batched <- do.call(rbind, unname(slices))
names <- c(dictionary$field_name[dictionary$form_name %in% c("patient", "lab")], "patient_complete", "lab_complete")
arrays <- setNames(as.list(names), sprintf("fields[%d]", seq_along(names) - 1L))
whole <- table(c(list(content = "record", type = "flat", exportSurveyFields = "true", exportDataAccessGroups = "true",
  csvDelimiter = ","), arrays), "multipart")
stopifnot(identical(names(batched), names(whole)), isTRUE(all.equal(batched, whole, check.attributes = FALSE)))
cat(length(ids), nrow(whole), whole$lab_value[2], whole$redcap_data_access_group[1], "\\n")
for (content in c("instrument", "project", "dag", "repeatingFormsEvents", "user", "exportFieldNames"))
  stopifnot(nrow(table(list(content = content), "multipart")) > 0)
refused <- ask(list(content = "event"), "multipart")
cat(refused$status, substr(refused$text, 1, 6), ask(list(content = "version"), "form")$text, "\\n")
"""


def test_r_reads_the_same_by_both_ways_of_sending(cast: Cast, settings: Any, tmp_path: Path, live_server: Any):
    for package in ("httr", "readr"):
        needs_r(package)
    cache.clear()
    settings.QUELL_RELEASE_DIR = str(tmp_path)
    token = token_of(redcap_release(cast), cast.ivan)
    script = SCRIPT.format(address=f"{live_server.url}/redcap/api/", token=token)
    assert [line.split() for line in r_lines(script, tmp_path)] == [
        ["3", "7", "12.50", "s01"],
        ["400", "ERROR:", "14.5.5"],
    ]
