"""A file of a release as it goes over the wire: its name, its length, and what its bytes must be."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import cast

from django.http import FileResponse, HttpResponse

from exports.models import ReleasePackage


def package_response(package: ReleasePackage, path: Path) -> HttpResponse:
    """Return the answer that hands out the file of a package."""
    return file_response(path, package.filename, "application/zip", package.sha256)


def file_response(path: Path, name: str, content_type: str, sha256: str = "") -> HttpResponse:
    """Return the answer that hands out a file of a release under a name, never to be kept on the way.

    `sha256` is what its bytes must be, where that is known.
    """
    response = FileResponse(path.open("rb"), as_attachment=True, filename=name)
    response.headers["Content-Type"] = content_type
    if sha256:
        response.headers["Repr-Digest"] = f"sha-256=:{base64.b64encode(bytes.fromhex(sha256)).decode()}:"
        response.headers["X-Checksum-SHA256"] = sha256
    response.headers["Cache-Control"] = "no-store"
    # A response for all purposes of a view, though Django derives it from another base.
    return cast(HttpResponse, response)
