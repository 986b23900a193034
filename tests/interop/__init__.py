"""Other programs read what Quell wrote: R (haven, foreign, readstata13), PSPP, DuckDB, pandas, ReadStat, odmlib.

R (survival, cmprsk) and Python compute again what a report says. Each test skips when its program is not installed: apt
has r-base-core, r-cran-haven, r-cran-foreign, r-cran-readstata13, r-cran-survival, r-cran-cmprsk and pspp.
"""
