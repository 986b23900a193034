"""Which parameters each content takes and what they mean; what would change the answer unheard is refused."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext as _

from exports.redcap.asking import Asked
from exports.web.redcap.refused import CSV, JSON, RequestRefused, read_only, wrong
from exports.web.redcap.sent import Sent

ALWAYS: Final = frozenset({"token", "content", "format", "returnFormat", "csvDelimiter", "action"})
# What a release has nothing of (surveys, events, checkboxes, forms begun and not complete) makes no difference.
# `outputFormat` makes none either: redcapAPI sends it beside `format` before it reads in batches.
RECORD: Final = frozenset(
    {
        "type", "records", "fields", "forms", "events", "rawOrLabel", "rawOrLabelHeaders", "exportCheckboxLabel",
        "combineCheckboxOptions", "exportSurveyFields", "exportDataAccessGroups", "filterLogic", "dateRangeBegin",
        "dateRangeEnd", "decimalCharacter", "eventName", "exportBlankForGrayFormStatus", "outputFormat",
    }
)  # fmt: skip
TAKES: Final[Mapping[str, frozenset[str]]] = {
    "record": RECORD,
    "metadata": frozenset({"fields", "forms"}),
    "exportFieldNames": frozenset({"field"}),
    "instrument": frozenset(),
    "project": frozenset(),
    "dag": frozenset(),
    "repeatingFormsEvents": frozenset(),
    "user": frozenset(),
    "version": frozenset(),
}
# A classic project has none of these. REDCap's own words: clients compare them letter by letter, in whatever language.
CLASSIC: Final[Mapping[str, str]] = {
    "event": "You cannot export events for classic projects",
    "arm": "You cannot export arms for classic projects",
    "formEventMapping": "You cannot export form/event mappings for classic projects",
}
# REDCap knows these; they write, or read what a release does not hold.
ELSEWHERE: Final = frozenset(
    {
        "file", "fileInfo", "fileRepository", "fileSize", "filesize", "generateNextRecordName", "log",
        "participantList", "pdf", "project_settings", "project_xml", "report", "surveyAccessCode", "surveyLink",
        "surveyQueueLink", "surveyReturnCode", "tableau", "userDagMapping", "userRole", "userRoleMapping", "mycap",
        "randomize",
    }
)  # fmt: skip
WRITING: Final = frozenset({"data", "file", "overwriteBehavior", "forceAutoNumber", "odm"})
DELIMITERS: Final[Mapping[str, str]] = {"": ",", "tab": "\t", **{each: each for each in ",;|^\t"}}
DECIMALS: Final[Mapping[str, bool]] = {"": False, ".": False, "dot": False, ",": True, "comma": True}
YES: Final[Mapping[str, bool]] = {"": False, "false": False, "0": False, "true": True, "1": True}


def content_of(sent: Sent) -> str:
    """Return what is asked for; RequestRefused for what writes, for what no release has, and for unknown parameters."""
    content = sent.value("content")
    if sent.value("action") not in ("", "export"):
        raise read_only(f"action={sent.value('action')}")
    if content in ELSEWHERE or sent.names & WRITING:
        raise read_only(f"content={content}")
    if content in CLASSIC:
        raise wrong(CLASSIC[content])
    if content not in TAKES:
        raise wrong(_("“content” is none of these: %(names)s.") % {"names": ", ".join(TAKES)})
    if unknown := sorted(sent.names - ALWAYS - TAKES[content]):
        words = _("Parameters that are not known here would change nothing: %(names)s. Leave them out.")
        raise wrong(words % {"names": ", ".join(unknown)})
    return content


def format_of(sent: Sent) -> str:
    """Return the format of the data; RequestRefused for every other than JSON and CSV."""
    if (found := sent.value("format").lower()) in (JSON, CSV):
        return found
    raise wrong(_("“format” is json or csv; XML and ODM are not written."))


def delimiter_of(sent: Sent) -> str:
    """Return what parts the cells of CSV."""
    return str(_one_of(sent, "csvDelimiter", DELIMITERS))


def is_eav(sent: Sent) -> bool:
    """Say whether one row a value is asked for instead of one row a subject and repeat."""
    return bool(_one_of(sent, "type", {"": False, "flat": False, "eav": True}))


def has_label_headers(sent: Sent) -> bool:
    """Say whether the header of CSV is to hold labels."""
    return bool(_one_of(sent, "rawOrLabelHeaders", {"": False, "raw": False, "label": True}))


def asked_of(sent: Sent) -> Asked:
    """Return what is asked of the records; RequestRefused for filters that a release cannot apply."""
    _refuse_filters(sent)
    for name in ("exportCheckboxLabel", "exportSurveyFields", "exportBlankForGrayFormStatus"):
        _one_of(sent, name, YES)
    return Asked(
        records=sent.array("records"),
        fields=sent.array("fields"),
        forms=tuple(form.lower().replace(" ", "_") for form in sent.array("forms")),
        with_groups=bool(_one_of(sent, "exportDataAccessGroups", YES)),
        is_labelled=bool(_one_of(sent, "rawOrLabel", {"": False, "raw": False, "label": True})),
        has_decimal_comma=bool(_one_of(sent, "decimalCharacter", DECIMALS)),
    )


def _refuse_filters(sent: Sent) -> None:
    for name in ("filterLogic", "dateRangeBegin", "dateRangeEnd"):
        if sent.value(name):
            words = _("“%(name)s” is not applied here. Leave it out, read the records and filter them yourself.")
            raise wrong(words % {"name": name})
    if sent.array("events"):
        raise wrong(_("The project has no events. Leave “events” out."))


def _one_of(sent: Sent, name: str, meanings: Mapping[str, str | bool]) -> str | bool:
    value = sent.value(name).strip(" ").lower()
    if value not in meanings:
        known = ", ".join(repr(one) for one in meanings if one)
        raise wrong(_("“%(name)s” is one of %(known)s.") % {"name": name, "known": known})
    return meanings[value]


def refused_names(parameter: str, names: list[str]) -> RequestRefused:
    """Return the refusal of names that the project does not have."""
    words = _("“%(parameter)s” names what the project does not have: %(names)s. Look in the dictionary for its names.")
    return wrong(words % {"parameter": parameter, "names": ", ".join(names)})
