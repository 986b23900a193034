"""Reads the controls of an entry page as a browser would send them, so that tests fill in and send forms."""

from __future__ import annotations

import datetime as dt
import html
import re
from html.parser import HTMLParser
from typing import Any

from django.urls import reverse

from registry.metadata.forms import Shape, case_form
from registry.models import CrsEpisode, InfusionCourse, Patient, Product
from sites.audit import event_model_of
from sites.context import acting_as_system
from tests.factories.files import create_products

INFUSED = dt.date(2025, 3, 11)


class _Controls(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.inside = False
        self.action = ""
        self.found: dict[str, str] = {}
        self.select = ""
        self.area = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        held = dict(attrs)
        if tag == "form":
            self.inside = "data-entry" in held
            self.action = (held.get("action") or "") if self.inside else self.action
        if not self.inside or "form" in held:  # the controls of a thread stand on the page, in a form of their own
            return
        name = held.get("name") or ""
        if tag == "input" and name and (held.get("type") not in ("checkbox", "radio") or "checked" in held):
            self.found[name] = held.get("value") or ""
        elif tag == "select":
            self.select = name
            self.found[name] = ""
        elif tag == "option" and self.select and "selected" in held:
            self.found[self.select] = held.get("value") or ""
        elif tag == "textarea":
            self.area = name
            self.found[name] = ""

    def handle_data(self, data: str) -> None:
        if self.area:
            self.found[self.area] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.inside = False
        if tag == "select":
            self.select = ""
        if tag == "textarea":
            self.area = ""


def controls(response: Any) -> dict[str, str]:
    """Return the name and text of each control of the entry form of a page."""
    reader = _Controls()
    reader.feed(response.content.decode())
    return reader.found


class Page:
    """One entry page in somebody's browser: what stands in its controls, typed over and sent."""

    def __init__(self, client: Any, url: str) -> None:
        self.client, self.url = client, url
        self.read(client.get(url))

    def read(self, response: Any) -> None:
        """Show an answer in the browser."""
        self.response, self.text = response, html.unescape(response.content.decode())
        reader = _Controls()
        reader.feed(response.content.decode())
        self.typed, self.url = reader.found, reader.action or self.url

    def type(self, **texts: str) -> Page:
        """Type into controls by name, dashes written as two underscores; "del" is the box that deletes a row."""
        self.typed |= {name.replace("__", "-"): text for name, text in texts.items()}
        return self

    def send(self, act: str = "save", **texts: str) -> int:
        """Send the page, read the answer, and return its status; a redirect is followed to the page that it names."""
        self.type(**texts)
        response = self.client.post(self.url, {**self.typed, "act": act})
        status = response.status_code
        if status == 302:
            self.url = response["Location"]
            response = self.client.get(self.url)
        self.read(response)
        return status

    @property
    def problems(self) -> list[tuple[str, str]]:
        """Return the links of the error summary: where each leads and what it says."""
        found = re.search(r"data-error-summary>(.*?)</div>", self.response.content.decode(), re.S)
        links = re.findall(r'<a href="#([^"]*)">(.*?)</a>', found[1], re.S) if found else []
        return [(to, html.unescape(re.sub(r"\s+", " ", words)).strip()) for to, words in links]


def send(client: Any, url: str, act: str = "save", **texts: str) -> Any:
    """Open an entry page, fill in controls by name (dashes written as two underscores), and send it."""
    typed = controls(client.get(url))
    typed |= {name.replace("__", "-"): text for name, text in texts.items()}
    return client.post(url, {**typed, "act": act})


def a_case(site: Any, study_id: str = "SEV-0017", **course: Any) -> Patient:
    """A case with nothing but its infusion."""
    values = {"course_no": 1, "infused_on": INFUSED, "product_id": "AXI", "weight_kg": 68, **course}
    if not Product.objects.filter(pk="AXI").exists():
        create_products()
    with acting_as_system("tests", reason="a case"):
        patient = Patient.objects.create(site=site, study_id=study_id)
        InfusionCourse.objects.create(site=site, patient=patient, **values)
    return patient


def an_episode(patient: Patient, last: int = 5) -> CrsEpisode:
    """A CRS episode from day +1 without an assessment."""
    with acting_as_system("tests", reason="an episode"):
        return CrsEpisode.objects.create(
            site_id=patient.site_id, course=patient.infusion_courses.first(), crs_no=1, is_resolved=True,
            onset_on=day(1), resolved_on=day(last),
        )  # fmt: skip


def day(number: int) -> dt.date:
    """Return a day counted from the infusion."""
    return INFUSED + dt.timedelta(days=number)


def rows(model: Any, *order: str) -> list[Any]:
    """Return all rows of a model, as the registry itself sees them."""
    with acting_as_system("tests", reason="look"):
        return list(model.objects.order_by(*order))


def events(model: Any) -> list[Any]:
    """Return what the audit trail holds about the rows of a model, in order."""
    with acting_as_system("tests", reason="look"):
        return list(event_model_of(model).objects.order_by("pgh_id"))


def address(patient: Patient, code: str, row: Any = "new") -> str:
    """Return the address of a page of a form."""
    if case_form(code).shape is not Shape.REPEATED:
        return reverse("case_form", args=[patient.pk, code])
    if row == "new":
        return reverse("case_form_new", args=[patient.pk, code])
    return reverse("case_form_row", args=[patient.pk, code, row])
