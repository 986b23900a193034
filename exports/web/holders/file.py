"""A package as it goes over the wire: its name, its length, and what its bytes must be."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import cast

from django.http import FileResponse, HttpResponse

from exports.models import ReleasePackage


def package_response(package: ReleasePackage, path: Path) -> HttpResponse:
    """Return the answer that hands out the file of a package, never to be kept on the way."""
    response = FileResponse(path.open("rb"), as_attachment=True, filename=package.filename)
    response.headers["Content-Type"] = "application/zip"
    response.headers["Repr-Digest"] = f"sha-256=:{base64.b64encode(bytes.fromhex(package.sha256)).decode()}:"
    response.headers["X-Checksum-SHA256"] = package.sha256
    response.headers["Cache-Control"] = "no-store"
    # A response for all purposes of a view, though Django derives it from another base.
    return cast(HttpResponse, response)
