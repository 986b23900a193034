"""What a reader may choose on a timeline, kept in the address: the origin of the days, the results, the course."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.http import urlencode
from django.utils.translation import gettext as _

from registry.models import InfusionCourse
from registry.rules.labs import Analyte
from registry.web.charts.labs import analyte_name, toggled
from registry.web.charts.timeline import Origin


@dataclass(frozen=True)
class Choice:
    """One link of a row of choices."""

    title: str
    url: str
    is_chosen: bool


@dataclass(frozen=True)
class Asked:
    """What the address asks for; nonsense in it asks for nothing."""

    origin: Origin
    labs: tuple[str, ...]
    course: str

    @classmethod
    def read(cls, get: Mapping[str, str], labs: Sequence[str]) -> Asked:
        """Read the parameters of an address."""
        origin = Origin.ANAKINRA if get.get("origin") == Origin.ANAKINRA else Origin.INFUSION
        return cls(origin, tuple(lab for lab in labs if lab in Analyte.codes()), get.get("course", ""))

    def url(self, origin: Origin | None = None, labs: Sequence[str] | None = None, course: str | None = None) -> str:
        """Return the address with some of it changed."""
        origin = origin or self.origin
        course = self.course if course is None else course
        asked: dict[str, str | Sequence[str]] = {"lab": list(self.labs if labs is None else labs)}
        if origin is not Origin.INFUSION:
            asked["origin"] = origin.value
        if course:
            asked["course"] = course
        return f"?{urlencode(asked, doseq=True)}"


def course_asked(courses: Sequence[InfusionCourse], asked: Asked) -> InfusionCourse | None:
    """Return the course asked for, else the index course; nothing where there is no course."""
    chosen = next((course for course in courses if str(course.course_no) == asked.course), None)
    return chosen or (courses[0] if courses else None)


def course_choices(courses: Sequence[InfusionCourse], shown: InfusionCourse, asked: Asked) -> list[Choice]:
    """Return the courses to choose from, where there are several."""
    if len(courses) < 2:
        return []
    return [
        Choice(_("Course %(number)s") % {"number": one.course_no}, asked.url(course=str(one.course_no)), one == shown)
        for one in courses
    ]


def origin_choices(shown: Origin, asked: Asked) -> list[Choice]:
    """Return the origins of the axis."""
    words = {Origin.INFUSION: _("Infusion"), Origin.ANAKINRA: _("First anakinra dose")}
    return [Choice(title, asked.url(origin=origin), origin is shown) for origin, title in words.items()]


def lab_choices(present: Sequence[Analyte], chosen: Sequence[Analyte], asked: Asked) -> list[Choice]:
    """Return the analytes that have results; each link shows one more, or one less."""
    return [
        Choice(analyte_name(one), asked.url(labs=toggled(one, chosen)), one in chosen)
        for one in present
        if one is not Analyte.FERRITIN
    ]
