"""How changes are recorded: statement-level triggers, append-only events, who and why in every row."""

from __future__ import annotations

import pghistory

PGHISTORY_BASE_MODEL = "sites.events.AuditEvent"
PGHISTORY_LEVEL = pghistory.Statement
PGHISTORY_APPEND_ONLY = True
# No event without a context: NOT NULL makes the database refuse the write itself.
PGHISTORY_CONTEXT_FIELD = pghistory.ContextJSONField(null=False)
PGHISTORY_CONTEXT_ID_FIELD = pghistory.ContextUUIDField(null=True)
# A plain number without a constraint, so that the history of a row outlives the row.
PGHISTORY_OBJ_FIELD = pghistory.ObjForeignKey(related_name="audit_events", db_index=True)
# History is looked up by the row it belongs to; an index per copied foreign key would slow every write.
PGHISTORY_FOREIGN_KEY_FIELD = pghistory.ForeignKey(db_index=False)
