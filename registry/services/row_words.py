"""Why the database refuses a row, in words and by field."""

from __future__ import annotations

from django.db.models import UniqueConstraint
from django.utils.translation import gettext as _

from registry.metadata import Topic
from registry.services.merging import constraint_columns, constraint_named


def key_constraint(topic: Topic) -> str:
    """Return the name of the constraint that two rows of a topic do not have one key."""
    return f"{topic.code}_key"


def beyond_words() -> str:
    """Return what is said where a value computed from a row has more digits than are kept."""
    return _("What is computed from these values is too large to be stored. Check them.")


def constraint_words(topic: Topic, name: str) -> tuple[str, tuple[str, ...]]:
    """Return what a constraint that a row breaks says, and the fields that it speaks of, none for the row itself."""
    if check := constraint_named(name):
        return str(check.get_violation_error_message()), constraint_columns(check)
    if name == key_constraint(topic):
        labels = [str(topic.model._meta.get_field(key).verbose_name) for key in topic.key]
        return _("Another row has the same values here: %(fields)s.") % {"fields": ", ".join(labels)}, topic.key
    for constraint in topic.model._meta.constraints:
        if constraint.name == name and isinstance(constraint, UniqueConstraint):
            return str(constraint.get_violation_error_message()), ()
    return _("The registry cannot store this row."), ()
