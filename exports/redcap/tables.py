"""What a project says of itself: dictionary, forms, names for export, groups, repeating forms, and its own facts."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping, Sequence
from typing import Final

from exports.redcap.project import Field, Project, group_name

Line = dict[str, str | int]
# The names that the interface gives to the 18 columns of a dictionary.
METADATA: Final = (
    "field_name", "form_name", "section_header", "field_type", "field_label", "select_choices_or_calculations",
    "field_note", "text_validation_type_or_show_slider_number", "text_validation_min", "text_validation_max",
    "identifier", "branching_logic", "required_field", "custom_alignment", "question_number", "matrix_group_name",
    "matrix_ranking", "field_annotation",
)  # fmt: skip
FIELD_NAMES: Final = ("original_field_name", "choice_value", "export_field_name")
INSTRUMENT_NAMES: Final = ("instrument_name", "instrument_label")
GROUP_NAMES: Final = ("data_access_group_name", "unique_group_name", "data_access_group_id")
REPEATING_NAMES: Final = ("form_name", "custom_form_label")
# The rights of somebody who may read and nothing else, in REDCap's words.
NO_RIGHTS: Final = (
    "design", "alerts", "user_rights", "data_access_groups", "reports", "stats_and_charts",
    "manage_survey_participants", "calendar", "data_import_tool", "data_comparison_tool", "logging", "file_repository",
    "data_quality_create", "data_quality_execute", "api_import", "mobile_app", "mobile_app_download_data",
    "record_create", "record_rename", "record_delete", "lock_records_all_forms", "lock_records",
    "lock_records_customization",
)  # fmt: skip
READ_ONLY, WHOLE = 2, 1


def metadata(fields: Sequence[Field]) -> list[Line]:
    """Return lines of the dictionary that the package carries, cell by cell."""
    return [dict(zip(METADATA, field.line, strict=True)) for field in fields]


def field_names(project: Project, field: str = "") -> list[Line]:
    """Return the names under which fields are exported, of one field if it is named: each is its own."""
    names = [project.record_field.name]
    for form in project.forms:
        names += [*(found.name for found in form.fields), form.complete]
    return [dict(zip(FIELD_NAMES, (name, "", name), strict=True)) for name in names if field in ("", name)]


def instruments(project: Project) -> list[Line]:
    """Return the forms with their labels."""
    return [dict(zip(INSTRUMENT_NAMES, (form.name, form.label), strict=True)) for form in project.forms]


def groups(project: Project) -> list[Line]:
    """Return the data access groups: one a site under its code, none where sites may not be told apart."""
    sites = sorted(set(project.groups.values()))
    found = [(site, group_name(site), number) for number, site in enumerate(sites, 1)]
    return [dict(zip(GROUP_NAMES, group, strict=True)) for group in found]


def repeating_forms(project: Project) -> list[Line]:
    """Return the forms that repeat."""
    return [dict(zip(REPEATING_NAMES, (form.name, ""), strict=True)) for form in project.repeating]


def user(project: Project, name: str, expires_on: dt.date) -> Line:
    """Return the one user there is: the token itself, which may read every form until a day."""
    forms = ",".join(f"{form.name}:{READ_ONLY}" for form in project.forms)
    exported = ",".join(f"{form.name}:{WHOLE}" for form in project.forms)
    who: Line = {"username": name, "email": "", "firstname": "", "lastname": "", "expiration": expires_on.isoformat()}
    rights: Line = dict.fromkeys(NO_RIGHTS, 0)
    group: Line = {"data_access_group": "", "data_access_group_id": ""}
    return {**who, **group, **rights, "api_export": 1, "forms": forms, "forms_export": exported}


def project_facts(project: Project) -> Line:
    """Return what REDCap says of a project: a classic one in production, without surveys, written by nobody."""
    at = dt.datetime.fromisoformat(project.data_cut_at).strftime("%Y-%m-%d %H:%M")
    simulated = "Every case of it is simulated." if project.is_simulated else ""
    return {
        "project_id": _number(project),
        "project_title": f"{project.release} {project.level}",
        "creation_time": at,
        "production_time": at,
        "in_production": 1,
        "project_language": "English",
        "purpose": 2,
        "purpose_other": "",
        "project_notes": f"Frozen state of the registry at the data cut, read-only. {simulated}".strip(),
        "custom_record_label": "",
        "secondary_unique_field": "",
        "is_longitudinal": 0,
        "has_repeating_instruments_or_events": int(bool(project.repeating)),
        "surveys_enabled": 0,
        "scheduling_enabled": 0,
        "record_autonumbering_enabled": 0,
        "randomization_enabled": 0,
        "ddp_enabled": 0,
        "project_irb_number": "",
        "project_grant_number": "",
        "project_pi_firstname": "",
        "project_pi_lastname": "",
        "display_today_now_button": 0,
        "missing_data_codes": " | ".join(f"{code}, {label}" for code, label in missing_codes(project).items()),
        "external_modules": "",
        "bypass_branching_erase_field_prompt": 0,
    }


def missing_codes(project: Project) -> Mapping[str, str]:
    """Return the reasons why a value may be missing, as the fields that tell them declare them."""
    told = [field.choices for field in project.fields if field.name.endswith("_mr")]
    return {code: label for choices in told for code, label in sorted(choices.items())}


def _number(project: Project) -> int:
    """Return a number of the project that stays the same and fits the whole numbers of every client."""
    digest = hashlib.sha256(f"{project.release} {project.level}".encode()).digest()
    return int.from_bytes(digest[:4]) >> 1
