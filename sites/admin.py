"""Administration of sites, agreements, people and roles. For administrators only; every change is audited."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from sites.models import Agreement, Membership, Site, User
from sites.selectors import people_without_role
from sites.services import end_sign_ins, second_factors_remove, shut_out


class NeverDeleted(admin.ModelAdmin):
    """People and sites end; they are not deleted, since cases and history refer to them."""

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Offer no delete."""
        return False


class AgreementInline(admin.TabularInline):
    """The papers of a site, on the page of the site."""

    model = Agreement
    extra = 0


@admin.register(Site)
class SiteAdmin(NeverDeleted):
    """Sites with their papers."""

    list_display = ["code", "name", "country", "time_zone", "status"]
    list_filter = ["status", "country"]
    search_fields = ["code", "name"]
    inlines = [AgreementInline]


class MembershipInline(admin.TabularInline):
    """The roles of a person, on the page of the person."""

    model = Membership
    extra = 0
    fields = ["role", "site", "starts_on", "ends_on"]


class WithoutRole(admin.SimpleListFilter):
    """People who can sign in but hold no role today."""

    title = _("without a role")
    parameter_name = "without_role"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Offer one choice besides all."""
        return [("yes", _("Without a role"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[User]) -> QuerySet[User]:
        """Keep the people without a role where that was chosen."""
        if self.value() != "yes":
            return queryset
        return queryset.filter(pk__in=people_without_role(timezone.localdate()).values("pk"))


class PersonForm(forms.ModelForm):
    """A person, without any trace of their password."""

    class Meta:
        model = User
        fields = ["email", "full_name", "language", "is_active"]

    def save(self, commit: bool = True) -> User:
        """Save; a new person has no password and sets one through "forgotten password"."""
        if self.instance._state.adding:
            self.instance.set_unusable_password()
        return super().save(commit=commit)


@admin.register(User)
class UserAdmin(NeverDeleted):
    """People with their roles."""

    form = PersonForm
    list_display = ["full_name", "email", "roles", "is_active", "last_login"]
    list_filter = ["is_active", WithoutRole, "memberships__role"]
    search_fields = ["email", "full_name"]
    inlines = [MembershipInline]
    actions = ["end_their_sign_ins", "remove_second_factors"]

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Save, and end the sign-ins of somebody whose roles or account changed: what they may do now holds at once.

        The tokens of a closed account end with it, so that they stay dead if it is opened again.
        """
        super().save_related(request, form, formsets, change)
        if change and "is_active" in form.changed_data:
            shut_out(form.instance)
        elif change and any(formset.has_changed() for formset in formsets):
            end_sign_ins(form.instance)

    @admin.action(description=_("End all their sign-ins and revoke their tokens"), permissions=["change"])
    def end_their_sign_ins(self, request: HttpRequest, people: QuerySet[User]) -> None:
        """End the sign-ins and tokens of the chosen people, for example when a computer was lost."""
        for person in people:
            shut_out(person)

    @admin.action(description=_("Remove their second factors (telephone or key lost)"), permissions=["change"])
    def remove_second_factors(self, request: HttpRequest, people: QuerySet[User]) -> None:
        """Let the chosen people set up a second factor anew; their sign-ins end."""
        for person in people:
            second_factors_remove(person)

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        """Read the roles of all people on the page at once."""
        return super().get_queryset(request).prefetch_related("memberships__site")

    @admin.display(description=_("roles"))
    def roles(self, person: User) -> str:
        """Print a person's roles, ended ones too."""
        return "; ".join(str(held) for held in person.memberships.all())


admin.site.unregister(Group)
