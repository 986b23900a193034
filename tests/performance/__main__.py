"""Runs the measurements one after the other, so that none disturbs another; exit code 1 if one is over its budget."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

FOLDER = Path(__file__).parent


def main(wanted: Sequence[str]) -> int:
    """Measure all, or the topics named; say at the end what is over its budget."""
    scripts = [path.stem for path in sorted(FOLDER.glob("bench_*.py")) if not wanted or path.stem[6:] in wanted]
    failed = [name for script in scripts for name in _measure(script)]
    sys.stderr.write(f"Over budget: {', '.join(failed)}\n" if failed else "All within budget.\n")
    return 1 if failed else 0


def _measure(script: str) -> list[str]:
    command = [sys.executable, "-m", f"tests.performance.{script}"]
    with subprocess.Popen(command, cwd=FOLDER.parents[1], stdout=subprocess.PIPE, text=True) as process:
        failed = [name for line in process.stdout or () for name in _judge(line)]
    # A script may end with 1 because of a budget, which has been told; without a word it broke off.
    return failed or ([f"{script} broke off"] if process.returncode else [])


def _judge(line: str) -> list[str]:
    sys.stdout.write(line)
    sys.stdout.flush()
    if not line.startswith("{"):
        return []
    said = json.loads(line)
    return [] if said["pass"] else [said["name"]]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
