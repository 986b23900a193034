"""Analysis datasets: derived from the frozen tables alone, every column with its derivation and its sources."""
