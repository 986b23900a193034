"""The English words of the sheets that are declared outside of Django's reach, said here for the Spanish catalogue.

Datasets and what a row is are told in English in every package; a page says them in the language of its reader.
"""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_noop

DATASETS: Final = (
    gettext_noop("Subject level"),
    gettext_noop("Times to events"),
    gettext_noop("Daily toxicity and treatment"),
    gettext_noop("Daily dose of anakinra"),
    gettext_noop("Follow-up split by dose of anakinra"),
    gettext_noop("Laboratory results"),
    gettext_noop("Adverse events"),
    gettext_noop("Infections"),
    gettext_noop("Source rows of the subject level"),
)
ROWS_OF_DATASETS: Final = (
    gettext_noop("one row per subject"),
    gettext_noop("one row per subject and parameter; who cannot be analysed has a reason and no time"),
    gettext_noop(
        "One row per subject and day of the index CAR-T course with an assessment of CRS or ICANS, anakinra, another "
        "therapy or a stay: day 0 to 60, and beyond only up to the resolution of an episode not resolved by day 60"
    ),
    gettext_noop("One row per subject and day of anakinra in the index CAR-T course"),
    gettext_noop(
        "One row per subject and interval (TSTART, TSTOP] of unchanged dose from the start of anakinra to death or "
        "last contact; none for subjects without a known start or end, or whose follow-up ends on that first day"
    ),
    gettext_noop(
        "One row per laboratory result of the index CAR-T course and time point that it stands for; a result that "
        "stands for none has one row (AVISIT is OTHER)"
    ),
    gettext_noop("One row per adverse event of a course of anakinra in the index CAR-T course"),
    gettext_noop("One row per infection of the index CAR-T course"),
    gettext_noop("one row per subject, variable of ADSL and row of a table that its value was picked from"),
)
ROWS_OF_TABLES: Final = (
    gettext_noop("one row per patient"),
    gettext_noop("one row per CAR-T course"),
    gettext_noop("one row per patient: the last contact"),
    gettext_noop("one row per death"),
    gettext_noop("one row per course"),
    gettext_noop("one row per episode"),
    gettext_noop("one row per infection"),
    gettext_noop("one row per later infusion of a split dose"),
    gettext_noop("one row per analyte and sample"),
    gettext_noop("one row per event"),
    gettext_noop("one row per death and adjudicator"),
    gettext_noop("one row per assessment"),
    gettext_noop("one row per period of care"),
    gettext_noop("one row per drug, dose and period"),
    gettext_noop("one row per unchanged dose"),
    gettext_noop("one row per episode and day"),
)
# Columns that a release has and the record has not.
COLUMNS: Final = (
    gettext_noop("Site code of the project"),
    gettext_noop("CAR-T product: target"),
    gettext_noop("CAR-T product: costimulatory domain"),
    gettext_noop("Date of first infusion (day 0), year"),
)
