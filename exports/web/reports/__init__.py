"""The pages of study reports: what there is of a release, asking for one, reading it, taking its files."""
