"""One answer for each content that a client may ask for, besides the records."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from django.http import HttpResponse
from django.utils.translation import gettext as _

from exports.models import ReleaseToken
from exports.redcap import Project, tables
from exports.redcap.asking import UnknownNamesError, fields_of
from exports.web.redcap.answers import object_answer, table_answer, text_answer
from exports.web.redcap.parameters import refused_names
from exports.web.redcap.refused import wrong
from exports.web.redcap.sent import Sent

# The version whose answers these are; clients turn features on and off by it.
VERSION: Final = "14.5.5"
Content = Callable[[Project, Sent, ReleaseToken], HttpResponse]


def _metadata(project: Project, sent: Sent, _token: ReleaseToken) -> HttpResponse:
    try:
        fields = fields_of(project, sent.array("fields"), sent.array("forms"))
    except UnknownNamesError as error:
        raise refused_names(error.parameter, error.names) from error
    return table_answer(tables.metadata(fields), tables.METADATA, sent)


def _field_names(project: Project, sent: Sent, _token: ReleaseToken) -> HttpResponse:
    field = sent.value("field")
    found = tables.field_names(project, field)
    if not found:
        raise refused_names("field", [field])
    return table_answer(found, tables.FIELD_NAMES, sent)


def _instruments(project: Project, sent: Sent, _token: ReleaseToken) -> HttpResponse:
    return table_answer(tables.instruments(project), tables.INSTRUMENT_NAMES, sent)


def _project(project: Project, sent: Sent, _token: ReleaseToken) -> HttpResponse:
    return object_answer(tables.project_facts(project), sent)


def _groups(project: Project, sent: Sent, _token: ReleaseToken) -> HttpResponse:
    return table_answer(tables.groups(project), tables.GROUP_NAMES, sent)


def _repeating(project: Project, sent: Sent, _token: ReleaseToken) -> HttpResponse:
    found = tables.repeating_forms(project)
    if not found:
        raise wrong(_("No form of this project repeats: every form has one row a subject."))
    return table_answer(found, tables.REPEATING_NAMES, sent)


def _user(project: Project, sent: Sent, token: ReleaseToken) -> HttpResponse:
    line = tables.user(project, f"token_{token.hint.lower()}", token.last_day)
    return table_answer([line], list(line), sent)


def _version(_project: Project, _sent: Sent, _token: ReleaseToken) -> HttpResponse:
    return text_answer(VERSION)


CONTENTS: Final[Mapping[str, Content]] = {
    "metadata": _metadata,
    "exportFieldNames": _field_names,
    "instrument": _instruments,
    "project": _project,
    "dag": _groups,
    "repeatingFormsEvents": _repeating,
    "user": _user,
    "version": _version,
}
