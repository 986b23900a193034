"""How edit checks are told to people: what they do, on which form, with which numbers, and where those come from."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from registry.checks.declared import EditCheck, Limits, Severity, Threshold, shown_number
from registry.checks.labs import AnalyteThreshold
from registry.checks.ranges import OUTSIDE
from registry.checks.settings import WAITING
from registry.metadata import Topic
from registry.metadata.fields import VariableField
from registry.metadata.forms import FORMS, form_of_topic
from registry.metadata.units import shown_unit

Words = str | Promise
SEVERITIES: Mapping[Severity, Words] = {
    Severity.BLOCKING: gettext_lazy("Blocking"),
    Severity.LOCKING: gettext_lazy("Blocking at lock"),
    Severity.SOFT: gettext_lazy("Soft"),
}
EFFECTS: Mapping[Severity, Words] = {
    Severity.BLOCKING: gettext_lazy(
        "The hospital is asked. Until it is put right the form cannot be completed, nor the case locked or released; "
        "a draft is always saved."
    ),
    Severity.LOCKING: gettext_lazy("Nobody is asked by this check. The case cannot be locked or released."),
    Severity.SOFT: gettext_lazy("The hospital is asked. Nothing is stopped."),
}
TONES = {Severity.BLOCKING: "bad", Severity.LOCKING: "wait", Severity.SOFT: "plain"}
SLUGS = {severity: severity.name.lower() for severity in Severity}
# Up to so many thresholds are told in a list; of a check with more, only how many there are.
LIMITS_TOLD = 3
WAITING_TITLE = gettext_lazy("Waiting before missing values are asked for")
WAITING_WORDS = gettext_lazy(
    "Missing values are asked for when their form is complete, or so many days after the case was entered."
)


def form_place(topic: Topic) -> tuple[int, str]:
    """Return where the form of a topic stands among the forms, and its title; what is on no form comes last."""
    try:
        form = form_of_topic(topic.code)
    except LookupError:
        return len(FORMS), _(topic.label)
    return FORMS.index(form), _(form.label)


def field_titles(check: EditCheck) -> list[str]:
    """Return what the fields are called that a check speaks of."""
    return [str(field.verbose_name) for field in check_fields(check)]


def check_fields(check: EditCheck) -> list[VariableField]:
    """Return the fields that a check speaks of, in its order."""
    known = {field.name: field for field in check.topic.fields}
    return [known[name] for name in check.fields]


def limit_value(limit: Threshold, value: object) -> str:
    """Return a threshold's value with its unit."""
    return f"{shown_number(value)} {shown_unit(limit.unit)}".strip()


def limits_told(thresholds: tuple[Threshold, ...], limits: Limits) -> list[str]:
    """Return the thresholds with their values, or of many how many there are."""
    if len(thresholds) > LIMITS_TOLD:
        return [ngettext("%(count)s threshold", "%(count)s thresholds", len(thresholds)) % {"count": len(thresholds)}]
    return [f"{limit.words}: {limit_value(limit, limits[limit.name])}" for limit in thresholds]


def origin(code: str, check: EditCheck | None) -> str:
    """Return where the numbers of a check come from, in one or two sentences."""
    if check is not None and not check.thresholds:
        return _("The check has no number that could be set. It can be switched on and off.")
    if check is not None and check.message == OUTSIDE:
        field = check_fields(check)[0]
        words = _("The plausible range is declared with the variable “%(field)s”, and forms warn by the declared one.")
        return words % {"field": field.verbose_name}
    if check is not None and isinstance(check.thresholds[0], AnalyteThreshold):
        return _("The expected ranges are declared with the analytes, and forms warn by the declared ones.")
    if code == WAITING:
        return _("The number is a convention of the registry, and holds for every check of what is missing.")
    return _("The numbers are declared with the check. They are conventions of the registry.")
