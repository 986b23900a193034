"""What is said about a problem: one sentence per code, telling what to type or do. Stored as codes, said in the
reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from registry.services.merging import constraint_named

WORDS: Mapping[str, Any] = {
    # The upload as a whole
    "no_files": gettext_lazy("Choose at least one file."),
    "too_large": gettext_lazy("The files are %(size)s MB together; an upload may have %(limit)s MB. Split it."),
    "empty_file": gettext_lazy("%(name)s is empty."),
    "not_csv": gettext_lazy(
        "%(name)s is not a CSV file. In the spreadsheet program choose “Save as” and “CSV UTF-8”, one file per sheet."
    ),
    "unknown_topic": gettext_lazy("%(name)s: the file name must be one of %(known)s, ending in .csv."),
    "other_site": gettext_lazy("%(name)s is named for the site %(other)s, but this upload is for %(site)s."),
    "topic_twice": gettext_lazy("%(name)s: there are two files for %(topic)s. Put their rows into one."),
    "bad_zip": gettext_lazy("%(name)s cannot be opened as a zip archive."),
    "zip_locked": gettext_lazy(
        "%(name)s is encrypted. Send it without a password: the connection itself is encrypted."
    ),
    "zip_too_big": gettext_lazy(
        "%(name)s unpacks to more than is allowed (%(limit)s MB, 1,000 files, 100 times its size)."
    ),
    # A file
    "not_utf8": gettext_lazy("The file is not UTF-8: byte %(byte)s in line %(line)s. Save it as “CSV UTF-8”."),
    "nul_byte": gettext_lazy("Line %(line)s holds a NUL character. The file is damaged or not CSV; save it again."),
    "no_header": gettext_lazy("The first line must hold the column names."),
    "bad_csv": gettext_lazy(
        "Line %(line)s cannot be read as CSV: a quotation mark is not closed, or a cell is too long."
    ),
    "unknown_column": gettext_lazy("There is no column “%(column)s” in this file."),
    "unknown_column_near": gettext_lazy("There is no column “%(column)s”. Did you mean “%(near)s”?"),
    "computed_column": gettext_lazy("The registry computes “%(column)s” itself. Delete the column."),
    "site_column": gettext_lazy("The site follows from who uploads. Delete the column “%(column)s”."),
    "column_twice": gettext_lazy("The column “%(column)s” is there twice."),
    "missing_column": gettext_lazy("The column “%(column)s” is missing. Add it; its cells may be empty."),
    "wrong_separator": gettext_lazy(
        "The first line has no “%(expected)s” between columns. Choose the other separator for this upload."
    ),
    # A row
    "cell_count": gettext_lazy(
        "The row has %(found)s cells, the header %(expected)s. Look for a missing or extra separator."
    ),
    "duplicate": gettext_lazy("The same key (%(key)s) stands in rows %(rows)s. Keep one of them."),
    "parent_missing": gettext_lazy(
        "“%(topic)s” has no row with %(key)s, in the registry or in this upload. Add it first."
    ),
    "parent_refused": gettext_lazy(
        "The row of “%(topic)s” with %(key)s has problems of its own. Correct that row first."
    ),
    "required": gettext_lazy("A value is needed here."),
    "record_number_taken": gettext_lazy(
        "This record number is recorded already, for the case %(study_id)s. Correct the number, or use that case."
    ),
    "names_off": gettext_lazy(
        "This site does not record names. Delete the column, or ask an administrator to allow names."
    ),
    "lab_limits": gettext_lazy(
        "The result is outside what is possible (%(low)s to %(high)s %(unit)s). Check value and unit."
    ),
    "unit_not_allowed": gettext_lazy("%(analyte)s cannot be in “%(unit)s”. Use one of: %(allowed)s."),
    "case_locked": gettext_lazy(
        "The form “%(topic)s” of case %(case)s is locked. Take the row out, or ask a data manager to unlock it."
    ),
    "reason_needed": gettext_lazy(
        "The form “%(topic)s” of case %(case)s was completed before. Upload again and say why it changes."
    ),
    "constraint": gettext_lazy("These values cannot stand together."),
    # A cell
    "key_empty": gettext_lazy("This cell names the row and cannot be empty."),
    "key_missing_code": gettext_lazy("“%(text)s” cannot stand here: this cell names the row."),
    "missing_not_allowed": gettext_lazy("“%(text)s” cannot stand here: a value is needed."),
    "not_integer": gettext_lazy("Type a whole number, for example 3."),
    "not_decimal": gettext_lazy("Type a number with a decimal point, for example 1.5."),
    "not_decimal_comma": gettext_lazy("Type a number with a decimal comma, for example 1,5."),
    "decimal_comma": gettext_lazy("Type a decimal point: %(fixed)s. Or choose decimal commas for the whole upload."),
    "decimal_point": gettext_lazy("Type a decimal comma: %(fixed)s. Or choose decimal points for the whole upload."),
    "thousands": gettext_lazy("Type the number without separators of thousands."),
    "not_date": gettext_lazy("Type the day as yyyy-mm-dd, for example 2024-03-05."),
    "not_partial_date": gettext_lazy(
        "Type the date as yyyy-mm-dd, yyyy-mm or yyyy, for example 2024-03-05 or 2024-03."
    ),
    "day_needed": gettext_lazy(
        "The day must be known here. Type it as yyyy-mm-dd, or ND, UNK or NA for why it is missing."
    ),
    "no_such_day": gettext_lazy("There is no such day. Type it as yyyy-mm-dd."),
    "ambiguous_date": gettext_lazy(
        "%(text)s could be two different days. Type it as yyyy-mm-dd, for example 2024-03-05."
    ),
    "not_time": gettext_lazy("Type the time as hh:mm, for example 14:30."),
    "not_flag": gettext_lazy("Type 1 for yes or 0 for no."),
    "not_listed": gettext_lazy("This is not on the list. Type one of: %(allowed)s."),
    "not_listed_near": gettext_lazy("This is not on the list. Did you mean %(near)s? Allowed are: %(allowed)s."),
    "limits": gettext_lazy("Type a number from %(low)s to %(high)s%(unit)s."),
    "too_many_places": gettext_lazy("Type at most %(places)s decimals."),
    "too_many_digits": gettext_lazy("The number has too many digits."),
    "too_long": gettext_lazy("Type at most %(length)s characters; there are %(found)s."),
    "bad_characters": gettext_lazy("The text holds characters that cannot be stored."),
    "future": gettext_lazy("This date is in the future."),
    "before_1900": gettext_lazy("This date is before 1900."),
    "not_valid": gettext_lazy("This value is not allowed."),
    # A job
    "right_ended": gettext_lazy("The person who uploaded may not upload for this site any more."),
    "crashed": gettext_lazy(
        "Something went wrong on our side and nothing was saved. Try again, or tell us the reference."
    ),
    "gave_up": gettext_lazy(
        "The work was started three times and never finished. Nothing was saved. Tell us the reference."
    ),
}


def wording(code: str, params: Mapping[str, Any]) -> str:
    """Return the sentence of a code in the language of the moment."""
    if code == "constraint" and (constraint := constraint_named(str(params.get("name", "")))):
        return str(constraint.get_violation_error_message())
    shown = {name: _(value) if name in {"topic", "analyte"} and value else value for name, value in params.items()}
    return str(WORDS.get(code, WORDS["not_valid"])) % shown
