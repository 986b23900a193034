"""A small release whose CSV packages can be opened, a token for it, and requests as REDCap clients send them."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl
from django.conf import settings
from django.test import Client
from django.utils import timezone

from exports import services
from exports.models import Release, ReleasePackage, ReleaseToken
from exports.package import build_package
from exports.services.redcap_tokens import token_create
from exports.sheets import Sheet
from sites.context import acting_as
from sites.models import User
from tests.cast import Cast
from tests.factories.releases import asked_for, give, publish
from tests.unit import package_folder

ADDRESS = "/redcap/api/"
Sheets = list[tuple[Sheet, pl.DataFrame]]


def redcap_release(cast: Cast, level: str = "AGREEMENT") -> Release:
    """Publish a release with a package in CSV for every level, and give it to ivan at one of them, terms accepted."""
    release = publish(asked_for(cast.dana), cast.dana)
    for package in release.packages.filter(format="CSV"):
        put_package(package, cast.dana)
    give(release, cast.ivan, cast.dana, level=level)
    accept(release, cast.ivan)
    return release


def accept(release: Release, user: User) -> None:
    """Accept the terms of a release."""
    with acting_as(user):
        services.terms_accept(release=release, by=user)


def put_package(package: ReleasePackage, by: User) -> None:
    """Put a real package in the place of an invented one."""
    content = content_at(package.level)
    (Path(settings.QUELL_RELEASE_DIR) / package.path).write_bytes(content)
    with acting_as(by):
        ReleasePackage.objects.filter(pk=package.pk).update(
            sha256=hashlib.sha256(content).hexdigest(), size=len(content)
        )


@cache
def content_at(level: str) -> bytes:
    """Return the bytes of the package of a level: at the lower levels without sites, of another age."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "folder"
        package_folder.write_folder(folder, sheets_at(level, folder), level=level)
        return build_package(folder, "CSV", Path(name) / "package.zip").path.read_bytes()


def sheets_at(level: str, folder: Path) -> Sheets:
    """Return the sheets of a level."""
    made = package_folder.sheets(folder)
    if level == "AGREEMENT":
        return made
    _told, rows = made[0]
    columns = tuple(column for column in package_folder.PATIENT if column.column != "site")
    coarse = rows.drop("site").with_columns(age_at_infusion=pl.lit(77))
    return [package_folder.sheet(folder, "table", "patient", ("subject_key",), columns, coarse), *made[1:]]


def token_of(release: Release, user: User, level: str = "AGREEMENT", *, days: int = 20, label: str = "a script") -> str:
    """Return the characters of a new token."""
    return made_token(release, user, level, days=days, label=label)[1]


def made_token(release: Release, user: User, level: str = "AGREEMENT", **more: Any) -> tuple[ReleaseToken, str]:
    """Make a token and return it with its characters."""
    last_day = timezone.localdate() + dt.timedelta(days=more.pop("days", 20))
    label = more.pop("label", "a script")
    with acting_as(user):
        return token_create(release=release, level=level, label=label, last_day=last_day, by=user)


def ask(token: str, content: str, client: Client | None = None, **sent: Any) -> Any:
    """Ask as a client does, in JSON unless another format is given; what is None is not sent."""
    fields = {"token": token, "content": content, "format": "json", **sent}
    return post({name: value for name, value in fields.items() if value is not None}, client)


def post(body: Any, client: Client | None = None, **more: Any) -> Any:
    """Send a body and read the whole answer, for `text_of`."""
    response = (client or Client()).post(ADDRESS, body, **more)
    response.whole = response.getvalue().decode()
    if file := getattr(response, "file_to_stream", None):
        file.close()
    return response


def text_of(response: Any) -> str:
    """Return the text of an answer."""
    return str(response.whole)


def rows_of(token: str, **asked: Any) -> list[dict[str, Any]]:
    """Return the records that are answered in JSON."""
    response = ask(token, "record", **asked)
    assert response.status_code == 200, text_of(response)
    found: list[dict[str, Any]] = json.loads(text_of(response))
    return found
