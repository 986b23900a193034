"""A released CSV package as a REDCap project: forms, fields and records, read from the file alone."""

from exports.redcap.opening import PackageDamagedError, open_project
from exports.redcap.project import Field, Form, Project

__all__ = ["Field", "Form", "PackageDamagedError", "Project", "open_project"]
