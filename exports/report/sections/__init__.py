"""The sections of the report in reading order, each of parts that templates print: tables, figures, words."""
