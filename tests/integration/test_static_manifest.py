"""The static files of production: every file that a style or page names exists under its hashed name."""

from __future__ import annotations

from pathlib import Path

from django.core.management import call_command
from django.test import override_settings


def test_all_static_files_are_collected_under_hashed_names(tmp_path: Path) -> None:
    storages = {"staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"}}
    with override_settings(STATIC_ROOT=tmp_path, STORAGES=storages):
        call_command("collectstatic", interactive=False, verbosity=0)
    assert list((tmp_path / "quell").glob("tokens.*.css.gz"))
    assert list((tmp_path / "vendor").glob("htmx-*/htmx.min.*.js"))
