"""`python -m exports.survival check DIR`: recompute the reference analyses of a folder and compare every number."""

from __future__ import annotations

import sys

from exports.survival.check.command import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
