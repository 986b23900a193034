"""The only code that writes the clinical record: one row at a time from a form, or a whole file at once."""

from registry.services.bulk import records_write
from registry.services.derive import derive_patients
from registry.services.records import VersionConflict, record_change, record_create, record_delete
from registry.services.staging import stage_columns
from registry.services.written import Problem, Written

__all__ = [
    "Problem",
    "VersionConflict",
    "Written",
    "derive_patients",
    "record_change",
    "record_create",
    "record_delete",
    "records_write",
    "stage_columns",
]
