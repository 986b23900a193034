"""Closes two doors that the audit packages leave open in the database; see docs/adr for what was measured."""

from __future__ import annotations

from django.db import connections

# Each event carries its own context, so the shared context table must not be written, which is what the package's
# function does for every tracked row; a role without rights on that table could then save nothing at all.
ATTACH_CONTEXT = """
CREATE OR REPLACE FUNCTION _pgh_attach_context() RETURNS uuid LANGUAGE sql STABLE AS 'SELECT NULL::uuid'
"""
# As shipped, any code that can run SQL may name a trigger to be ignored and change rows without a trace.
SHOULD_IGNORE = """
CREATE OR REPLACE FUNCTION _pgtrigger_should_ignore(trigger_name name) RETURNS boolean
LANGUAGE sql IMMUTABLE AS 'SELECT false'
"""


def close_audit_doors(using: str = "default") -> None:
    """Replace both functions. Needed after every installation of triggers, because each one writes them anew."""
    with connections[using].cursor() as cursor:
        cursor.execute(ATTACH_CONTEXT)
        cursor.execute(SHOULD_IGNORE)
