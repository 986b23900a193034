"""How easily a person could be found again: the risk report of a release, and counts that may be shown."""
