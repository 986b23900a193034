"""Entering a case: what is typed into a box, the boxes of a row, the rows of a page."""
