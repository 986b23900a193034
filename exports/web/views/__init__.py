"""Views of releases: guard, form, service, page."""
