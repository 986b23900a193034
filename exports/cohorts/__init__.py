"""Cohorts: what people may be chosen by, and how many there are, told so that no single case can be counted out."""
