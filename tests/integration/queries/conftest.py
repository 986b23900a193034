"""One open query at each hospital."""

from __future__ import annotations

import pytest

from registry.models import DataQuery
from tests.factories.queries import late_episode, query_about


@pytest.fixture
def here(cast) -> DataQuery:
    """One open query at Sevilla."""
    return query_about(late_episode(cast.sev, "SEV-0001"))


@pytest.fixture
def there(cast) -> DataQuery:
    """One open query at Houston."""
    return query_about(late_episode(cast.hou, "HOU-0001"))
