"""Other programs read what Quell wrote: R (haven, foreign, readstata13), PSPP, DuckDB, pandas, ReadStat, odmlib.

Each test skips when its program is not installed: apt has r-base-core, r-cran-haven, r-cran-foreign,
r-cran-readstata13 and pspp.
"""
