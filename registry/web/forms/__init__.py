"""Forms of the pages that follow from no declared variable."""
