"""What most tests of writing through the interface begin with."""

from __future__ import annotations

import pytest

from registry.models import Patient
from tests.cast import Cast
from tests.entry_forms import a_case, an_episode
from tests.integration.api.asking import Program


@pytest.fixture
def case(cast: Cast) -> Patient:
    """A case at Sevilla with a course and an episode of CRS."""
    patient = a_case(cast.sev)
    an_episode(patient)
    return patient


@pytest.fixture
def program(cast: Cast) -> Program:
    """A program of alice, by token."""
    return Program(cast.alice)
