"""One release by three ways, made by the real job: the page, the interface and the disk have the same bytes."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse

from exports import services
from exports.models import Download, Release
from sites.context import acting_as
from tests.cast import Cast
from tests.factories.releases import asked_for, client_of, give
from tests.factories.whole_case import whole_case
from tests.releases import made

pytestmark = [
    pytest.mark.django_db(transaction=True, databases=["default", "export"]),
    pytest.mark.usefixtures("nothing_blocks"),
]


@pytest.fixture
def release(cast: Cast, settings: Any, tmp_path: Path) -> Release:
    settings.QUELL_RELEASE_DIR = str(tmp_path)
    for number in (1, 2):
        whole_case(cast.sev, f"SEV-{number}", judge=cast.judy)
    found = asked_for(cast.dana)
    made(found, cast.dana)
    give(found, cast.ivan, cast.dana)
    with acting_as(cast.ivan):
        services.terms_accept(release=found, by=cast.ivan)
    return found


def test_page_interface_and_job_give_the_same_hash_for_every_package(release: Release, cast: Cast, tmp_path: Path):
    client, packages = client_of(cast.ivan), list(release.packages.filter(refusal=""))
    assert {package.format for package in packages if package.level == release.profile} == set(release.formats)
    for package in packages:
        page = client.post(reverse("package_download", args=[release.pk, package.pk]))
        interface = client.get(reverse("api_package_file", args=[release.pk, package.pk]))
        contents = [page.getvalue(), interface.getvalue(), (tmp_path / package.path).read_bytes()]
        assert {hashlib.sha256(content).hexdigest() for content in contents} == {package.sha256}
    assert Download.objects.count() == 2 * len(packages)


def test_what_the_page_and_the_interface_say_of_a_release_stands_in_its_package(release: Release, cast: Cast):
    client = client_of(cast.ivan)
    package = release.packages.get(level="AGREEMENT", format="CSV")
    taken = client.post(reverse("package_download", args=[release.pk, package.pk])).getvalue()
    with zipfile.ZipFile(io.BytesIO(taken)) as archive:
        manifest = json.loads(archive.read("manifest.json"))
    told = client.get(reverse("api_release", args=[release.pk])).json()
    for name in ("excluded", "withheld", "sites", "open_queries"):
        assert told[name] == manifest[name], name
    names = [sheet["name"] for sheet in [*manifest["tables"], *manifest["datasets"]]]
    page = client.get(reverse("release", args=[release.pk])).content.decode()
    assert names
    assert all(f"<code>{name}</code>" in page for name in names)


def test_every_state_of_a_release_has_a_page_and_a_held_one_is_nothing_to_investigators(
    cast: Cast, settings: Any, tmp_path: Path
):
    settings.QUELL_RELEASE_DIR = str(tmp_path)
    whole_case(cast.sev, "SEV-1", judge=cast.judy)
    release = asked_for(cast.dana)
    address = reverse("release", args=[release.pk])
    assert client_of(cast.dana).get(address).status_code == 200
    services.job_run(release.job.pk)
    release.refresh_from_db()
    assert release.state == "HELD"
    assert client_of(cast.dana).get(address).status_code == 200
    assert client_of(cast.ivan).get(address).status_code == 404
    with acting_as(cast.dana):
        services.release_refuse(release=release, by=cast.dana)
    assert "was not published" in client_of(cast.dana).get(address).content.decode()
