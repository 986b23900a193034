"""Administration of the reference lists. No clinical table is registered here, nor may one be."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext

from registry.models import Product, ProductApproval


class InPersonsLanguage:
    """Shows the coded answers of a list, which are declared in English, in the language of the person."""

    def formfield_for_choice_field(
        self, db_field: models.Field[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> forms.Field | None:
        """Translate each label; the codes stay."""
        kwargs["choices"] = [(code, gettext(label) if label else label) for code, label in db_field.get_choices()]
        return super().formfield_for_choice_field(db_field, request, **kwargs)  # type: ignore[misc]


class ApprovalInline(InPersonsLanguage, admin.TabularInline):
    """The approvals of a product, on its page."""

    model = ProductApproval
    extra = 0


@admin.register(Product)
class ProductAdmin(InPersonsLanguage, admin.ModelAdmin):
    """CAR-T products with their approvals. A product that a case names cannot be removed."""

    list_display = ["code", "generic_name", "brand_name", "target", "costimulatory_domain", "is_verified"]
    list_filter = ["target", "costimulatory_domain", "is_verified"]
    search_fields = ["code", "generic_name", "brand_name", "code_names"]
    inlines = [ApprovalInline]
