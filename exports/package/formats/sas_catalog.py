"""Value labels for SAS as program text: the transport format has none. `formats.sas` makes them, `load.sas` reads every
file and attaches them. SAS itself was not at hand when this was written: the text follows its documentation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from exports.package.formats.names import sas_name
from exports.package.formats.reasons import LETTERS
from exports.package.formats.sas_plan import SasColumn

FORMATS_FILE: Final = "formats.sas"
LOAD_FILE: Final = "load.sas"
# A name of a format has eight characters with its $ and does not end in a digit.
NAME_LENGTH: Final = 6
Words = tuple[tuple[str, str], ...]

LOAD: Final = """/* Reads every file of this package into WORK and attaches the formats.
   Start SAS in the folder of this file, or change the next line. */
%let folder = .;
options validvarname=v7;
%include "&folder/{formats}";

%macro quell_read(file);
  libname quellin xport "&folder/&file" access=readonly;
  proc copy in=quellin out=work memtype=data; run;
  libname quellin clear;
%mend quell_read;

{reads}

proc datasets library=work nolist;
{attached}quit;
"""


@dataclass
class Catalog:
    """The formats of a package: the same words have one name. `files` says what load.sas reads and attaches."""

    names: dict[tuple[bool, Words], str] = field(default_factory=dict)
    files: list[tuple[str, str, Mapping[str, str]]] = field(default_factory=list)

    def add(self, file: str, data_set: str, columns: Sequence[SasColumn]) -> None:
        """Take the formats of one file."""
        attached = {column.variable.name: self._named(column) for column in columns if column.words or column.reasons}
        self.files.append((file, data_set, attached))

    def _named(self, column: SasColumn) -> str:
        is_text, words = bool(column.variable.width), words_of_format(column)
        if (is_text, words) not in self.names:
            self.names[is_text, words] = self._free(column, is_text)
        return self.names[is_text, words]

    def _free(self, column: SasColumn, is_text: bool) -> str:
        stem = sas_name(column.source if column.words else "WHYEMPTY").replace("_", "")[:NAME_LENGTH]
        sign, number, taken = "$" if is_text else "", 1, set(self.names.values())
        name = f"{sign}{stem}F"
        while name in taken:
            number += 1
            name = f"{sign}{stem[: NAME_LENGTH - len(str(number))]}{number}F"
        return name

    def formats_sas(self) -> bytes:
        """Return the text of PROC FORMAT."""
        values = "".join(
            f"  value {name}\n{_lines(words, is_text)}  ;\n" for (is_text, words), name in self.names.items()
        )
        return f"proc format library=work;\n{values}run;\n".encode()

    def load_sas(self) -> bytes:
        """Return the text that reads every file."""
        reads = "\n".join(f"%quell_read({file});" for file, _data_set, _attached in self.files)
        attached = "".join(_attach(data_set, formats) for _file, data_set, formats in self.files if formats)
        return LOAD.format(formats=FORMATS_FILE, reads=reads, attached=attached).encode()


def words_of_format(column: SasColumn) -> Words:
    """Return what a format says: the words of each code, then those of each special missing value."""
    reasons = ((f".{LETTERS[reason].upper()}", words) for reason, words in column.reasons.items())
    return (*column.words.items(), *reasons)


def _lines(words: Words, is_text: bool) -> str:
    return "".join(f"    {_quoted(code) if is_text else code} = {_quoted(word)}\n" for code, word in words)


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _attach(data_set: str, formats: Mapping[str, str]) -> str:
    lines = "".join(f"    {variable} {name}.\n" for variable, name in formats.items())
    return f"  modify {data_set};\n  format\n{lines}  ;\n"
