"""Requests for data: the list for both sides, and the investigators' pages. Deciding has pages of its own."""
