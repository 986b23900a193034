"""What other parts of the registry show on the page of a case: each registers its own panel when the program starts.

A panel is a template and a function that gives it its values, or None where this person has nothing to see there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string

from registry.models import Patient

ContextFunction = Callable[[HttpRequest, Patient], dict[str, Any] | None]


@dataclass(frozen=True)
class Panel:
    """One panel: its key, its template, who fills it, and its place among the others."""

    name: str
    template: str
    context: ContextFunction
    order: int


_panels: dict[str, Panel] = {}


def register_panel(name: str, template: str, context_function: ContextFunction, *, order: int = 100) -> None:
    """Show a panel above the tables of every case, in ascending order. Registering a name again replaces it."""
    _panels[name] = Panel(name, template, context_function, order)


def panels_for(request: HttpRequest, patient: Patient) -> list[str]:
    """Return the panels of a case as this person sees them, rendered."""
    found = [(panel, panel.context(request, patient)) for panel in sorted(_panels.values(), key=lambda p: p.order)]
    return [
        render_to_string(panel.template, {**context, "patient": patient}, request)
        for panel, context in found
        if context is not None
    ]
