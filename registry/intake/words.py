"""What is said about a problem: one sentence per code, telling what to type or do. Stored as codes, said in the
reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from registry.services.merging import constraint_named

WORDS: Mapping[str, Any] = {
    # The upload as a whole
    "no_files": lazy("Choose at least one file."),
    "too_large": lazy("The files are %(size)s MB together; an upload may have %(limit)s MB. Split it."),
    "empty_file": lazy("%(name)s is empty."),
    "not_csv": lazy(
        "%(name)s is not a CSV file. In the spreadsheet program choose “Save as” and “CSV UTF-8”, one file per sheet."
    ),
    "unknown_topic": lazy("%(name)s: the file name must be one of %(known)s, ending in .csv."),
    "other_site": lazy("%(name)s is named for the site %(other)s, but this upload is for %(site)s."),
    "topic_twice": lazy("%(name)s: there are two files for %(topic)s. Put their rows into one."),
    "bad_zip": lazy("%(name)s cannot be opened as a zip archive."),
    "zip_locked": lazy("%(name)s is encrypted. Send it without a password: the connection itself is encrypted."),
    "zip_too_big": lazy("%(name)s unpacks to more than is allowed (%(limit)s MB, 1,000 files, 100 times its size)."),
    # A file
    "not_utf8": lazy("The file is not UTF-8: byte %(byte)s in line %(line)s. Save it as “CSV UTF-8”."),
    "nul_byte": lazy("Line %(line)s holds a NUL character. The file is damaged or not CSV; save it again."),
    "no_header": lazy("The first line must hold the column names."),
    "bad_csv": lazy("Line %(line)s cannot be read as CSV: a quotation mark is not closed, or a cell is too long."),
    "unknown_column": lazy("There is no column “%(column)s” in this file."),
    "unknown_column_near": lazy("There is no column “%(column)s”. Did you mean “%(near)s”?"),
    "computed_column": lazy("The registry computes “%(column)s” itself. Delete the column."),
    "site_column": lazy("The site follows from who uploads. Delete the column “%(column)s”."),
    "column_twice": lazy("The column “%(column)s” is there twice."),
    "missing_column": lazy("The column “%(column)s” is missing. Add it; its cells may be empty."),
    "wrong_separator": lazy(
        "The first line has no “%(expected)s” between columns. Choose the other separator for this upload."
    ),
    # A row
    "cell_count": lazy("The row has %(found)s cells, the header %(expected)s. Look for a missing or extra separator."),
    "duplicate": lazy("The same key (%(key)s) stands in rows %(rows)s. Keep one of them."),
    "parent_missing": lazy("“%(topic)s” has no row with %(key)s, in the registry or in this upload. Add it first."),
    "parent_refused": lazy("The row of “%(topic)s” with %(key)s has problems of its own. Correct that row first."),
    "required": lazy("A value is needed here."),
    "record_number_taken": lazy(
        "This record number is recorded already, for the case %(study_id)s. Correct the number, or use that case."
    ),
    "names_off": lazy("This site does not record names. Delete the column, or ask an administrator to allow names."),
    "lab_limits": lazy("The result is outside what is possible (%(low)s to %(high)s %(unit)s). Check value and unit."),
    "unit_not_allowed": lazy("%(analyte)s cannot be in “%(unit)s”. Use one of: %(allowed)s."),
    "case_locked": lazy(
        "The form “%(topic)s” of case %(case)s is locked. Take the row out, or ask a data manager to unlock it."
    ),
    "reason_needed": lazy(
        "The form “%(topic)s” of case %(case)s was completed before. Upload again and say why it changes."
    ),
    "constraint": lazy("These values cannot stand together."),
    # A cell
    "key_empty": lazy("This cell names the row and cannot be empty."),
    "key_missing_code": lazy("“%(text)s” cannot stand here: this cell names the row."),
    "missing_not_allowed": lazy("“%(text)s” cannot stand here: a value is needed."),
    "not_integer": lazy("Type a whole number, for example 3."),
    "not_decimal": lazy("Type a number with a decimal point, for example 1.5."),
    "not_decimal_comma": lazy("Type a number with a decimal comma, for example 1,5."),
    "decimal_comma": lazy("Type a decimal point: %(fixed)s. Or choose decimal commas for the whole upload."),
    "decimal_point": lazy("Type a decimal comma: %(fixed)s. Or choose decimal points for the whole upload."),
    "thousands": lazy("Type the number without separators of thousands."),
    "not_date": lazy("Type the day as yyyy-mm-dd, for example 2024-03-05."),
    "not_partial_date": lazy("Type the date as yyyy-mm-dd, yyyy-mm or yyyy, for example 2024-03-05 or 2024-03."),
    "day_needed": lazy("The day must be known here. Type it as yyyy-mm-dd, or ND, UNK or NA for why it is missing."),
    "no_such_day": lazy("There is no such day. Type it as yyyy-mm-dd."),
    "ambiguous_date": lazy("%(text)s could be two different days. Type it as yyyy-mm-dd, for example 2024-03-05."),
    "not_time": lazy("Type the time as hh:mm, for example 14:30."),
    "not_flag": lazy("Type 1 for yes or 0 for no."),
    "not_listed": lazy("This is not on the list. Type one of: %(allowed)s."),
    "not_listed_near": lazy("This is not on the list. Did you mean %(near)s? Allowed are: %(allowed)s."),
    "limits": lazy("Type a number from %(low)s to %(high)s%(unit)s."),
    "too_many_places": lazy("Type at most %(places)s decimals."),
    "too_many_digits": lazy("The number has too many digits."),
    "too_long": lazy("Type at most %(length)s characters; there are %(found)s."),
    "bad_characters": lazy("The text holds characters that cannot be stored."),
    "future": lazy("This date is in the future."),
    "before_1900": lazy("This date is before 1900."),
    "not_valid": lazy("This value is not allowed."),
    # A job
    "right_ended": lazy("The person who uploaded may not upload for this site any more."),
    "crashed": lazy("Something went wrong on our side and nothing was saved. Try again, or tell us the reference."),
    "gave_up": lazy("The work was started three times and never finished. Nothing was saved. Tell us the reference."),
}


def wording(code: str, params: Mapping[str, Any]) -> str:
    """Return the sentence of a code in the language of the moment."""
    if code == "constraint" and (constraint := constraint_named(str(params.get("name", "")))):
        return str(constraint.get_violation_error_message())
    shown = {name: _(value) if name in {"topic", "analyte"} and value else value for name, value in params.items()}
    return str(WORDS.get(code, WORDS["not_valid"])) % shown
