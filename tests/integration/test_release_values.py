"""The freeze and a naive exporter agree on whatever values the database takes."""

from __future__ import annotations

import datetime as dt
import random
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from exports.freeze import freeze
from exports.sheets import sheets_of
from registry.metadata import CodedVariable, DateVariable, DecimalVariable, FlagVariable, IntegerVariable, Topic, topics
from registry.metadata.fields import VariableField
from sites.context import acting_as_system
from tests.cast import Cast
from tests.factories.whole_case import INFUSED, whole_case
from tests.integration.naive_exporter import key_of
from tests.integration.test_release_differential import any_order, comparable, key_in, naive_tables

pytestmark = pytest.mark.slow


@pytest.mark.django_db(transaction=True, databases=["default", "export"])
def test_whatever_values_are_recorded_the_freeze_writes_what_the_naive_exporter_writes(cast: Cast, tmp_path: Path):
    """The values are drawn anew in every example; where two of them break a rule of the row, the old ones stay."""
    for number in range(3):
        whole_case(cast.sev, f"SEV-{number}", judge=cast.judy)

    @examples(max_examples=12, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(seed=st.integers(0, 2**32), emptiness=st.sampled_from([0.0, 0.2, 0.9]))
    def compare(seed: int, emptiness: float) -> None:
        with acting_as_system("tests", reason="other values"):
            assert _write_anything(random.Random(seed), emptiness) > 300
        order = any_order()
        frames = {sheet.name: sheet.frame() for sheet in sheets_of(tmp_path, freeze(order, tmp_path))}
        naive, _counts = naive_tables(order)
        for topic in topics():
            if topic.code in naive:
                rows = [comparable(row) for row in frames[topic.code].iter_rows(named=True)]
                key = key_of(topic)
                assert {key_in(row, key): row for row in rows} == {
                    key_in(row, key): comparable(row) for row in naive[topic.code]
                }
                assert len(rows) == len(naive[topic.code])

    compare()


def _write_anything(rng: random.Random, emptiness: float) -> int:
    """Return how many values the database took."""
    taken = 0
    for topic in topics():
        names = {name for entry in topics() for name in entry.key}
        fields = [one for one in topic.fields if _may_be_anything(one, topic) and one.name not in names]
        for row in topic.model.objects.all():
            for one in fields:
                taken += _try(topic, row.pk, one, _drawn(one, rng, emptiness), rng)
    return taken


def _may_be_anything(one: VariableField, topic: Topic) -> bool:
    kinds = CodedVariable | DateVariable | DecimalVariable | FlagVariable | IntegerVariable
    return topic.code != "identity" and isinstance(one, kinds)


def _try(topic: Topic, pk: Any, one: VariableField, value: Any, rng: random.Random) -> bool:
    """Write one value, with a reason where it is empty; the database refuses what no row may hold."""
    row = topic.model.objects.get(pk=pk)
    setattr(row, one.name, value)
    row.missing = {name: reason for name, reason in row.missing.items() if name != one.name}
    if value is None and one.variable is not None and not one.variable.derived:
        row.missing[one.name] = rng.choice(["ND", "UNK", "NA"])
    if isinstance(one, DateVariable) and one.partial:
        precision = "DAY" if value is None else rng.choice(["DAY", "MONTH", "YEAR"])
        starts = {"MONTH": {"day": 1}, "YEAR": {"day": 1, "month": 1}}
        setattr(row, f"{one.name}_precision", precision)
        setattr(row, one.name, value and value.replace(**starts.get(precision, {})))
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        return False
    return True


def _drawn(one: VariableField, rng: random.Random, emptiness: float) -> Any:
    if one.null and rng.random() < emptiness:
        return None
    low, high = (one.variable.limits if one.variable else None) or (-9_999, 99_999)
    match one:
        case CodedVariable():
            return rng.choice(sorted(one.coding.codes()))
        case FlagVariable():
            return rng.random() < 0.5
        case DecimalVariable():
            top = min(int(high), 10 ** (one.max_digits - one.decimal_places) - 1)
            whole = rng.randint(int(low), top)
            return Decimal(whole) + Decimal(rng.randint(0, 9) if whole < top else 0) / 10**one.decimal_places
        case DateVariable():
            return INFUSED + dt.timedelta(days=rng.randint(-400, 400))
    return rng.randint(int(low), int(high))
