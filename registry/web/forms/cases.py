"""The form of a new case: three fields, and the hospital's number to notice that the patient is there already."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from registry.models import InfusionCourse, Patient, Product
from registry.selectors.case_duplicates import case_of_record_number, case_of_study_id, cases_infused_alike
from registry.web.entry.typed import Setting, read
from sites.access import can, visible_site_ids
from sites.models import Site
from sites.roles import Permission

MONTH_FIRST = frozenset({"US"})
STUDY_ID_FORM = "patient_study_id_form"


class NewCaseForm(forms.Form):
    """What a case begins with.

    `recorded` are cases that make it impossible to enter this one, `alike` those with the same infusion, which may be
    other patients; it is entered all the same once the person has `seen` them.
    """

    site = forms.ModelChoiceField(queryset=Site.objects.none(), label=gettext_lazy("Site"))
    study_id = forms.CharField(
        label=gettext_lazy("Study id"),
        max_length=20,
        help_text=gettext_lazy("The site's own number for the study, never a hospital number."),
    )
    infused_on = forms.CharField(label=gettext_lazy("Date of first infusion (day 0)"), max_length=40)
    product = forms.ModelChoiceField(queryset=Product.objects.none(), label=gettext_lazy("CAR-T product"))
    local_record_number = forms.CharField(
        label=gettext_lazy("Local record number"),
        max_length=40,
        required=False,
        help_text=gettext_lazy(
            "The hospital's number. It is encrypted, only your site can show it, and it tells you if the patient has"
            " been entered already."
        ),
    )
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, user: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.recorded: list[Patient] = []
        self.alike: list[Patient] = []
        mine = [site_id for site_id in visible_site_ids(user) if can(user, Permission.CASE_EDIT, site_id)]
        found = Site.objects.filter(pk__in=sorted(mine)).order_by("code")
        sites = list(found)
        self.only_site = sites[0] if len(sites) == 1 else None
        if self.only_site:
            del self.fields["site"]
        else:
            self.fields["site"].queryset = found
        self.fields["product"].queryset = Product.objects.order_by("code")
        self.fields["infused_on"].help_text = self._date_help(sites)
        for name in ("study_id", "infused_on", "local_record_number"):
            self.fields[name].widget.attrs |= {"autocomplete": "off", "spellcheck": "false"}

    def _date_help(self, sites: list[Site]) -> str:
        orders = {site.country in MONTH_FIRST for site in sites}
        if orders == {True}:
            return _("The year first or the month in letters, for example 2021-06-10 or 10 Jun 2021.")
        if orders == {False}:
            return _("Day, month, year, for example 10/6/2021.")
        return _("Day, month, year; at a site in the United States 2021-06-10 or 10 Jun 2021.")

    def clean_study_id(self) -> str:
        """Return the study id, refused beside its box where it has not the form of one."""
        given: str = self.cleaned_data["study_id"]
        form = next(entry for entry in Patient._meta.constraints if entry.name == STUDY_ID_FORM)
        form.validate(Patient, Patient(study_id=given))
        return given

    def clean(self) -> dict[str, Any]:
        """Read the date as the site writes it, and look for the case among those of the site."""
        given = super().clean() or self.cleaned_data
        site = self.only_site or given.get("site")
        if site is None:
            return given
        given["site"] = site
        if "infused_on" in given:
            self._read_date(given, site)
        self._find_recorded(given, site)
        if "infused_on" in given and "product" in given:
            self.alike = cases_infused_alike(self.user, site, given["infused_on"], given["product"])
        return given

    def _read_date(self, given: dict[str, Any], site: Site) -> None:
        setting = Setting(day_0=None, today=timezone.localdate(), is_month_first=site.country in MONTH_FIRST)
        typed = read(InfusionCourse._meta.get_field("infused_on"), given["infused_on"], setting)
        if typed.error or typed.value is None:
            self.add_error("infused_on", typed.error or _("Enter the date of the infusion."))
        else:
            given["infused_on"] = typed.value

    def _find_recorded(self, given: dict[str, Any], site: Site) -> None:
        if case := case_of_study_id(self.user, site, given.get("study_id", "")):
            self._refuse("study_id", case, _("The case %(case)s has this study id already.") % {"case": case})
        if case := case_of_record_number(self.user, site, given.get("local_record_number", "")):
            self._refuse("local_record_number", case, _("The case %(case)s has this number already.") % {"case": case})

    def _refuse(self, field: str, case: Patient, words: str) -> None:
        self.add_error(field, ValidationError(words, code="recorded"))
        if case not in self.recorded:
            self.recorded.append(case)

    def is_decided(self, act: str) -> bool:
        """Tell whether no case was infused alike, or the person was shown them all and enters this one all the same."""
        seen = set(self.cleaned_data.get("seen", "").split())
        return not self.alike or (act == "anyway" and {str(case.pk) for case in self.alike} <= seen)

    @property
    def seen_now(self) -> str:
        """Return what says, with the next answer, that the person was shown the cases infused alike."""
        return " ".join(str(case.pk) for case in self.alike)
