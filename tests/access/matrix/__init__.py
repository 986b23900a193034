"""The access matrix: every address of the system, and who gets what there. Read by tests and by `access_matrix`."""
