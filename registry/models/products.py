"""The dated look-up of CAR-T products: what each is and where, for what and since when it is approved."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from registry.rules.disease import DiseaseGroup
from registry.rules.products import CostimulatoryDomain, Jurisdiction, Target, Vector
from sites.audit import audited


@audited
class Product(models.Model):
    """One CAR-T product of the reference list, kept by administrators."""

    code = models.CharField(_("code"), max_length=12, primary_key=True)
    generic_name = models.CharField(_("generic name"), max_length=80)
    brand_name = models.CharField(_("brand name"), max_length=40, blank=True)
    code_names = models.CharField(_("code names"), max_length=80, blank=True)
    target = models.CharField(_("target"), max_length=24, choices=Target.choices(), blank=True)
    costimulatory_domain = models.CharField(
        _("costimulatory domain"), max_length=24, choices=CostimulatoryDomain.choices(), blank=True
    )
    vector = models.CharField(_("vector"), max_length=24, choices=Vector.choices(), blank=True)
    is_split_dose = models.BooleanField(_("split dose"), default=False)
    first_approved_on = models.DateField(_("first approval"), null=True, blank=True)
    is_verified = models.BooleanField(_("verified against a published source"), default=False)
    source = models.CharField(_("source"), max_length=200, blank=True)

    class Meta:
        ordering = ["code"]
        verbose_name = _("CAR-T product")
        verbose_name_plural = _("CAR-T products")

    def __str__(self) -> str:
        return f"{self.code} {self.generic_name}"


@audited
class ProductApproval(models.Model):
    """One indication of one product in one jurisdiction from one date on."""

    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="approvals")
    disease_group = models.CharField(_("disease group"), max_length=24, choices=DiseaseGroup.choices())
    line = models.CharField(_("line of therapy"), max_length=40, blank=True)
    jurisdiction = models.CharField(_("jurisdiction"), max_length=24, choices=Jurisdiction.choices())
    approved_on = models.DateField(_("approved on"), null=True, blank=True)
    is_verified = models.BooleanField(_("verified against a published source"), default=False)
    source = models.CharField(_("source"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("approval of a product")
        verbose_name_plural = _("approvals of products")
        ordering = ["product", "disease_group", "approved_on"]
        constraints = [
            models.UniqueConstraint(
                fields=["product", "disease_group", "line", "jurisdiction"], name="product_approval_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.product_id} {self.disease_group} {self.jurisdiction}"
