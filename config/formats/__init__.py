"""How dates and numbers are written in each language: the day before the month in both."""
