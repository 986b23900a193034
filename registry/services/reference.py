"""The reference lists that every registry starts with: CAR-T products and where each is approved."""

from __future__ import annotations

from registry.models import Product, ProductApproval
from registry.rules import products


def reference_load() -> int:
    """Add the products and approvals that are missing and return how many; what an administrator changed stays.

    Call it inside a context (`sites.context`): the lists are audited.
    """
    return sum(map(_add_product, products.PRODUCTS)) + sum(map(_add_approval, products.APPROVALS))


def _add_product(known: products.Product) -> bool:
    values = {
        "generic_name": known.generic_name,
        "brand_name": known.brand_name,
        "code_names": ", ".join(known.code_names),
        "target": known.target or "",
        "costimulatory_domain": known.costimulatory_domain or "",
        "vector": known.vector or "",
        "is_split_dose": known.is_split_dose,
        "first_approved_on": products.first_approved_on(known.code),
        "is_verified": known.is_verified,
        "source": known.source,
    }
    return Product.objects.get_or_create(code=known.code, defaults=values)[1]


def _add_approval(known: products.Approval) -> bool:
    values = {"approved_on": known.from_on, "is_verified": known.is_verified, "source": known.source}
    return ProductApproval.objects.get_or_create(
        product_id=known.product,
        disease_group=known.disease_group,
        line=known.line,
        jurisdiction=known.jurisdiction,
        defaults=values,
    )[1]
