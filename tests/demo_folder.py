"""The demonstration cohort frozen, with its datasets: made once in a run of the tests, copied for each that asks."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path
from typing import Any, Final

import pytest
from django.conf import settings

from exports.datasets.catalogue import derive
from exports.freeze import FreezeOrder, freeze
from exports.freeze.folder import write_facts
from exports.freeze.pseudonyms import project_key, site_codes
from registry.demo.calendar import DATA_CUT
from sites.models import Site
from tests.demo_database import demo_copy, once_in_a_run

KEY: Final = project_key(settings.QUELL_PROJECT_KEK, b"a salt of the tests" * 2)
NAME: Final = "demonstration"


@pytest.fixture(scope="session")
def frozen_demo(demo_said: str, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a release of the 43 cases, as `exports.freeze` and `exports.datasets` leave it; for reading."""
    with once_in_a_run(NAME, tmp_path_factory) as shared, django_db_blocker.unblock():
        if not (shared / NAME).exists():
            building = shared / f"{NAME}-unfinished"
            shutil.rmtree(building, ignore_errors=True)
            with demo_copy():
                _freeze(building)
            building.rename(shared / NAME)
        return shared / NAME


@pytest.fixture
def demo_folder(frozen_demo: Path, tmp_path: Path) -> Path:
    """A copy of that folder, for one test to do with as it likes."""
    return shutil.copytree(frozen_demo, tmp_path / NAME)


def _freeze(folder: Path) -> None:
    codes, _known = site_codes(KEY, Site.objects.values_list("id", flat=True), {})
    order = FreezeOrder(
        release="QUELL-TEST",
        project="p",
        profile="AGREEMENT",
        code_revision="test",
        data_cut_at=dt.datetime.combine(DATA_CUT, dt.time(), dt.UTC),
        project_key=KEY,
        site_codes=codes,
    )
    facts = freeze(order, folder)
    write_facts(folder, {**facts, "datasets": derive(folder, facts)})
