"""The demonstration cohort frozen, with its datasets: made once in a run of the tests, copied for each that asks."""

from __future__ import annotations

import datetime as dt
import os
import shutil
from pathlib import Path
from typing import Final

import pytest
from django.conf import settings
from django.core.management import call_command

from exports.datasets.catalogue import derive
from exports.freeze import FreezeOrder, freeze
from exports.freeze.folder import write_facts
from exports.freeze.pseudonyms import project_key, site_codes
from registry.demo.calendar import DATA_CUT
from sites.models import Site

KEY: Final = project_key(settings.QUELL_PROJECT_KEK, b"a salt of the tests" * 2)
NAME: Final = "demonstration"


@pytest.fixture
def demo_folder(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, transactional_db: None) -> Path:
    """The folder of a release of the 43 cases, as `exports.freeze` and `exports.datasets` leave it."""
    kept, folder = _shared(tmp_path_factory) / NAME, tmp_path / NAME
    if not kept.exists():
        _freeze(folder)
        _keep(folder, kept)
    else:
        shutil.copytree(kept, folder)
    return folder


def _shared(factory: pytest.TempPathFactory) -> Path:
    """Return the temporary folder that the workers of one run have in common."""
    own = factory.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own


def _freeze(folder: Path) -> None:
    call_command("demo_load", "--force")
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


def _keep(folder: Path, kept: Path) -> None:
    """Put a copy where the others find it whole; another worker that was first is left alone."""
    building = kept.with_name(f"{NAME}-{os.getpid()}")
    shutil.copytree(folder, building)
    try:
        building.rename(kept)
    except OSError:
        shutil.rmtree(building)
