"""The tables of the report as plain cells in the active language: what a page, a document or a sheet prints."""
