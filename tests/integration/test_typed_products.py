"""The products of the reference list are the options of their box."""

from __future__ import annotations

import datetime as dt

import pytest

from registry.metadata import topic_named
from registry.models import Product
from registry.web.entry.typed import Setting, Typed, read
from registry.web.entry.typed_choices import choices_of, reference_options
from tests.factories.files import create_products

pytestmark = pytest.mark.django_db
HERE = Setting(None, dt.date(2026, 3, 20), is_month_first=False)
PRODUCT = topic_named("infusion_course").model._meta.get_field("product")


def test_products_are_listed_by_one_query_or_none(django_assert_num_queries):
    create_products()
    listed = [(product.code, f"{product.code} {product.generic_name}") for product in Product.objects.order_by("code")]
    with django_assert_num_queries(1):
        options = reference_options(PRODUCT)
    with django_assert_num_queries(0):
        assert choices_of(PRODUCT, options) == [("", ""), *listed]
        assert read(PRODUCT, listed[0][0].lower(), HERE, options=options) == Typed(listed[0][0])
    with django_assert_num_queries(1):
        assert read(PRODUCT, listed[0][1], HERE) == Typed(listed[0][0])
