"""Releases and requests for programs: the same services and rights as the pages."""
