"""Sealing the audit trail: one chain over all events, made with a key outside the database, and its examination."""
