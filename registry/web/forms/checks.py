"""The forms by which a setting of a check is proposed, and decided, and by which a run is asked for."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from registry.checks.declared import Threshold
from registry.checks.settings import WAITING
from registry.metadata.units import shown_unit
from registry.services.check_settings import REASON_MOST, Setting, setting_now, setting_proposed, thresholds_of
from registry.web.entry.typed_numbers import decimal_of, written_number
from registry.web.forms.locks import REASON_HELP
from sites.models import Site

ON, OFF = "on", "off"
SWITCH = ((ON, _("Switched on")), (OFF, _("Switched off")))


class ThresholdField(forms.CharField):
    """A threshold as people type it: with a comma or a point."""

    def __init__(self, limit: Threshold) -> None:
        self.limit = limit
        self.unit = shown_unit(limit.unit)
        widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
        super().__init__(
            label=limit.words, max_length=40, widget=widget, error_messages={"required": _("Type a number.")}
        )

    def clean(self, value: Any) -> Decimal:
        """Return the number; what it may be is judged where it is decided."""
        number = decimal_of(super().clean(value))
        if number is None:
            raise ValidationError(_("Type a number."))
        return number


class SettingForm(forms.Form):
    """Whether a check runs and under which thresholds. After it was found valid, `setting` is what is proposed."""

    setting: Setting | None = None

    def __init__(self, code: str, data: Any = None) -> None:
        self.code = code
        now = setting_now(code)
        shown = {name: written_number(value) for name, value in now.limits.items()}
        super().__init__(data, initial={"is": ON if now.is_on else OFF, **shown})
        if code != WAITING:
            self.fields["is"] = forms.ChoiceField(label=_("The check is"), choices=SWITCH)
        for limit in thresholds_of(code):
            self.fields[limit.name] = ThresholdField(limit)

    @property
    def limit_fields(self) -> list[forms.BoundField]:
        """Return the thresholds."""
        return [self[limit.name] for limit in thresholds_of(self.code)]

    def clean(self) -> dict[str, Any]:
        """Judge the thresholds together."""
        given = super().clean() or {}
        names = [limit.name for limit in thresholds_of(self.code)]
        if not self.errors.keys() & {"is", *names}:
            limits = {name: given[name] for name in names}
            try:
                self.setting = setting_proposed(self.code, is_on=given.get("is", ON) == ON, thresholds=limits)
            except ValidationError as error:
                self.add_error(None, error)
        return given


class DecideForm(SettingForm):
    """A proposal with its reason. `since` is the decision that the person looked at, `seen` what was shown to them."""

    reason = forms.CharField(
        label=_("Reason"), max_length=REASON_MOST, help_text=REASON_HELP, error_messages={"required": _("Say why.")}
    )
    since = forms.IntegerField(required=False)
    seen = forms.CharField(required=False)

    def refuse(self, error: ValidationError) -> None:
        """Show what a service refused: at its field where it names one."""
        known = getattr(error, "error_dict", {NON_FIELD_ERRORS: error.messages})
        for name, messages in known.items():
            self.add_error(name if name in self.fields else None, messages)


def seen_mark(setting: Setting, since: int) -> str:
    """Return what says that a page has shown what exactly this setting would do, in place of that decision."""
    limits = ",".join(f"{name}={value.normalize():f}" for name, value in sorted(setting.limits.items()))
    text = f"{setting.code} {setting.is_on} {limits} {since}"
    return salted_hmac("registry.checks.dry_run", text).hexdigest()


class RunForm(forms.Form):
    """Of which hospital the checks are to run; empty for all."""

    site = forms.ModelChoiceField(
        label=_("Hospital"), queryset=Site.objects.none(), required=False, empty_label=_("All hospitals"),
        to_field_name="code", error_messages={"invalid_choice": _("Choose a hospital of the list.")},
    )  # fmt: skip

    def __init__(self, sites: Iterable[Site], data: Any = None) -> None:
        super().__init__(data)
        self.fields["site"].queryset = Site.objects.filter(pk__in=[site.pk for site in sites]).order_by("code")
