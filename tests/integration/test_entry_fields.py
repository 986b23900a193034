"""Every declared field of every form is saved through its page as it was typed, and read back without a change."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from django.utils import timezone

from registry.metadata import DateVariable, Topic, topic_named, topics
from registry.metadata.fields import VariableField
from registry.metadata.forms import FORMS, CaseForm, Shape
from registry.models import Draft, LabResult, Patient
from registry.rules.labs import ANALYTES, Analyte
from registry.services.rows import state_of
from registry.web.entry.lines import shown_fields
from registry.web.entry.typed import Setting, written
from sites.context import acting_as_system
from tests.entry_forms import Page, address, events, rows
from tests.factories.files import create_products
from tests.factories.whole_case import FITTING, INFUSED, _values

SETTING = Setting(day_0=INFUSED, today=timezone.localdate(), is_month_first=False)
# The infusion comes first, because everything hangs on it, and the patient last: an age hides one of two scores.
DAY = ("assessed_on",)
ORDER = sorted(FORMS, key=lambda form: (form.code != "infusion_course", form.code == "patient"))


@pytest.fixture
def blank(cast):
    """A case of which nothing is known but its number."""
    create_products()
    with acting_as_system("tests", reason="a case"):
        return Patient.objects.create(site=cast.sev, study_id="SEV-0031")


def typed_fields(topic: Topic) -> Iterator[tuple[VariableField, Any]]:
    """Yield the fields of a topic that people fill in, each with a value that fits the others."""
    values = {**dict(_values(topic, "words")), **FITTING.get(topic.code, {})}
    for field in shown_fields(topic):
        yield field, values.get(field.name, values.get(field.attname))


def page_of(client: Any, patient: Patient, form: CaseForm) -> Page:
    """Open the first page of a form."""
    if form.shape is Shape.REPEATED and (heads := rows(form.first.model)):
        return Page(client, address(patient, form.code, heads[0].pk))
    return Page(client, address(patient, form.code))


def fill(page: Page, form: CaseForm, texts: Any) -> None:
    """Type into the first row of each topic of a page; days appear as soon as the onset is typed."""
    for number, topic in enumerate(form.topics):
        if number == 1 and topic.key == DAY:
            page.send("refresh")
        if topic.code == "lab":
            continue
        for name, text in texts(topic):
            if (name,) == topic.key == DAY:
                continue  # the grid gives the days
            control = f"{topic.code}-0-{name}"
            assert control in page.typed, control
            page.typed[control] = text


def values_of(topic: Topic) -> Iterator[tuple[str, str]]:
    for field, value in typed_fields(topic):
        yield field.name, written(field, value, SETTING)


def fill_in_samples(page: Page) -> None:
    """Type a sample with a time, a time point, and a result of every analyte."""
    page.typed |= {"lab-0-sampled_on": "+0", "lab-0-sampled_at": "13:37", "lab-0-timepoint": "PRE_LD"}
    page.typed |= {f"lab-0-{analyte.value}": f"<{result(analyte)}" for analyte in Analyte}


def result(analyte: Analyte) -> str:
    """Return a result in the unit that the registry keeps."""
    return f"{ANALYTES[analyte].limits.soft_high:.0f} {ANALYTES[analyte].unit.value}"


def check_saved(form: CaseForm) -> None:
    for topic in form.topics:
        if topic.code == "lab":
            check_results()
            continue
        [row] = rows(topic.model)
        for field, value in typed_fields(topic):
            if (field.name,) == topic.key == DAY:
                continue  # the grid gives the days
            assert state_of(row, field.name).value == value, (topic.code, field.name)
        assert row.missing == {}, topic.code


def check_results() -> None:
    found = rows(LabResult)
    assert {row.analyte for row in found} == Analyte.codes()
    assert {(row.sampled_on, row.sampled_at, row.timepoint, row.comparator) for row in found} == {
        (INFUSED, dt.time(13, 37), "PRE_LD", "<")
    }
    assert {(f"{row.value:.0f} {row.unit}") for row in found} == set(map(result, Analyte))


def all_events() -> int:
    return sum(len(events(topic.model)) for topic in topics())


def fill_case(client: Any, patient: Patient) -> None:
    for form in ORDER:
        page = page_of(client, patient, form)
        if form.code == "lab":
            fill_in_samples(page)
        fill(page, form, values_of)
        assert (page.send(), page.problems) == (302, []), form.code
        check_saved(form)


def test_a_case_is_filled_form_by_form_and_every_value_is_read_back(cast, blank, signed_in):
    client = signed_in(cast.alice)
    fill_case(client, blank)
    before = all_events()
    for form in FORMS:
        page = page_of(client, blank, form)
        assert page.send() == 302, (form.code, page.problems)
        assert "Nothing was changed." in page.text, form.code
    assert all_events() == before
    assert rows(Draft) == []


def test_every_field_is_on_the_page_of_its_form(cast, blank, signed_in):
    client = signed_in(cast.alice)
    fill_case(client, blank)
    for form in FORMS:
        controls = set(page_of(client, blank, form).typed)
        for topic in form.topics:
            names = {field.name for field in shown_fields(topic)} - {"assessed_on"}
            if topic.code == "lab":
                names = {"sampled_on", "sampled_at", "timepoint", *Analyte.codes()}
            assert {f"{topic.code}-0-{name}" for name in names} <= controls
    on_pages = {topic.code for form in FORMS for topic in form.topics}
    assert {topic.code for topic in topics()} - on_pages == {"identity", "death_review"}


def reasons_of(topic: Topic) -> Iterator[tuple[str, str]]:
    """Yield a missing reason for every field that may be empty, a value for the others."""
    for number, (field, value) in enumerate(typed_fields(topic)):
        reason = ("ND", "UNK", "NA")[number % 3]
        yield field.name, written(field, None, SETTING, reason=reason) if field.null else written(field, value, SETTING)


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.code)
def test_every_field_that_may_be_empty_takes_a_reason_for_it(cast, blank, signed_in, form):
    client = signed_in(cast.alice)
    for needed in ("infusion_course", "anakinra_course"):
        fill_needed(client, blank, needed, form)
    page = page_of(client, blank, form)
    if form.code == "lab":
        fill_in_samples(page)
        page.typed |= {f"lab-0-{analyte.value}": "nd" for analyte in Analyte}
    days = form.first.code in ("crs_episode", "icans_episode")

    def texts(topic: Topic) -> Iterator[tuple[str, str]]:
        """Days follow from an onset."""
        for name, text in reasons_of(topic):
            yield name, "+1" if days and name == "onset_on" else text

    fill(page, form, texts)
    assert (page.send(), page.problems) == (302, []), form.code
    for topic in form.topics:
        for row in rows(topic.model):
            check_reasons(topic, row, is_dated=days)
    before = all_events()
    again = page_of(client, blank, form)
    assert (again.send(), again.problems) == (302, [])
    assert all_events() == before


def fill_needed(client: Any, patient: Patient, code: str, form: CaseForm) -> None:
    if form.code == code:
        return
    needed = next(needed for needed in FORMS if needed.code == code)
    page = page_of(client, patient, needed)
    fill(page, needed, values_of)
    page.send()


def check_reasons(topic: Topic, row: Any, *, is_dated: bool) -> None:
    if topic.code == "lab":
        assert row.missing == {"value": "ND"}
        return
    fields = enumerate(typed_fields(topic))
    expected = {field.name: ("ND", "UNK", "NA")[number % 3] for number, (field, _value) in fields if field.null}
    if is_dated:
        expected.pop("onset_on", None)
    assert row.missing == expected, topic.code


PARTIAL = [
    (form, topic, field)
    for form in FORMS
    for topic in form.topics
    for field in shown_fields(topic)
    if isinstance(field, DateVariable) and field.partial
]


@pytest.mark.parametrize(("form", "topic", "field"), PARTIAL, ids=[f"{t.code}.{f.name}" for _f, t, f in PARTIAL])
def test_a_date_known_to_the_month_or_year_only_is_saved_as_such(cast, blank, signed_in, form, topic, field):
    client = signed_in(cast.alice)
    for needed in ("infusion_course", "anakinra_course"):
        fill_needed(client, blank, needed, form)
    page = page_of(client, blank, form)
    for other in topic.entered_fields:
        control = f"{topic.code}-0-{other.name}"
        if control in page.typed and not other.null and not page.typed[control]:
            page.typed[control] = dict(values_of(topic))[other.name]
    for text, precision, value in (("3/2021", "MONTH", dt.date(2021, 3, 1)), ("2021", "YEAR", dt.date(2021, 1, 1))):
        assert (page.send(**{f"{topic.code}-0-{field.name}": text}), page.problems) == (302, [])
        [row] = rows(topic_named(topic.code).model)
        assert (getattr(row, field.name), getattr(row, f"{field.name}_precision")) == (value, precision)
        version = row.version
        assert page.send() == 302
        assert "Nothing was changed." in page.text
    [row] = rows(topic.model)
    assert row.version == version
    page.send(**{f"{topic.code}-0-{field.name}": ""})
    [row] = rows(topic.model)
    assert (getattr(row, field.name), getattr(row, f"{field.name}_precision")) == (None, "DAY")
