"""Words stay in the registry: the database has no place for them in a code, and whatever they are, none leaves."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from exports.datasets.catalogue import derive
from exports.freeze import freeze
from exports.freeze.folder import write_facts
from exports.package import build_package
from registry.metadata import CodedVariable, TextVariable, topics
from registry.models import InfusionCourse, Patient
from sites.context import acting_as_system
from tests.cast import Cast
from tests.factories.canaries import MARK
from tests.factories.whole_case import whole_case
from tests.integration.package_bytes import every_byte, written_forms
from tests.integration.test_release_differential import any_order


@pytest.mark.django_db
def test_the_database_refuses_words_where_codes_belong(cast: Cast):
    whole_case(cast.sev, "SEV-1", judge=cast.judy)
    with acting_as_system("tests", reason="words for codes"):
        for topic in topics():
            for one in topic.fields:
                if isinstance(one, CodedVariable):
                    with pytest.raises(IntegrityError), transaction.atomic():
                        topic.model.objects.update(**{one.name: MARK})


@pytest.mark.django_db(transaction=True, databases=["default", "export"])
@pytest.mark.parametrize("reason", [{"x": MARK}, ["ND", {"x": MARK}], 20210316, True])
def test_a_reason_that_is_none_of_the_list_does_not_leave(cast: Cast, tmp_path: Path, reason: Any):
    """The database takes such JSON; every form for people refuses it."""
    whole_case(cast.sev, "SEV-1", judge=cast.judy)
    with acting_as_system("tests", reason="words for reasons"):
        InfusionCourse.objects.update(kps=None, ecog=None, missing={"kps": reason, "ecog": "UNK"})
    freeze(any_order(), tmp_path)
    course = pl.read_parquet(tmp_path / "frozen" / "infusion_course.parquet")
    assert course.select("kps__mr", "ecog__mr").rows() == [(None, "UNK")]


@pytest.mark.slow
@pytest.mark.django_db(transaction=True, databases=["default", "export"])
def test_whatever_words_are_recorded_none_of_them_leaves(cast: Cast, tmp_path: Path):
    whole_case(cast.sev, "SEV-1", judge=cast.judy, age_at_infusion=93)

    @examples(max_examples=5, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(words=st.lists(NASTY, min_size=1, max_size=6), age=st.integers(0, 110))
    def look(words: list[str], age: int) -> None:
        with acting_as_system("tests", reason="nasty words"):
            _write_words(words)
            Patient.objects.update(age_at_infusion=age)
        folder = tmp_path / "release"
        facts = freeze(any_order(), folder)
        write_facts(folder, {**facts, "datasets": derive(folder, facts)})
        for name, content in every_byte(build_package(folder).path):
            assert not any(form in content.lower() for form in written_forms(MARK)), name
        patient, course = (
            pl.read_parquet(folder / "frozen" / f"{of}.parquet") for of in ("patient", "infusion_course")
        )
        assert patient["age_at_infusion"].to_list() == [min(age, 90)]
        assert course["infusion_year"].null_count() == (age >= 90)

    look()


# Words with our own among them, and whatever else a keyboard, a spreadsheet or an attacker puts around it.
AROUND = [
    "",
    "=1+1|",
    "@SUM(",
    "'; drop table x;--",
    "\\.\n",
    '","',
    "\t",
    "\r\n",
    "<b>",
    "é\u202e",
    "\U0001f600",
    "%s{0}",
]
NASTY = st.tuples(
    st.sampled_from(AROUND), st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=20)
).map(lambda parts: f"{parts[0]}{MARK}{parts[1]}")


def _write_words(words: list[str]) -> None:
    """Write the words into every field of a case that takes any."""
    number = 0
    for topic in topics():
        texts = [one for one in topic.fields if isinstance(one, TextVariable) and one.name != "study_id"]
        for row in topic.model.objects.all() if texts else ():
            for one in texts:
                setattr(row, one.name, words[number % len(words)][: one.max_length])
                number += 1
            row.save()
