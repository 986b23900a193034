"""What leaves of a frozen release: cohort, variables, coarsening and level, written as a folder of the same shape."""
