"""The digest by which the same plan is known again."""

from __future__ import annotations

import hashlib
import json

from exports.report.plan import Plan


def plan_sha256(plan: Plan) -> str:
    """Return SHA-256 over the plan as canonical JSON; the same plan has the same digest, however it was typed."""
    told = json.dumps(plan.told(), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(told.encode()).hexdigest()
