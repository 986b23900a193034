"""Formats of the language `es`."""
