"""`make check` and `make docs`: everything that can be judged without running the program, and what is generated."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from config.settings.paths import BASE_DIR

# Commands that write documents or catalogues from the sources, and can say whether those are up to date.
GENERATORS = ("codebook", "catalogue", "edit_checks", "datasets", "access_matrix", "openapi")
# Enough for the settings of a hospital to load; nothing is connected to.
HOSPITAL = {
    "DJANGO_SETTINGS_MODULE": "config.settings.prod",
    "SECRET_KEY": "checked-without-being-used-0123456789-ABCDEFGHIJKLMNOPQRSTUVWXYZ-abcdefghijk",
    "QUELL_PROJECT_KEK": "0f" * 32,
    "QUELL_IDENTITY_KEYS": "k1:" + "1e" * 32,
    "QUELL_IDENTITY_INDEX_KEY": "2d" * 32,
    "QUELL_SEAL_KEY": "1e" * 32,
    "QUELL_HOSTS": "registry.example.org",
    "CELERY_BROKER_URL": "redis://redis.example.org:6379/0",
    "QUELL_CACHE_URL": "redis://redis.example.org:6379/1",
    **{
        name: f"postgresql://{login}:x@db.example.org/quell"
        for name, login in (
            ("DATABASE_URL", "quell_web"),
            ("DATABASE_URL_WORKER", "quell_worker"),
            ("DATABASE_URL_EXPORT", "quell_export"),
            ("DATABASE_URL_OWNER", "quell_setup"),
        )
    },
}


@dataclass(frozen=True)
class Check:
    """One judgement: its name, its command, what to do when it fails."""

    name: str
    command: Sequence[str]
    remedy: str
    environment: Mapping[str, str] = field(default_factory=dict)


def checks() -> list[Check]:
    """All judgements. The longest begins first, so that none is left alone at the end."""
    return [
        Check("types", _tool("mypy"), "mypy is strict on rules, metadata and exports"),
        Check("style", _tool("ruff", "check", "."), "ruff check --fix . helps with most"),
        Check("format", _tool("ruff", "format", "--check", "."), "run: ruff format ."),
        Check("imports", _tool("lint-imports", "--no-cache"), "a layer may import only what stands below it"),
        Check("system", _manage("check"), "the message says which declaration is missing"),
        Check(
            "security",
            _tool("bandit", "-q", "-ll", "-c", "pyproject.toml", "-r", "config", "sites", "registry", "exports"),
            "bandit names the line; mend it rather than silence it",
        ),
        Check("migrations", _manage("makemigrations", "--check", "--dry-run"), "run: manage.py makemigrations"),
        Check(
            "deployment",
            _manage("check", "--deploy", "--fail-level", "WARNING"),
            "a hospital's settings must leave nothing open",
            HOSPITAL,
        ),
        *(Check(name, _manage(name, "--check"), "run: make docs") for name in generators()),
    ]


def generators() -> list[str]:
    """The generating commands that exist."""
    found = {path.stem for path in BASE_DIR.glob("*/management/commands/*.py")}
    return [name for name in GENERATORS if name in found]


def main(arguments: Sequence[str]) -> int:
    """Run all checks and say which failed; with --write, write the generated documents instead."""
    if "--write" in arguments:
        return max((_run(_manage(name), {}).returncode for name in generators()), default=0)
    failed = _failed(checks())
    sys.stdout.write(f"\n{'All checks pass.' if not failed else 'Failed: ' + ', '.join(failed)}\n")
    return 1 if failed else 0


def _failed(wanted: Sequence[Check]) -> list[str]:
    """Run as many checks at once as there are cores; each says how it went as soon as it knows."""
    with ThreadPoolExecutor(max_workers=os.cpu_count() or 1) as pool:
        return [check.name for check, passes in zip(wanted, pool.map(_passes, wanted), strict=True) if not passes]


def _passes(check: Check) -> bool:
    began = time.monotonic()
    done = _run(check.command, check.environment, capture_output=True)
    took = f"{time.monotonic() - began:5.1f} s"
    if done.returncode == 0:
        sys.stdout.write(f"ok      {took}  {check.name}\n")
        return True
    sys.stdout.write(f"FAILED  {took}  {check.name} ({check.remedy})\n{done.stdout}{done.stderr}\n")
    return False


def _run(
    command: Sequence[str], environment: Mapping[str, str], *, capture_output: bool = False
) -> subprocess.CompletedProcess[str]:
    clean = {key: value for key, value in os.environ.items() if not key.startswith(("DATABASE_URL", "CELERY_"))}
    return subprocess.run(
        command, cwd=BASE_DIR, env={**clean, **environment}, capture_output=capture_output, text=True, check=False
    )


def _tool(name: str, *words: str) -> list[str]:
    return [os.path.join(os.path.dirname(sys.executable), name), *words]


def _manage(*words: str) -> list[str]:
    # Without a server, `makemigrations` warns that it cannot compare with one; there is none to compare with here.
    return [sys.executable, "-W", "ignore::RuntimeWarning", "manage.py", *words]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
