"""The record for programs: rows of each topic, listed, read, written and with their history."""
