"""What the browser is sent: third-party files as their makers published them, and styles an old browser understands."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pytest

STATIC = Path(__file__).resolve().parents[2] / "registry" / "static"
OWN_STYLES = sorted((STATIC / "quell").rglob("*.css"))
# Chrome 109 is the floor: none of these is understood there.
TOO_NEW = ["&:", "& .", "subgrid", "color-mix(", "text-wrap", "light-dark(", "@starting-style", "@scope"]


@pytest.mark.parametrize("sums", sorted(STATIC.glob("vendor/*/SHA256SUMS")), ids=lambda path: path.parent.name)
def test_vendored_files_are_what_their_list_says_with_a_licence(sums: Path) -> None:
    listed = dict(reversed(line.split()) for line in sums.read_text(encoding="ascii").splitlines())
    present = {path.name for path in sums.parent.iterdir()} - {"SHA256SUMS"}
    assert set(listed) == present
    assert any(name.startswith("LICENSE") for name in present)
    for name, digest in listed.items():
        assert hashlib.sha256((sums.parent / name).read_bytes()).hexdigest() == digest


def test_no_file_points_to_a_source_map_that_is_not_there() -> None:
    assert not [path for path in STATIC.rglob("*.js") if b"sourceMappingURL" in path.read_bytes()]


@pytest.mark.parametrize("path", OWN_STYLES, ids=lambda path: path.name)
def test_styles_use_nothing_newer_than_the_oldest_browser(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not [word for word in TOO_NEW if word in text]


@pytest.mark.parametrize(
    "path", [p for p in OWN_STYLES if p.name not in {"tokens.css", "print.css"}], ids=lambda p: p.name
)
def test_styles_use_only_tokens_that_exist(path: Path) -> None:
    tokens = set(re.findall(r"(--[\w-]+):", (STATIC / "quell" / "tokens.css").read_text(encoding="utf-8")))
    assert set(re.findall(r"var\((--[\w-]+)", path.read_text(encoding="utf-8"))) <= tokens
